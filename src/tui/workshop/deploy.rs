//! Exports of trained networks, on a separate thread.

use super::progress::Reading;
use crate::config::{self, ConfigFile, Edit, Precision};
use crate::jobs::{
    self, COMPARED_IMAGES, CheckError, Compilers, Deployment, Events, Folders, ImageCache, Queue, Session, Work, Worker,
};
use crate::plan::Board;
use crate::runs::{Run, RunError, RunSummary, Status, list};
use crate::train::Control;
use crate::tui::deploy::{Build, Effect, ExportSettings, Found, News, Prepared, Trained};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;

/// Prepares exports and caches the last one.
pub struct Exporter {
    folders: Folders,
    cache: ImageCache,
    threads: usize,
    last: Option<Arc<Prepared>>,
}

/// Starts the thread that prepares exports, in the order of commands. The caller handles [`Effect::Stop`] by stopping
/// the worker.
#[must_use]
pub fn start(folders: Folders, cache: ImageCache, threads: usize, events: Events<News>) -> Worker<Exporter> {
    Worker::new("export", Queue::in_order(), Exporter { folders, cache, threads, last: None }, events)
}

impl Work for Exporter {
    type Command = Effect;
    type Event = News;

    fn run(&mut self, effect: &Effect, control: &Control, events: &Events<News>) {
        match effect {
            // If the search fails, the preparation fails with the same error and reports it.
            Effect::Look(spec) => {
                events.send(News::Found(find(&self.folders.runs, spec).ok().flatten().as_ref().map(found)));
            }
            Effect::List => {
                let found = trained(&self.folders.runs).map_err(|error| error.to_string());
                events.send(News::Listed(found));
            }
            Effect::Prepare { spec, run, board, write } => {
                let mut job = Job { exporter: self, board: board.as_deref(), control, events };
                events.send(match job.run(spec, run.as_deref(), *write) {
                    Ok(end) => end,
                    Err(_) if control.is_stopped() => News::Stopped,
                    Err(error) => News::Failed(crate::text::one_line(&crate::text::with_causes(error.as_ref()))),
                });
            }
            Effect::Stop => {}
        }
    }

    fn failed(&self, _: &Effect, reason: &str) -> News {
        News::Failed(format!("the export failed: {reason}"))
    }
}

/// Returns the latest run in the folder `runs` with weights for `spec`.
fn find(runs: &Path, spec: &ConfigFile) -> anyhow::Result<Option<Run>> {
    Ok(jobs::trained_run(runs, spec)?)
}

/// Returns the runs in the folder `runs` that have weights and are not running, newest first.
fn trained(runs: &Path) -> Result<Vec<Trained>, RunError> {
    if !runs.is_dir() {
        return Ok(Vec::new());
    }
    let of = |summary: RunSummary| {
        let info = summary.info.ok().filter(|info| info.epochs_done > 0 && info.status != Status::Running)?;
        Some(Trained { run: summary.path, name: info.name, best: info.best.or(info.last) })
    };
    Ok(list(runs)?.into_iter().filter_map(of).collect())
}

fn found(run: &Run) -> Found {
    let best = run.info().ok().and_then(|info| info.best.or(info.last));
    let trained = config::load(&run.file(Run::CONFIG), &[]).ok().map(Box::new);
    Found { run: run.path().to_owned(), best, trained }
}

/// The preparation of one export.
struct Job<'a> {
    exporter: &'a mut Exporter,
    board: Option<&'a Board>,
    control: &'a Control,
    events: &'a Events<News>,
}

