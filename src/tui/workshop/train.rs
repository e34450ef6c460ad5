//! Trainings, one after another on a separate thread.

use super::image_files;
use super::progress::Reading;
use super::rescue;
use crate::config::{self, ConfigFile};
use crate::data::Dataset;
use crate::jobs::{self, Events, Held, ImageCache, Pace, Place, Queue, Session, TrainingError, Work, Worker};
use crate::runs::{self, Run, confusion};
use crate::text;
use crate::train::{
    BatchProgress, Control, End, EpochMetrics, Governor, Observer, Selection, Start, Thermal, Validation,
};
use crate::tui::train::{Batch, Beginning, Effect, Event, Insight, News, Outcome};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The minimum interval between two reports of batches.
const MIN_INTERVAL: Duration = Duration::from_millis(50);

/// The thread that trains, and the controls of all trainings.
pub struct Trainings {
    worker: Worker<Trainer>,
    controls: Vec<(u64, Control)>,
    events: Events<News>,
}

/// A command to train a network.
pub struct Order {
    /// The number of this training, which its events repeat.
    id: u64,
    subject: Subject,
}

/// The subject of a training.
pub enum Subject {
    /// A new training of a configuration.
    New { file: PathBuf, text: String },
    /// The latest unfinished run of this model, to be resumed.
    Resume { model: String },
}

impl Trainings {
    /// Trains into new folders in `runs` with `threads` threads; the `governor` pauses training while the processor is
    /// too hot.
    #[must_use]
    pub fn new(runs: PathBuf, cache: ImageCache, threads: usize, governor: Governor, events: Events<News>) -> Self {
        let trainer = Trainer { runs, cache, threads, governor };
        let worker = Worker::new("trainer", Queue::in_order(), trainer, events.clone());
        Self { worker, controls: Vec::new(), events }
    }

    /// Queues, pauses, resumes or stops a training.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Start { id, file, text } => self.queue(id, Subject::New { file, text }),
            Effect::Resume { id, model } => self.queue(id, Subject::Resume { model }),
            Effect::Pause { id, paused } => {
                self.control(id, if paused { Control::pause } else { Control::resume });
            }
            Effect::Stop(id) => self.control(id, Control::stop),
            Effect::Open { id, path } => {
                if let Err(error) = image_files::open(&path) {
                    self.events.send(News { id, event: Event::NotOpened(error) });
                }
            }
            Effect::Move(moving) => {
                let done = image_files::relocate(&moving);
                self.events.send(News { id: moving.id, event: Event::Moved(moving, done) });
            }
            Effect::MoveRun { id, from, to } => {
                let done = rescue::relocate(&from, &to);
                self.events.send(News { id, event: Event::RunMoved(done) });
            }
        }
    }

    /// Requests every training to stop; dropping this value waits until their states are saved.
    pub fn stop(&self) {
        self.worker.stop();
    }

    fn control(&self, id: u64, change: impl Fn(&Control)) {
        self.controls.iter().filter(|(known, _)| *known == id).for_each(|(_, control)| change(control));
    }

    fn queue(&mut self, id: u64, subject: Subject) {
        let control = self.worker.send(Order { id, subject });
        self.controls.push((id, control));
    }
}

/// Trains networks.
pub struct Trainer {
    /// The folder of all runs.
    runs: PathBuf,
    cache: ImageCache,
    threads: usize,
    governor: Governor,
}

impl Work for Trainer {
    type Command = Order;
    type Event = News;

    fn run(&mut self, order: &Order, control: &Control, events: &Events<News>) {
        let job = Job { id: order.id, trainer: self, control, events };
        let outcome = match job.work(&order.subject) {
            Ok(outcome) => outcome,
            Err(error) => {
                if let Some(TrainingError::Rescued { folder, .. }) = error.downcast_ref() {
                    job.send(Event::Rescued(folder.clone()));
                }
                Outcome::Failed(crate::text::one_line(&crate::text::with_causes(error.as_ref())))
            }
        };
        job.send(Event::Over(outcome));
    }

    fn failed(&self, order: &Order, reason: &str) -> News {
        News { id: order.id, event: Event::Over(Outcome::Failed(format!("the training failed: {reason}"))) }
    }
}

/// A training that is being carried out.
struct Job<'a> {
    id: u64,
    trainer: &'a Trainer,
    control: &'a Control,
    events: &'a Events<News>,
}

