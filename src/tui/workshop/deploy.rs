//! Exports: a trained network made ready for boards, on a thread of its own.

use super::images::Images;
use super::load::{Reading, load};
use crate::config::{self, ConfigFile, Edit, Precision};
use crate::graph::Graph;
use crate::jobs::{self, CheckError, Classes, Compilers, Deployment, EXPORTS, JUDGED, RUNS};
use crate::plan::Board;
use crate::runs::Run;
use crate::train::Control;
use crate::tui::deploy::{Build, Effect, Found, News, Prepared, Wanted};
use crate::tui::effect;
use crate::tui::events::Source;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The thread that exports, one work at a time, and what it made last.
pub struct Exports {
    source: Source,
    images: Images,
    threads: usize,
    control: Control,
    thread: Option<JoinHandle<()>>,
    last: Arc<Mutex<Option<Arc<Prepared>>>>,
}

impl Exports {
    /// Nothing yet.
    #[must_use]
    pub fn new(source: Source, images: Images, threads: usize) -> Self {
        Self { source, images, threads, control: Control::default(), thread: None, last: Arc::default() }
    }

    /// Does `effect`, or begins to.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Stop => self.control.stop(),
            Effect::Look(spec) => {
                let source = self.source.clone();
                // Nobody waits for it; where it fails, so does what is done with the weights.
                let look = move || {
                    source.tell(effect::News::Deploy(News::Found(find(&spec).ok().flatten().as_ref().map(found))));
                };
                let _ = std::thread::Builder::new().name("weights".into()).spawn(look);
            }
            Effect::Prepare { spec, board, write } => self.prepare(*spec, board, write),
        }
    }

    fn prepare(&mut self, spec: ConfigFile, board: Option<Box<Board>>, write: Option<Precision>) {
        self.control = Control::default();
        let job = Job {
            source: self.source.clone(),
            images: self.images.clone(),
            board,
            threads: self.threads,
            control: self.control.clone(),
            last: self.last.clone(),
        };
        let started = std::thread::Builder::new().name("export".into()).spawn(move || {
            let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run(&spec, write)));
            job.tell(match attempt {
                Ok(Ok(end)) => end,
                Ok(Err(_)) | Err(_) if job.control.is_stopped() => News::Stopped,
                Ok(Err(error)) => News::Failed(super::one_line(&format!("{error:#}"))),
                Err(_) => News::Failed("the export ended by a defect in the program".into()),
            });
        });
        match started {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => self.source.tell(effect::News::Deploy(News::Failed(format!("no thread: {error}")))),
        }
    }
}

impl Drop for Exports {
    /// Stops what is being done and waits for it.
    fn drop(&mut self) {
        self.control.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The latest run with weights for `config`.
fn find(spec: &ConfigFile) -> anyhow::Result<Option<Run>> {
    Ok(jobs::trained_run(RUNS.as_ref(), spec)?)
}

fn found(run: &Run) -> Found {
    let best = run.info().ok().and_then(|info| info.best.or(info.last));
    Found { run: run.path().to_owned(), best }
}

/// One work.
struct Job {
    source: Source,
    images: Images,
    board: Option<Box<Board>>,
    threads: usize,
    control: Control,
    last: Arc<Mutex<Option<Arc<Prepared>>>>,
}

impl Job {
    fn tell(&self, news: News) {
        self.source.tell(effect::News::Deploy(news));
    }

    fn at(&self, text: impl Into<String>) {
        self.tell(News::Progress(text.into()));
    }

    fn run(&self, spec: &ConfigFile, write: Option<Precision>) -> anyhow::Result<News> {
        let Some(run) = find(spec)? else { return Ok(News::Untrained) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build()?;
        let Some(prepared) = pool.install(|| self.prepared(spec, &run, write.is_none()))? else {
            return Ok(News::Stopped);
        };
        self.tell(News::Ready(prepared.clone()));
        if let Some(precision) = write {
            let export = &prepared.build(precision).export;
            self.at("checking the header with a C++ compiler");
            let stop = || self.control.is_stopped();
            let checked = match pool.install(|| export.check(&Compilers::here(), &stop)) {
                Ok(checked) => checked,
                Err(CheckError::Stopped) => return Ok(News::Stopped),
                Err(wrong) => return Ok(News::Wrong(super::one_line(&wrong.to_string()))),
            };
            self.at("writing");
            let files = export.write(Path::new(EXPORTS))?;
            self.tell(News::Written { files, precision, checked });
        }
        Ok(News::Done)
    }

    /// What was made last, where it is the same; else made anew. `None`: stopped.
    fn prepared(&self, spec: &ConfigFile, run: &Run, is_anew: bool) -> anyhow::Result<Option<Arc<Prepared>>> {
        let wanted = Wanted::of(spec);
        let config = run.file(Run::CONFIG);
        let trained_as = config::load(&config, &[])?;
        let labels = run.labels()?;
        let graph = Graph::of_file(&trained_as, labels.len())?;
        let trained = Arc::new(jobs::read_weights(&run.weights(), &graph)?);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last.filter(|last| !is_anew && last.hash == trained.hash && last.wanted == wanted) {
            return Ok(Some(last));
        }
        let overrides = wanted.overrides(&trained_as);
        let reading = Reading::new(&self.control, |done, total| self.at(format!("reading images {done}/{total}")));
        let dataset = load(&trained_as, Classes::Named(&labels), &self.images, &reading)?;
        let (dataset, changed) = jobs::without_training_images(run, dataset)?;
        if let Some(changed) = changed {
            self.tell(News::Warning(changed.to_string()));
        }
        // As the command line would have it, text and all.
        let deployment = |precision: Precision| -> anyhow::Result<Deployment> {
            let mut sets = overrides.clone();
            sets.push(Edit::set("export.precision", precision.word()));
            let spec = config::load(&config, &sets)?;
            let (graph, labels) = (graph.clone(), labels.clone());
            Ok(Deployment { spec, graph, labels, trained: trained.clone(), dataset: dataset.clone() })
        };
        let (float, int8) = (deployment(Precision::Float)?, deployment(Precision::Int8)?);
        self.at("quantising");
        let deployed = int8.quantise()?;
        if self.control.is_stopped() {
            return Ok(None);
        }
        let images = int8.dataset.validation.sample(JUDGED);
        self.at(format!("answering {} images with float and int8", images.len()));
        let Some(judged) = int8.judge(&deployed, &images, &self.control) else { return Ok(None) };
        self.at("writing C++");
        let build = |deployment: &Deployment, what: jobs::Build<'_>| -> anyhow::Result<Build> {
            let export = deployment.export(what, self.board.as_deref())?;
            let lines = export.sources.header.lines().count();
            Ok(Build { export, lines })
        };
        let comparison = Some(&judged.comparison);
        let prepared = Arc::new(Prepared {
            run: run.path().to_owned(),
            hash: trained.hash.clone(),
            metrics: trained.metrics,
            wanted,
            overrides: overrides.clone(),
            float: build(&float, jobs::Build::Float)?,
            int8: build(&int8, jobs::Build::Int8 { deployed: &deployed, comparison })?,
            comparison: judged.comparison,
        });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(prepared.clone());
        Ok(Some(prepared))
    }
}
