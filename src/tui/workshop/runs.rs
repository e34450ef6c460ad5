//! Reading runs, moving them to the trash and back, exporting their table, and watching their folder.

use crate::config::{ConfigFile, text_of};
use crate::files::write_atomic;
use crate::graph::Graph;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::plan::{Estimate, Family};
use crate::runs::{EvaluationRecord, Run, RunInfo, RunSummary, int8_accuracy, list, metrics, read_evaluations};
use crate::train::Control;
use crate::tui::runs::{Costs, Effect, News, Recall, Row, RunContents};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use notify::{RecommendedWatcher, Watcher as _};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// The time in which changes of the folder are collected before they are reported.
const SETTLE: Duration = Duration::from_millis(500);
/// The file name of an exported table.
const EXPORT: &str = "runs.csv";

/// Lists runs, and moves them to the trash and back.
pub struct RunLister {
    folder: PathBuf,
    watcher: Option<RecommendedWatcher>,
    /// What was read last, by folder; read again only if a file has changed.
    known: HashMap<PathBuf, (Stamp, RunContents)>,
}

/// Times and sizes of the files that a row depends on.
type Stamp = Vec<Option<(SystemTime, u64)>>;

/// Starts the thread that lists, discards and restores the runs in `folder`, in the order of commands.
#[must_use]
pub fn start(folder: PathBuf, events: Events<News>) -> Worker<RunLister> {
    Worker::new("runs", Queue::in_order(), RunLister { folder, watcher: None, known: HashMap::new() }, events)
}

impl Work for RunLister {
    type Command = Effect;
    type Event = News;

    fn run(&mut self, command: &Effect, _: &Control, events: &Events<News>) {
        events.send(match command {
            Effect::List => {
                // Watched before it is read, so that no change is missed.
                self.watch(events);
                News::Listed(self.list())
            }
            Effect::Delete(path) => {
                let done = Run::discard(path).map_err(|error| error.to_string());
                News::Deleted(path.clone(), done)
            }
            Effect::Restore(discarded) => {
                let done = Run::restore(&discarded.trash, &discarded.path).map_err(|error| error.to_string());
                News::Restored(discarded.clone(), done)
            }
            Effect::Export(text) => News::Exported(export(&self.folder, text)),
        });
    }

    fn failed(&self, command: &Effect, reason: &str) -> News {
        match command {
            Effect::List => News::Listed(Err(reason.to_owned())),
            Effect::Delete(path) => News::Deleted(path.clone(), Err(reason.to_owned())),
            Effect::Restore(discarded) => News::Restored(discarded.clone(), Err(reason.to_owned())),
            Effect::Export(_) => News::Exported(Err(reason.to_owned())),
        }
    }
}

impl RunLister {
    fn list(&mut self) -> Result<Vec<Row>, String> {
        let runs = list(&self.folder).map_err(|error| error.to_string())?;
        self.known.retain(|path, _| runs.iter().any(|run| run.path == *path));
        let count = runs.len();
        // The newest comes first.
        Ok(runs.into_iter().enumerate().map(|(at, run)| self.row(run, count - at)).collect())
    }

    fn row(&mut self, summary: RunSummary, number: usize) -> Row {
        let folder = summary.name();
        let RunSummary { path, info, started } = summary;
        let age = Timestamp::now().duration_since(started).as_secs();
        let found = info.map_err(|error| error.to_string()).map(|info| self.contents(&path, info));
        Row { path, folder, number, started: started.to_zoned(TimeZone::system()), age, found }
    }

    fn contents(&mut self, path: &Path, info: RunInfo) -> RunContents {
        let stamp = stamp(path);
        match self.known.get(path) {
            // The status depends on the lock too.
            Some((known, contents)) if *known == stamp => RunContents { info, ..contents.clone() },
            _ => {
                let contents = read(path, info);
                self.known.insert(path.to_owned(), (stamp, contents.clone()));
                contents
            }
        }
    }

    /// Sends [`News::Changed`] when something in the folder changes, also in the folders of runs.
    fn watch(&mut self, events: &Events<News>) {
        // A folder that was removed and made anew is another one.
        if self.watcher.is_some() && self.folder.exists() {
            return;
        }
        let is_pending = Arc::new(AtomicBool::new(false));
        let events = events.clone();
        let look = move |found: notify::Result<notify::Event>| {
            let is_change = found.is_ok_and(|found| !found.kind.is_access());
            if !is_change || is_pending.swap(true, Ordering::SeqCst) {
                return;
            }
            let (events, pending) = (events.clone(), is_pending.clone());
            let report = move || {
                std::thread::sleep(SETTLE);
                pending.store(false, Ordering::SeqCst);
                events.send(News::Changed);
            };
            let _ = std::thread::Builder::new().name("runs changed".into()).spawn(report);
        };
        let config = notify::Config::default().with_follow_symlinks(false);
        // Without a watcher the list is read when the screen is shown, and on request.
        self.watcher = RecommendedWatcher::new(look, config).ok().and_then(|mut watcher| {
            watcher.watch(&self.folder, notify::RecursiveMode::Recursive).ok()?;
            Some(watcher)
        });
    }
}

