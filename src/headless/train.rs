//! `--train`

use super::project::{Project, RUNS, Trained, read_weights};
use super::{Exit, Failure, progress, report};
use crate::data::Dataset;
use crate::escape;
use crate::files::{Disk, RealDisk, make_folder};
use crate::runs::{self, DataInfo, Host, Run, RunError, RunInfo, Status};
use crate::train::{
    BatchProgress, Begin, Checkpoint, Control, End, EpochMetrics, Identity, Job, LAST, Observer, Outcome, Start,
    TrainError, Trainer, Validation,
};
use anyhow::anyhow;
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Trains, in a new run folder or in the one to go on with.
pub fn run(project: &mut Project<'_>) -> Result<Exit, Failure> {
    // Weights that do not fit must not leave an empty run behind.
    let given = project.request.weights.as_deref().map(|path| read_weights(path, &project.graph)).transpose()?;
    let run = open_run(project)?;
    let _lock = run.lock()?;
    let dataset = project.dataset()?;
    let found = dataset.check.to_string();
    if !found.is_empty() {
        project.console.note(found.trim_end());
    }
    let begin = begin(project, &run, &dataset, given)?;
    let info = match &begin {
        Begin::Resume(_) => RunInfo { status: Status::Running, ended: None, reason: None, ..run.info()? },
        _ => new_info(project, &dataset),
    };
    run.begin(&info, &project.spec.text, &project.labels).map_err(Failure::on_the_way)?;
    make_folder(&run.file(Run::CHECKPOINTS)).map_err(Failure::on_the_way)?;
    let disk: Arc<dyn Disk + Send + Sync> = Arc::new(RealDisk);
    let history = match &begin {
        Begin::Resume(state) => state.progress.history.clone(),
        _ => Vec::new(),
    };
    // Rows of an epoch whose checkpoint was never written are cut here.
    runs::metrics::rewrite(&*disk, &run.file(Run::METRICS), &history).map_err(Failure::on_the_way)?;
    let layers = report::layers(&project.estimate());
    run.write(Run::LAYERS, &runs::layers_csv(&layers)).map_err(Failure::on_the_way)?;
    run.write(Run::DATA_CHECK, &dataset.check.to_markdown()).map_err(Failure::on_the_way)?;
    project.console.say(&format!("run: {}", shown(run.path())));
    project.console.object("run", json!({ "path": run.path() }));

    let record = Arc::new(Mutex::new(info));
    let recorder = Recorder {
        run: Run::open(run.path())?,
        info: record.clone(),
        least: project.spec.config.train.checkpoint_min_accuracy,
        disk: disk.clone(),
        control: project.control.clone(),
        failure: Arc::default(),
    };
    let failure = recorder.failure.clone();
    let observer = progress::observer(project.console, vec![Box::new(recorder)]);
    let job = Job {
        spec: project.spec.clone(),
        graph: project.graph.clone(),
        dataset: dataset.clone(),
        checkpoints: run.file(Run::CHECKPOINTS),
        begin,
        threads: project.threads,
        disk,
    };
    let trainer = Trainer::start(project.control.clone())?;
    let result = trainer.queue(job, observer).recv().map_err(|_| TrainError::Defect("the trainer is gone".into()));
    let result = result.and_then(|result| result);
    let failure = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut info = record.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match (&failure, &result) {
        (Some(error), _) => info.end(&End::Failed(error.to_string())),
        (None, Err(TrainError::NotBegun)) => info.end(&End::Stopped),
        (None, Err(error)) => info.end(&End::Failed(error.to_string())),
        (None, Ok(outcome)) => info.end(&outcome.end),
    }
    let saved = run.save(&info);
    if let Some(error) = failure {
        return Err(Failure::on_the_way(error));
    }
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(TrainError::NotBegun) => return Ok(interrupted(project, &run)),
        Err(error) => return Err(Failure::on_the_way(error)),
    };
    saved.map_err(Failure::on_the_way)?;
    project.trained_in(Run::open(run.path())?);
    if !outcome.history.is_empty() {
        report::finish(project, &run, &dataset).map_err(|failure| Failure::on_the_way(failure.error))?;
    }
    conclude(project, &run, &outcome)
}

