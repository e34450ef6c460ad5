//! Trainings, one after another on a separate thread.

use super::progress::Reading;
use crate::config::{self, ConfigFile};
use crate::data::Dataset;
use crate::jobs::{self, Events, Held, ImageCache, Pace, Place, Queue, Session, TrainingError, Work, Worker};
use crate::runs::{self, Run, confusion};
use crate::text;
use crate::train::{BatchProgress, Control, End, EpochMetrics, Governor, Observer, Start, Thermal, Validation};
use crate::tui::train::{Batch, Effect, Event, Insight, Mistake, News, Outcome};
use crate::tui::widgets::picture::Picture;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The minimum interval between two reports of batches.
const MIN_INTERVAL: Duration = Duration::from_millis(50);
/// The maximum number of mistakes that are shown.
const MAX_MISTAKES: usize = 24;

/// The thread that trains, and the controls of all trainings.
pub struct Trainings {
    worker: Worker<Trainer>,
    controls: Vec<(u64, Control)>,
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
        Self { worker: Worker::new("trainer", Queue::in_order(), trainer, events), controls: Vec::new() }
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
            Err(_) if control.is_stopped() => Outcome::NotBegun,
            Err(error) => Outcome::Failed(super::one_line(&format!("{error:#}"))),
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
                        "there is no stopped run of {model} in {}/: s starts a new training",
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
                return Err(error.into());
            }
        };
        let mut observer = NewsObserver::new(self.id, self.events.clone(), dataset.clone());
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
    history: Vec<EpochMetrics>,
    dataset: Arc<Dataset>,
}

impl NewsObserver {
    const fn new(id: u64, events: Events<News>, dataset: Arc<Dataset>) -> Self {
        Self { id, events, last: None, pace: None, history: Vec::new(), dataset }
    }

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

    fn insight(&self, validation: Validation<'_>) -> Insight {
        let Validation { labels, predictions, confidences } = validation;
        let mut wrong: Vec<usize> = (0..labels.len()).filter(|at| labels[*at] != predictions[*at]).collect();
        let count = wrong.len();
        wrong.sort_by(|a, b| confidences[*b].total_cmp(&confidences[*a]));
        let images = &self.dataset.validation;
        let mistake = |at: &usize| Mistake {
            name: images.names.get(*at).cloned().unwrap_or_default(),
            truth: usize::from(labels[*at]),
            predicted: usize::from(predictions[*at]),
            confidence: confidences[*at],
            picture: Picture::new(images.height, images.width, images.channels, images.image(*at)),
        };
        Insight {
            confusion: confusion(self.dataset.labels.len(), labels, predictions),
            wrong: count,
            mistakes: wrong.iter().take(MAX_MISTAKES).map(mistake).collect(),
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
        let history = self.history.drain(..).take(start.done as usize).collect();
        self.send(Event::Started { start: start.clone(), labels: self.dataset.labels.clone(), history });
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
        self.send(Event::Epoch { metrics: *metrics, insight: self.insight(validation) });
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
