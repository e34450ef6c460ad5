//! Training, from a configuration to the report of the run.

use super::keeper::{Keeper, Lost};
use super::place::Place;
use super::recipe;
use super::recorder::Recorder;
use super::report;
use super::teaching::{Teaching, TeachingError};
use super::weights::{ReadWeightsError, Trained, read_weights};
use crate::config::ConfigFile;
use crate::data::Dataset;
use crate::files::{Disk, make_folder};
use crate::graph::{Graph, Weights};
use crate::runs::{self, DataInfo, Evaluation, Host, Run, RunError, RunInfo, Status, TrainingImageHashes};
use crate::text;
use crate::train::{
    self, Begin, Checkpoint, Control, End, EpochMetrics, Governor, Identity, Job, Observer, Outcome, Selection,
    TrainError, Trainer,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// The inputs of a training.
pub struct Training {
    /// The configuration, which is saved in the run.
    pub spec: ConfigFile,
    /// The graph, with as many outputs as `dataset` has classes.
    pub graph: Graph,
    /// The images, and the names of the classes: see [`super::load_dataset`].
    pub dataset: Arc<Dataset>,
    /// The folder of the run.
    pub place: Place,
    /// Initial weights, instead of random ones. A resumed run uses its saved state if there is one.
    pub weights: Option<Weights>,
    /// The teacher for knowledge distillation. A resumed run keeps its teacher.
    pub teacher: Option<Teaching>,
    /// Threads to train with; the result does not depend on them.
    pub threads: usize,
    /// Pauses training while the processor is too hot; the result does not depend on it.
    pub governor: Governor,
    /// The disk for checkpoints and metrics.
    pub disk: Arc<dyn Disk + Send + Sync>,
}

/// A training that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The run.
    pub run: Run,
    /// The reason of its end, and the metrics of every epoch.
    pub outcome: Outcome,
    /// The weights to evaluate and export: the run's best, else its last. `None` if no epoch was done.
    pub trained: Option<Trained>,
    /// Their evaluation on the validation images.
    pub evaluation: Option<Evaluation>,
}

