//! Trainings: one after another on a thread of their own.

use super::images::Images;
use super::load::{Reading, load};
use crate::config::{self, ConfigFile};
use crate::data::Dataset;
use crate::files::RealDisk;
use crate::graph::Graph;
use crate::jobs::{self, Classes, Held, Pace, Place, RUNS, Training, TrainingError};
use crate::runs::{self, Run, confusion};
use crate::train::{
    BatchProgress, Control, End, EpochMetrics, Governor, Observer, Start, Thermal, Trainer, Validation,
};
use crate::tui::effect;
use crate::tui::events::Source;
use crate::tui::train::{Batch, Effect, Insight, Mistake, News, Outcome, What};
use crate::tui::widgets::picture::Picture;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The least time between two news of batches.
const BETWEEN: Duration = Duration::from_millis(50);
/// Mistakes that are shown.
const MISTAKES: usize = 24;

/// The thread that trains, and a handle on each training that is not over.
pub struct Trainings {
    source: Source,
    images: Images,
    threads: usize,
    governor: Governor,
    trainer: Option<Trainer>,
    controls: Vec<(u64, Control)>,
}

/// What is to be trained.
enum Order {
    /// A configuration.
    New { file: PathBuf, text: String },
    /// The latest run of this model that did not finish.
    Resume { model: String },
}

impl Trainings {
    /// None yet.
    #[must_use]
    pub const fn new(source: Source, images: Images, threads: usize, governor: Governor) -> Self {
        Self { source, images, threads, governor, trainer: None, controls: Vec::new() }
    }

    /// Does `effect`, or begins to.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Start { id, file, text } => self.queue(id, Order::New { file, text }),
            Effect::Resume { id, model } => self.queue(id, Order::Resume { model }),
            Effect::Pause { id, paused } => {
                self.steer(id, if paused { Control::pause } else { Control::resume });
            }
            Effect::Stop(id) => self.steer(id, Control::stop),
        }
    }

    fn steer(&self, id: u64, steer: impl Fn(&Control)) {
        self.controls.iter().filter(|(known, _)| *known == id).for_each(|(_, control)| steer(control));
    }

    fn queue(&mut self, id: u64, order: Order) {
        let control = Control::default();
        let (source, images, governor) = (self.source.clone(), self.images.clone(), self.governor.clone());
        let job = Job { id, source, images, threads: self.threads, governor, control };
        if self.trainer.is_none() {
            // A thread of its own begins with the first training.
            match Trainer::start(Control::default()) {
                Ok(trainer) => self.trainer = Some(trainer),
                Err(error) => return job.tell(What::Over(Outcome::Failed(format!("no thread to train on: {error}")))),
            }
        }
        self.controls.push((id, job.control.clone()));
        let work = move || {
            let outcome = match job.work(order) {
                Ok(outcome) => outcome,
                Err(_) if job.control.is_stopped() => Outcome::NotBegun,
                Err(error) => Outcome::Failed(super::one_line(&format!("{error:#}"))),
            };
            job.tell(What::Over(outcome));
        };
        if let Some(trainer) = &self.trainer {
            // Its news tell how it ends.
            drop(trainer.queue_work(work));
        }
    }
}

impl Drop for Trainings {
    /// Stops every training and waits until what they did is saved, also where the program ends by
    /// a defect.
    fn drop(&mut self) {
        self.controls.iter().for_each(|(_, control)| control.stop());
        drop(self.trainer.take());
    }
}

/// One training.
struct Job {
    id: u64,
    source: Source,
    images: Images,
    threads: usize,
    governor: Governor,
    control: Control,
}

impl Job {
    fn tell(&self, what: What) {
        self.source.tell(effect::News::Train(News { id: self.id, what }));
    }

    /// Trains from the configuration to the report, on a pool of its own.
    fn work(&self, order: Order) -> anyhow::Result<Outcome> {
        if self.control.is_stopped() {
            return Ok(Outcome::NotBegun);
        }
        self.tell(What::Reading { done: 0, total: 0 });
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build()?;
        pool.install(|| {
            let (spec, place) = match order {
                Order::New { file, text } => (parse(&file, &text)?, Place::Below(RUNS.into())),
                Order::Resume { model } => {
                    let found = jobs::unfinished_run(RUNS.as_ref(), &model)?;
                    let run = found
                        .ok_or_else(|| anyhow::anyhow!("no run in {RUNS}/ waits to be gone on with: s trains anew"))?;
                    (config::load(&run.file(Run::CONFIG), &[])?, Place::Resume(run))
                }
            };
            let held = match place {
                // Nobody else may train there while images are read.
                Place::Resume(run) => Some(Place::Resume(run).hold(&spec.config.model.name)?),
                _ => None,
            };
            self.train(spec, held)
        })
    }