impl Job<'_> {
    fn send(&self, news: News) {
        self.events.send(news);
    }

    fn progress(&self, text: impl Into<String>) {
        self.send(News::Progress(text.into()));
    }

    fn run(&mut self, spec: &ConfigFile, run: Option<&Path>, write: Option<Precision>) -> anyhow::Result<News> {
        let is_chosen = run.is_some();
        let run = match run {
            Some(path) => Run::open(path)?,
            None => match find(&self.exporter.folders.runs, spec)? {
                Some(run) => run,
                None => return Ok(News::Untrained),
            },
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.exporter.threads.max(1)).build()?;
        let Some(prepared) = pool.install(|| self.prepared(spec, &run, is_chosen, write.is_none()))? else {
            return Ok(News::Stopped);
        };
        self.send(News::Ready(prepared.clone()));
        if let Some(precision) = write {
            let export = &prepared.build(precision).export;
            self.progress("checking the header with a C++ compiler");
            let stop = || self.control.is_stopped();
            let checked = match pool.install(|| export.check(&Compilers::here(), &stop)) {
                Ok(checked) => checked,
                Err(CheckError::Stopped) => return Ok(News::Stopped),
                Err(error) => return Ok(News::Wrong(crate::text::one_line(&error.to_string()))),
            };
            self.progress("writing the files");
            let files = export.write(&self.exporter.folders.exports)?;
            self.send(News::Written { files, checked });
        }
        Ok(News::Done)
    }

    /// Returns the cached export if weights and settings are the same and `is_anew` is false, else a new one; `None` if
    /// stopped. A run that is chosen is exported with its own configuration, for the board of `spec`.
    fn prepared(
        &mut self,
        spec: &ConfigFile,
        run: &Run,
        is_chosen: bool,
        is_anew: bool,
    ) -> anyhow::Result<Option<Arc<Prepared>>> {
        let mut session = Session::of_run(run.clone(), &[])?;
        let trained = session.trained()?.context("the run has no weights")?;
        let settings = if is_chosen {
            ExportSettings::of(&session.spec).on(&spec.config.target.board)
        } else {
            ExportSettings::of(spec)
        };
        let is_same = |last: &Arc<Prepared>| {
            let of_run = last.run == run.path() && last.is_chosen == is_chosen;
            !is_anew && of_run && last.hash == trained.hash && last.settings == settings
        };
        if let Some(last) = self.exporter.last.clone().filter(is_same) {
            return Ok(Some(last));
        }
        let overrides = settings.overrides(&session.spec);
        let reading = Reading::new(self.control, |done, total| self.progress(format!("reading images {done}/{total}")));
        session.load_images(None, Some(&self.exporter.cache), &reading)?;
        if let Some(changed) = session.leave_out_training_images()? {
            self.send(News::Warning(changed.to_string()));
        }
        // Overrides are applied to the file of the run, so that the text and its hash are those of the command line.
        let deployment = |precision: Precision| -> anyhow::Result<Deployment> {
            let mut sets = overrides.clone();
            sets.push(Edit::set("export.precision", precision.word()));
            let spec = config::load(&run.file(Run::CONFIG), &sets)?;
            session.with_spec(spec).deployment().context("the images are not loaded")
        };
        let (float, int8) = (deployment(Precision::Float)?, deployment(Precision::Int8)?);
        self.progress("quantising");
        let deployed = int8.quantise()?;
        if self.control.is_stopped() {
            return Ok(None);
        }
        let images = int8.dataset.validation.sample(COMPARED_IMAGES);
        self.progress(format!("evaluating float and int8 on {} images", images.len()));
        let Some(evaluated) = int8.evaluate_int8(&deployed, &images, self.control) else { return Ok(None) };
        self.progress("generating C++");
        let build = |deployment: &Deployment, what: jobs::Build<'_>| -> anyhow::Result<Build> {
            let export = deployment.export(what, self.board)?;
            let lines = export.sources.header.lines().count();
            Ok(Build { export, lines })
        };
        let comparison = Some(&evaluated.comparison);
        let prepared = Arc::new(Prepared {
            run: run.path().to_owned(),
            is_chosen,
            hash: trained.hash.clone(),
            metrics: trained.metrics,
            settings,
            overrides: overrides.clone(),
            float: build(&float, jobs::Build::Float)?,
            int8: build(&int8, jobs::Build::Int8 { deployed: &deployed, comparison })?,
            comparison: evaluated.comparison,
        });
        self.exporter.last = Some(prepared.clone());
        Ok(Some(prepared))
    }
}