/// A training could not begin, or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// The run's folder cannot be used or read. Nothing was changed.
    #[error(transparent)]
    Place(RunError),
    /// The saved state cannot be resumed. Nothing was changed.
    #[error(transparent)]
    State(TrainError),
    /// A file of the run cannot be written, or read back for the report.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Training failed; `run.json` has the reason.
    #[error(transparent)]
    Train(TrainError),
    /// The teacher's files cannot be read or written.
    #[error(transparent)]
    Teacher(#[from] TeachingError),
    /// The weights cannot be read back for the report.
    #[error(transparent)]
    Weights(#[from] ReadWeightsError),
    /// The run's folder vanished and cannot be written anew. Its files are saved elsewhere.
    #[error("{error}; its files are saved in {}", text::path(folder))]
    Rescued {
        /// The folder that its files are saved in.
        folder: PathBuf,
        /// The reason.
        error: RunError,
    },
    /// Stopped before the first batch. The run, if there is one, can be resumed.
    #[error("stopped before training began{}", run.as_ref().map_or_else(String::new, |run| format!(": {}", text::path(run))))]
    NotBegun {
        /// The run's folder; `None` if the training was still queued.
        run: Option<PathBuf>,
    },
}

impl Training {
    /// Trains on the calling thread (not that of a user interface) until the end, or until
    /// `control` is stopped: creates and locks the run folder, writes its first files, a row of
    /// `metrics.csv` and the checkpoints after every epoch, the final status, and, if an epoch was
    /// done, report, curves and confusion matrix. `observer` is called with
    /// [`begun`](Observer::begun) and the run's folder first, with
    /// [`end`](Observer::end) last; the report is written after that.
    ///
    /// A stop, early stopping and a loss of NaN are not errors: see [`Outcome::end`]. A run folder that vanishes
    /// meanwhile is written anew, with a [`warning`](Observer::warning).
    ///
    /// # Errors
    /// See [`TrainingError`]. After [`Place`](TrainingError::Place) and
    /// [`State`](TrainingError::State) the run is as it was (a new folder has only a lock); after
    /// any other existing checkpoints are intact.
    pub fn run(self, control: &Control, observer: Box<dyn Observer>) -> Result<Ended, TrainingError> {
        let Self { spec, graph, dataset, place, weights, teacher, threads, governor, disk } = self;
        let held = place.hold(&spec.config.model.name).map_err(TrainingError::Place)?;
        let run = held.run();
        let checkpoints = run.file(Run::CHECKPOINTS);
        let (begin, info) = if held.has_state() {
            let now = Identity::of(&spec, &graph, &dataset.fingerprint);
            let state = Checkpoint::open(&checkpoints, &graph, &now).map_err(TrainingError::State)?;
            let info = run.info().map_err(TrainingError::Place)?;
            let info = RunInfo { status: Status::Running, ended: None, reason: None, ..info };
            (Begin::Resume(Box::new(state)), info)
        } else {
            let begin = weights.map_or(Begin::Random, |weights| Begin::Weights(Box::new(weights)));
            (begin, new_info(&spec, &dataset, threads))
        };
        let teacher = match (&begin, teacher) {
            (Begin::Resume(_), _) => Teaching::of_student(run)?,
            (_, teacher) => teacher,
        };
        run.begin(&info, &spec.text, &dataset.labels)?;
        if let Some(teacher) = &teacher {
            teacher.keep(run)?;
        }
        let history = history_of(&begin);
        run.write(Run::LAYERS, &runs::layers_csv(&report::layers(&spec, &graph)))?;
        let keeper = Arc::new(kept(run, disk, &history, &dataset)?);

        let mut recorder = Recorder {
            run,
            info,
            selection: Selection::of(&spec.config.train, &dataset),
            history,
            keeper: keeper.clone(),
            looked: Instant::now(),
            control,
            failure: None,
            front: observer,
        };
        recorder.begun(run.path());
        for warning in recipe::warnings(&spec, &dataset) {
            recorder.warning(&warning);
        }
        let job = Job {
            spec: spec.clone(),
            graph: graph.clone(),
            dataset: dataset.clone(),
            checkpoints,
            begin,
            teacher: teacher.map(|teaching| teaching.teacher),
            threads,
            governor,
            disk: keeper.clone(),
        };
        let result =
            if control.is_stopped() { Err(TrainError::NotBegun) } else { train::train(job, control, &mut recorder) };
        let outcome = conclude(recorder, result)?;
        let evaluate = || evaluate(run, &spec, &graph, &dataset, &outcome);
        // Once more, if the weights or the folder have vanished since.
        let again = |error| if keeper.ensure().is_ok() { evaluate() } else { Err(error) };
        let (trained, evaluation) = evaluate().or_else(again)?.unzip();
        Ok(Ended { run: run.clone(), outcome, trained, evaluation })
    }

    /// Queues the training on the thread of `trainer`; see [`run`](Self::run). Its folder is created when it
    /// starts. `control` may be the trainer's, whose stop then stops everything queued, or one for this
    /// training alone.
    ///
    /// Receiving the result blocks. If the observer panics in its last call, the receiver is closed without one.
    #[must_use]
    pub fn queue(
        self,
        trainer: &Trainer,
        control: &Control,
        observer: Box<dyn Observer>,
    ) -> Receiver<Result<Ended, TrainingError>> {
        let control = control.clone();
        trainer.queue_work(move || {
            if control.is_stopped() { Err(TrainingError::NotBegun { run: None }) } else { self.run(&control, observer) }
        })
    }
}

/// The metrics of the epochs before the training begins.
fn history_of(begin: &Begin) -> Vec<EpochMetrics> {
    match begin {
        Begin::Resume(state) => state.progress.history.clone(),
        _ => Vec::new(),
    }
}

/// Writes the metrics of epochs done before and the tables about the images into `run`, which is kept from then on.
fn kept(
    run: &Run,
    disk: Arc<dyn Disk + Send + Sync>,
    history: &[EpochMetrics],
    dataset: &Dataset,
) -> Result<Keeper, RunError> {
    make_folder(&run.file(Run::CHECKPOINTS))?;
    let keeper = Keeper::new(run, disk);
    // Rows of epochs without a checkpoint are removed.
    runs::metrics::rewrite(&keeper, &run.file(Run::METRICS), history)?;
    run.write(Run::DATA_CHECK, &dataset.check.to_markdown())?;
    TrainingImageHashes::of(&dataset.train).write(run)?;
    keeper.remember();
    Ok(keeper)
}

/// Writes the end of the training and its outcome into `run.json`.
fn conclude(recorder: Recorder<'_>, result: Result<Outcome, TrainError>) -> Result<Outcome, TrainingError> {
    let Recorder { run, mut info, failure, keeper, .. } = recorder;
    match (&failure, &result) {
        (Some(error), _) => info.end(&End::Failed(error.to_string())),
        (None, Err(TrainError::NotBegun)) => info.end(&End::Stopped),
        (None, Err(error)) => info.end(&End::Failed(error.to_string())),
        (None, Ok(outcome)) => info.end(&outcome.end),
    }
    let saved = keeper.save(&info);
    keeper.conclude(&info).map_err(|Lost { folder, error }| match folder {
        Some(folder) => TrainingError::Rescued { folder, error },
        None => TrainingError::Run(error),
    })?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    let outcome = result.map_err(|error| match error {
        TrainError::NotBegun => TrainingError::NotBegun { run: Some(run.path().to_owned()) },
        error => TrainingError::Train(error),
    })?;
    saved?;
    Ok(outcome)
}

/// Evaluates the weights of `run` and writes its report; `None` if no epoch was done.
fn evaluate(
    run: &Run,
    spec: &ConfigFile,
    graph: &Graph,
    dataset: &Dataset,
    outcome: &Outcome,
) -> Result<Option<(Trained, Evaluation)>, TrainingError> {
    if outcome.history.is_empty() {
        return Ok(None);
    }
    let trained = read_weights(&run.weights(), graph)?;
    let evaluation = report::finish(run, spec, graph, dataset, &trained)?;
    Ok(Some((trained, evaluation)))
}

fn new_info(spec: &ConfigFile, dataset: &Dataset, threads: usize) -> RunInfo {
    let config = &spec.config;
    RunInfo {
        name: config.model.name.clone(),
        seed: config.train.seed,
        data: DataInfo {
            source: dataset.source.clone(),
            fingerprint: dataset.fingerprint.clone(),
            train: dataset.train.len(),
            validation: dataset.validation.len(),
        },
        classes: dataset.labels.len(),
        host: Host::here(threads),
        started: runs::now(),
        config_hash: runs::config_hash(&spec.text),
        ..RunInfo::default()
    }
}