fn stamp(path: &Path) -> Stamp {
    let of = |name: &str| {
        let about = fs::metadata(path.join(name)).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    [Run::INFO, Run::METRICS, Run::CONFIG, Run::EVALUATION].map(of).to_vec()
}

fn read(path: &Path, info: RunInfo) -> RunContents {
    // The first error is shown.
    let mut fault = None;
    let metrics = path.join(Run::METRICS);
    let history = if metrics.exists() { metrics::read(&metrics) } else { Ok(Vec::new()) };
    let history = history.unwrap_or_else(|error| {
        fault = Some(error.to_string());
        Vec::new()
    });
    let file = path.join(Run::CONFIG);
    let config = text_of(&file).unwrap_or_else(|error| {
        fault.get_or_insert(error.to_string());
        None
    });
    let config = config.unwrap_or_default();
    let costs = costs(&file, &config, info.classes).unwrap_or_else(|error| {
        fault.get_or_insert(error);
        None
    });
    let evaluated = Run::open(path).and_then(|run| {
        let own = info.data.fingerprint.clone();
        let int8 = int8_accuracy(&run, &own)?.map(|(_, accuracy)| accuracy);
        Ok((int8, read_evaluations(&run)?.into_iter().rfind(|one| one.is_on(&own) && !one.per_class.is_empty())))
    });
    let (int8, evaluation) = evaluated.unwrap_or_else(|error| {
        fault.get_or_insert(error.to_string());
        (None, None)
    });
    let parsed = ConfigFile::parse(Run::CONFIG, &config, &[]).ok().map(|spec| Arc::new(spec.config));
    RunContents { info, history, config, parsed, costs, int8, recall: evaluation.map(recall), fault }
}

/// Split and precision of an evaluation, and the recall of each class.
fn recall(one: EvaluationRecord) -> Recall {
    let classes = one.per_class.into_iter().map(|class| (class.label, class.recall));
    Recall { on: format!("{}, {}", one.split, one.precision), classes: classes.collect() }
}

/// Estimates the costs of the network of `config`; `None` if the text is empty.
fn costs(file: &Path, config: &str, classes: usize) -> Result<Option<Costs>, String> {
    if config.is_empty() {
        return Ok(None);
    }
    let spec = ConfigFile::parse(&file.display().to_string(), config, &[]).map_err(|error| error.to_string())?;
    let graph = Graph::of_file(&spec, classes).map_err(|error| error.to_string())?;
    let export = &spec.config.export;
    let estimate = Estimate::of(&graph, export.precision, export.plan);
    let flash_bytes = estimate.on(Family::Dsp).flash_bytes;
    let Estimate { macs, ram_bytes, params, .. } = estimate;
    Ok(Some(Costs { macs, ram_bytes, flash_bytes, params }))
}

/// Writes a table into `folder`, under a name that is free or has the same content.
fn export(folder: &Path, text: &str) -> Result<PathBuf, String> {
    let name = |number: u32| {
        let stem = EXPORT.trim_end_matches(".csv");
        folder.join(if number == 1 { EXPORT.to_owned() } else { format!("{stem}-{number}.csv") })
    };
    let is_free = |path: &PathBuf| !path.exists() || fs::read(path).is_ok_and(|found| found == text.as_bytes());
    let path = (1..10_000).map(name).find(is_free).ok_or("there are 9,999 tables already")?;
    write_atomic(&path, text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn exports_replace_no_other_table() {
        let folder = tempfile::tempdir().unwrap();
        let first = export(folder.path(), "a\n").unwrap();
        assert_eq!(first, folder.path().join("runs.csv"));
        assert_eq!(export(folder.path(), "a\n").unwrap(), first, "the same table needs no second file");
        let second = export(folder.path(), "b\n").unwrap();
        assert_eq!(second, folder.path().join("runs-2.csv"));
        assert_eq!(
            (fs::read_to_string(first).unwrap(), fs::read_to_string(second).unwrap()),
            ("a\n".into(), "b\n".into())
        );
        assert!(export(&folder.path().join("none"), "").is_err());
    }

    #[test]
    fn changes_from_outside_are_reported_and_only_what_changed_is_read_again() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, epochs: u32| {
            let run = root.path().join(name);
            fs::create_dir_all(&run).unwrap();
            let info = format!(r#"{{"program":"micromobilenet","name":"{name}","epochs_done":{epochs}}}"#);
            fs::write(run.join(Run::INFO), info).unwrap();
        };
        write("one", 1);
        let (sender, news) = channel();
        let mut worker = start(root.path().to_owned(), Events::new(move |event| drop(sender.send(event))));
        let listed = |news: &std::sync::mpsc::Receiver<News>| loop {
            match news.recv_timeout(Duration::from_secs(20)).unwrap() {
                News::Listed(rows) => return rows.unwrap(),
                News::Changed => {}
                other => panic!("{other:?}"),
            }
        };
        worker.send(Effect::List);
        assert_eq!(listed(&news).len(), 1);
        write("two", 7);
        assert!(matches!(news.recv_timeout(Duration::from_secs(20)).unwrap(), News::Changed));
        worker.send(Effect::List);
        let rows = listed(&news);
        let epochs = |rows: &[Row], name: &str| {
            let row = rows.iter().find(|row| row.folder == name).unwrap();
            row.found.as_ref().unwrap().info.epochs_done
        };
        assert_eq!((rows.len(), epochs(&rows, "two")), (2, 7));
        write("two", 18);
        assert!(matches!(news.recv_timeout(Duration::from_secs(20)).unwrap(), News::Changed));
        worker.send(Effect::List);
        assert_eq!(epochs(&listed(&news), "two"), 18);
    }
}