    fn train(&self, spec: ConfigFile, held: Option<Held>) -> anyhow::Result<Outcome> {
        let labels = match held.as_ref().map(Held::run).filter(|run| run.file(Run::LABELS).exists()) {
            Some(run) => run.labels()?,
            None => jobs::class_labels(&spec).map_err(|unknown| unknown.0)?,
        };
        let graph = Graph::of_file(&spec, labels.len())?;
        let classes = if held.is_some() { Classes::Named(&labels) } else { Classes::Count(labels.len()) };
        let reading = Reading::new(&self.control, |done, total| self.tell(What::Reading { done, total }));
        let held = match held {
            Some(held) => held,
            // A folder that cannot be made is found before minutes of reading.
            None => Place::Below(RUNS.into()).hold(&spec.config.model.name)?,
        };
        let dataset = match load(&spec, classes, &self.images, &reading) {
            Ok(dataset) => dataset,
            Err(error) => {
                held.give_up();
                return Err(error.into());
            }
        };
        let mut teller = Teller::new(self.id, self.source.clone(), dataset.clone());
        if held.has_state() {
            // Without them the curves begin at the resume.
            teller.history = runs::metrics::read(&held.run().file(Run::METRICS)).unwrap_or_default();
        }
        let place = Place::Held(held);
        let (threads, governor, disk) = (self.threads, self.governor.clone(), Arc::new(RealDisk));
        let training = Training { spec, graph, dataset, place, weights: None, teacher: None, threads, governor, disk };
        match training.run(&self.control, Box::new(teller)) {
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

/// Puts what a training tells into the channel of events, not more often than somebody can see.
struct Teller {
    id: u64,
    source: Source,
    last: Option<Instant>,
    pace: Option<Pace>,
    history: Vec<EpochMetrics>,
    dataset: Arc<Dataset>,
}

impl Teller {
    const fn new(id: u64, source: Source, dataset: Arc<Dataset>) -> Self {
        Self { id, source, last: None, pace: None, history: Vec::new(), dataset }
    }

    fn tell(&self, what: What) {
        self.source.tell(effect::News::Train(News { id: self.id, what }));
    }

    /// Whether enough time has passed since the last news.
    fn is_due(&mut self) -> bool {
        let is_due = self.last.is_none_or(|last| last.elapsed() >= BETWEEN);
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
            answer: usize::from(predictions[*at]),
            confidence: confidences[*at],
            picture: Picture::new(images.height, images.width, images.channels, images.image(*at)),
        };
        Insight {
            confusion: confusion(self.dataset.labels.len(), labels, predictions),
            wrong: count,
            mistakes: wrong.iter().take(MISTAKES).map(mistake).collect(),
        }
    }
}

impl Observer for Teller {
    fn begun(&mut self, run: &Path) {
        self.tell(What::Begun(run.to_owned()));
    }

    fn warning(&mut self, text: &str) {
        self.tell(What::Warning(text.to_owned()));
    }

    fn start(&mut self, start: &Start) {
        self.pace = Some(Pace::begin(start));
        let history = self.history.drain(..).take(start.done as usize).collect();
        self.tell(What::Started { start: start.clone(), labels: self.dataset.labels.clone(), history });
    }

    fn batch(&mut self, progress: &BatchProgress) {
        if !self.is_due() && progress.batch < progress.batches {
            return;
        }
        if let Some(pace) = &self.pace {
            let (elapsed, left) = (pace.elapsed(), pace.left(progress));
            self.tell(What::Batch(Batch { progress: *progress, elapsed, left }));
        }
    }

    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        self.tell(What::Epoch { metrics: *metrics, insight: self.insight(validation) });
    }

    fn paused(&mut self, paused: bool) {
        if let Some(pace) = &mut self.pace {
            pace.paused(paused);
        }
        self.tell(What::Paused(paused));
    }

    fn thermal(&mut self, state: &Thermal) {
        if let Some(pace) = &mut self.pace {
            pace.thermal(state);
        }
        self.tell(What::Thermal(*state));
    }

    /// The end is told once the report is written too.
    fn end(&mut self, _: &End) {}
}