/// Says how it ended.
fn conclude(project: &Project<'_>, run: &Run, outcome: &Outcome) -> Result<Exit, Failure> {
    if let (Some(best), Some(last)) = (&outcome.best, outcome.history.last()) {
        project.console.say(&format!(
            "validation accuracy: best {:.2} % (epoch {}), last {:.2} % (epoch {})",
            100.0 * best.val_accuracy,
            best.epoch,
            100.0 * last.val_accuracy,
            last.epoch
        ));
        project.console.say(&format!("report: {}", shown(&run.file(Run::REPORT))));
    }
    match &outcome.end {
        End::Finished => Ok(Exit::Done),
        End::NoProgress { epochs } => {
            project.console.say(&format!("stopped early: no better validation accuracy for {epochs} epochs"));
            Ok(Exit::Done)
        }
        End::Stopped => Ok(interrupted(project, run)),
        End::Diverged { epoch, batch } => Err(Failure::on_the_way(anyhow!(
            "the loss became infinite or NaN in epoch {epoch}, batch {batch}; {}. A lower train.learning_rate, train.warmup or train.gradient_clip = 1 may help",
            if outcome.history.is_empty() {
                "no epoch was done, so nothing is kept"
            } else {
                "the last good checkpoint is kept"
            }
        ))),
        End::Failed(reason) => Err(Failure::on_the_way(anyhow!("{reason}"))),
    }
}

/// A path on one line.
fn shown(path: &Path) -> String {
    escape::terminal(&path.to_string_lossy())
}

fn interrupted(project: &Project<'_>, run: &Run) -> Exit {
    let run = escape::shell(&run.path().to_string_lossy());
    project.console.note(&format!("interrupted; go on with: micromobilenet --train --resume --run {run}"));
    Exit::Interrupted
}

fn open_run(project: &mut Project<'_>) -> Result<Run, Failure> {
    let request = project.request;
    if let (true, Some(run)) = (request.resume, project.run.take()) {
        return Ok(run);
    }
    if let Some(path) = &request.run {
        Run::check(path, false)?;
    }
    // Neither must images that cannot be loaded.
    project.dataset()?;
    if let Some(path) = &request.run {
        return Ok(Run::create_at(path, false)?);
    }
    Ok(Run::create(RUNS.as_ref(), &jiff::Zoned::now(), &project.spec.config.model.name)?)
}

fn begin(project: &Project<'_>, run: &Run, dataset: &Dataset, given: Option<Trained>) -> Result<Begin, Failure> {
    if project.request.resume {
        let folder = run.file(Run::CHECKPOINTS);
        if folder.join(LAST).exists() {
            let now = Identity::of(&project.spec, &project.graph, &dataset.fingerprint);
            return Ok(Begin::Resume(Box::new(Checkpoint::open(&folder, &project.graph, &now)?)));
        }
        project.console.note("nothing was saved yet: beginning anew");
    }
    Ok(given.map_or(Begin::Random, |given| Begin::Weights(Box::new(given.weights))))
}

fn new_info(project: &Project<'_>, dataset: &Dataset) -> RunInfo {
    let config = &project.spec.config;
    RunInfo {
        name: config.model.name.clone(),
        seed: config.train.seed,
        data: DataInfo {
            source: dataset.source.clone(),
            fingerprint: dataset.fingerprint.clone(),
            train: dataset.train.len(),
            validation: dataset.validation.len(),
        },
        classes: project.labels.len(),
        host: Host::here(project.threads),
        started: runs::now(),
        config_hash: runs::config_hash(&project.spec.text),
        ..RunInfo::default()
    }
}

/// Writes every epoch's figures into the run folder. Where that fails, the training is stopped.
struct Recorder {
    run: Run,
    info: Arc<Mutex<RunInfo>>,
    least: f64,
    disk: Arc<dyn Disk + Send + Sync>,
    control: Control,
    failure: Arc<Mutex<Option<RunError>>>,
}

impl Observer for Recorder {
    fn start(&mut self, _: &Start) {}

    fn batch(&mut self, _: &BatchProgress) {}

    fn epoch(&mut self, metrics: &EpochMetrics, _: Validation<'_>) {
        let mut info = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        info.record(metrics, self.least);
        let row = runs::metrics::append(&*self.disk, &self.run.file(Run::METRICS), metrics);
        if let Err(error) = row.and_then(|()| self.run.save(&info)) {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            self.control.stop();
        }
    }

    fn end(&mut self, end: &End) {
        self.info.lock().unwrap_or_else(PoisonError::into_inner).end(end);
    }
}
