//! Reading and deleting runs.

use crate::config::{ConfigFile, text_of};
use crate::graph::Graph;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::plan::Estimate;
use crate::runs::{Run, RunSummary, list, metrics};
use crate::train::Control;
use crate::tui::runs::{Costs, Effect, News, Row, RunContents};
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

/// Lists and deletes runs.
pub struct RunLister {
    folder: PathBuf,
}

/// Starts the thread that lists and deletes the runs in `folder`, in the order of commands.
#[must_use]
pub fn start(folder: PathBuf, events: Events<News>) -> Worker<RunLister> {
    Worker::new("runs", Queue::in_order(), RunLister { folder }, events)
}

impl Work for RunLister {
    type Command = Effect;
    type Event = News;

    fn run(&mut self, command: &Effect, _: &Control, events: &Events<News>) {
        events.send(match command {
            Effect::List => {
                let found = list(&self.folder).map_err(|error| error.to_string());
                News::Listed(found.map(|runs| runs.into_iter().map(row).collect()))
            }
            Effect::Delete(path) => {
                let done = Run::delete(path).map_err(|error| error.to_string());
                News::Deleted(path.clone(), done)
            }
        });
    }

    fn failed(&self, command: &Effect, reason: &str) -> News {
        match command {
            Effect::List => News::Listed(Err(reason.to_owned())),
            Effect::Delete(path) => News::Deleted(path.clone(), Err(reason.to_owned())),
        }
    }
}

fn row(summary: RunSummary) -> Row {
    let folder = summary.name();
    let RunSummary { path, info, started } = summary;
    let found = info.map_err(|error| error.to_string()).map(|info| {
        let mut fault = None;
        let metrics = path.join(Run::METRICS);
        let history = if metrics.exists() { metrics::read(&metrics) } else { Ok(Vec::new()) };
        let history = history.unwrap_or_else(|error| {
            fault = Some(error.to_string());
            Vec::new()
        });
        let file = path.join(Run::CONFIG);
        let config = match text_of(&file) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                fault = Some(error.to_string());
                String::new()
            }
        };
        let costs = costs(&file, &config, info.classes).unwrap_or_else(|error| {
            // The first error is shown.
            fault.get_or_insert(error);
            None
        });
        RunContents { info, history, config, costs, fault }
    });
    Row { path, folder, started: started.to_zoned(TimeZone::system()), found }
}

/// Estimates the costs of the network of `config`; `None` if the text is empty.
fn costs(file: &Path, config: &str, classes: usize) -> Result<Option<Costs>, String> {
    if config.is_empty() {
        return Ok(None);
    }
    let spec = ConfigFile::parse(&file.display().to_string(), config, &[]).map_err(|error| error.to_string())?;
    let graph = Graph::of_file(&spec, classes).map_err(|error| error.to_string())?;
    let export = &spec.config.export;
    let Estimate { macs, ram_bytes, params, .. } = Estimate::of(&graph, export.precision, export.plan);
    Ok(Some(Costs { macs, ram_bytes, params }))
}