impl Job<'_> {
    fn send(&self, event: Event) {
        self.events.send(News { id: self.id, event });
    }

    /// Trains, from the configuration to the report, on a separate rayon pool.
    fn work(&self, subject: &Subject) -> anyhow::Result<Outcome> {
        if self.control.is_stopped() {
            return Ok(Outcome::NotBegun);
        }
        self.send(Event::Reading { done: 0, total: 0 });
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.trainer.threads.max(1)).build()?;
        pool.install(|| match subject {
            Subject::New { file, text } => {
                let session = Session::untrained(parse(file, text)?)?;
                // The folder is created first, so that an error is reported before minutes of loading.
                let held = Place::Below(self.trainer.runs.clone()).hold(&session.spec.config.model.name)?;
                self.train(session, held)
            }
            Subject::Resume { model } => {
                let runs = &self.trainer.runs;
                let run = jobs::unfinished_run(runs, model)?.ok_or_else(|| {
                    anyhow::anyhow!(
                        "there is no stopped run of {model} in {}/: t starts a new training",
                        text::path(runs)
                    )
                })?;
                // The run is locked while images are loaded.
                let held = Place::Resume(run.clone()).hold(model)?;
                self.train(Session::of_run(run, &[])?, held)
            }
        })
    }

    fn train(&self, mut session: Session, held: Held) -> anyhow::Result<Outcome> {
        let reading = Reading::new(self.control, |done, total| self.send(Event::Reading { done, total }));
        let dataset = match session.load_images(None, Some(&self.trainer.cache), &reading) {
            Ok(dataset) => dataset,
            Err(error) => {
                held.give_up();
                return if self.control.is_stopped() { Ok(Outcome::NotBegun) } else { Err(error.into()) };
            }
        };
        let selection = Selection::of(&session.spec.config.train, &dataset);
        let folder = image_files::folder(&session.spec.config.data.source, &dataset);
        let mut observer = NewsObserver {
            id: self.id,
            events: self.events.clone(),
            last: None,
            pace: None,
            history: Vec::new(),
            selection,
            folder,
            dataset: dataset.clone(),
        };
        if held.has_state() {
            // Without the metrics of earlier epochs the curves begin at the resumed epoch.
            observer.history = runs::metrics::read(&held.run().file(Run::METRICS)).unwrap_or_default();
        }
        let Trainer { threads, governor, .. } = self.trainer;
        let training = session.training(dataset, held, *threads, governor.clone());
        match training.run(self.control, Box::new(observer)) {
            Ok(ended) => {
                let info = ended.run.info()?;
                Ok(Outcome::Ended { end: ended.outcome.end, best: info.best, last: info.last })
            }
            Err(TrainingError::NotBegun { .. }) => Ok(Outcome::NotBegun),
            Err(error) => Err(error.into()),
        }
    }
}

fn parse(file: &Path, text: &str) -> Result<ConfigFile, config::Diagnostics> {
    Ok(ConfigFile::parse(&file.display().to_string(), text, &[])?.absolute(config::folder_of(file)))
}

/// Sends the progress of a training as news, batches at most once per [`MIN_INTERVAL`].
struct NewsObserver {
    id: u64,
    events: Events<News>,
    last: Option<Instant>,
    pace: Option<Pace>,
    /// The metrics of all epochs.
    history: Vec<EpochMetrics>,
    /// The rule of the best epoch.
    selection: Selection,
    /// See [`Beginning::folder`].
    folder: Result<PathBuf, String>,
    dataset: Arc<Dataset>,
}

impl NewsObserver {
    fn send(&self, event: Event) {
        self.events.send(News { id: self.id, event });
    }

    /// Whether [`MIN_INTERVAL`] has passed since the last report of a batch.
    fn is_due(&mut self) -> bool {
        let is_due = self.last.is_none_or(|last| last.elapsed() >= MIN_INTERVAL);
        if is_due {
            self.last = Some(Instant::now());
        }
        is_due
    }

    fn insight(&self, epoch: u32, validation: Validation<'_>) -> Insight {
        let Validation { labels, predictions, confidences } = validation;
        let mut mistakes: Vec<u32> =
            (0..labels.len() as u32).filter(|at| labels[*at as usize] != predictions[*at as usize]).collect();
        mistakes.sort_by(|a, b| confidences[*b as usize].total_cmp(&confidences[*a as usize]));
        Insight {
            epoch,
            confusion: confusion(self.dataset.labels.len(), labels, predictions),
            mistakes: mistakes.into(),
            predictions: predictions.into(),
            confidences: confidences.into(),
        }
    }
}

impl Observer for NewsObserver {
    fn begun(&mut self, run: &Path) {
        self.send(Event::Begun(run.to_owned()));
    }

    fn warning(&mut self, text: &str) {
        self.send(Event::Warning(text.to_owned()));
    }

    fn start(&mut self, start: &Start) {
        self.pace = Some(Pace::begin(start));
        self.history.truncate(start.done as usize);
        self.send(Event::Started(Box::new(Beginning {
            start: start.clone(),
            history: self.history.clone(),
            best: self.selection.best(&self.history).map(|best| best.epoch),
            dataset: self.dataset.clone(),
            folder: self.folder.clone(),
        })));
    }

    fn batch(&mut self, progress: &BatchProgress) {
        if !self.is_due() && progress.batch < progress.batches {
            return;
        }
        if let Some(pace) = &self.pace {
            let (elapsed, left) = (pace.elapsed(), pace.left(progress));
            self.send(Event::Batch(Batch { progress: *progress, elapsed, left }));
        }
    }

    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        self.history.push(*metrics);
        let is_best = self.selection.best(&self.history).is_some_and(|best| best.epoch == metrics.epoch);
        self.send(Event::Epoch { metrics: *metrics, insight: self.insight(metrics.epoch, validation), is_best });
    }

    fn paused(&mut self, paused: bool) {
        if let Some(pace) = &mut self.pace {
            pace.paused(paused);
        }
        self.send(Event::Paused(paused));
    }

    fn thermal(&mut self, state: &Thermal) {
        if let Some(pace) = &mut self.pace {
            pace.thermal(state);
        }
        self.send(Event::Thermal(*state));
    }

    /// Does nothing: [`Event::Over`] is sent after the report is written.
    fn end(&mut self, _: &End) {}
}
