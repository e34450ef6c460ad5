//! The state of one training.

use super::messages::Effect;
use crate::data::{Dataset, Images};
use crate::runs::EpochSummary;
use crate::text::percent;
use crate::train::{BatchProgress, End, EpochMetrics, Start, Thermal};
use crate::tui::widgets::picture::Pixels;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A point of the training curves: epochs with their fraction, loss, accuracy (0 to 1).
pub type Place = (f64, f64, f64);

/// The minimum distance between two points within an epoch, in epochs.
const MIN_DISTANCE: f64 = 0.005;

/// The phase of a training.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Queued behind other trainings.
    Waiting,
    /// Loading images.
    Reading {
        /// The number of decoded images.
        done: usize,
        /// The total; 0 if it is not known yet.
        total: usize,
    },
    /// Training on batches.
    Training,
    /// Paused by the user.
    Paused,
    /// Ended.
    Over(Outcome),
}

/// The origin of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The configuration as it was, of which the run has a copy.
    Text,
    /// A stopped run, which is resumed.
    Run,
}

/// The outcome of a training.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Training ran and ended.
    Ended {
        /// The reason of the end.
        end: End,
        /// The epoch with the best validation accuracy.
        best: Option<EpochSummary>,
        /// The last epoch.
        last: Option<EpochSummary>,
    },
    /// The training could not start, or failed, with this error.
    Failed(String),
    /// Stopped before the first batch.
    NotBegun,
}

/// Progress of the batches, with times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batch {
    /// Epoch, batch, and the metrics of the epoch so far.
    pub progress: BatchProgress,
    /// Elapsed training time, without pauses.
    pub elapsed: Duration,
    /// Estimated remaining time.
    pub left: Duration,
}

/// Predictions for the validation images after an epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Insight {
    /// The epoch.
    pub epoch: u32,
    /// `[t][p]`: number of images of class t predicted as class p.
    pub confusion: Vec<Vec<u64>>,
    /// The misclassified images, those predicted with the highest confidence first.
    pub mistakes: Arc<[u32]>,
    /// The predicted class of every image.
    pub predictions: Arc<[u16]>,
    /// The probability of the predicted class of every image, from 0 to 1.
    pub confidences: Arc<[f32]>,
}

/// A validation image and its prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its true class.
    pub truth: usize,
    /// The predicted class.
    pub predicted: usize,
    /// The probability of the predicted class, from 0 to 1.
    pub confidence: f32,
    /// Its preprocessed pixels.
    pub pixels: Option<Pixels<'a>>,
}

/// A training since the start of the workbench.
#[derive(Debug, Clone)]
pub struct Session {
    /// Unique id.
    pub id: u64,
    /// The model's name.
    pub name: String,
    /// Its phase.
    pub phase: Phase,
    /// Its run folder, once it was created.
    pub run: Option<PathBuf>,
    /// The folder with the files of a run whose own folder vanished, until the user has chosen another.
    pub rescued: Option<PathBuf>,
    /// The images and their classes, once they are read.
    pub dataset: Option<Arc<Dataset>>,
    /// The folder of the images, or the reason why images are not files in class folders.
    pub folder: Result<PathBuf, String>,
    /// The files of images that the user has moved since.
    pub moved: BTreeMap<u32, PathBuf>,
    /// Size and length of the training, once known.
    pub start: Option<Start>,
    /// The last completed batch.
    pub batch: Option<Batch>,
    /// The metrics of every epoch.
    pub history: Vec<EpochMetrics>,
    /// The points of the training curves within the current epoch.
    pub trail: Vec<Place>,
    /// The best epoch.
    pub best: Option<u32>,
    /// Predictions of the last epoch.
    pub insight: Insight,
    /// Predictions of the best epoch; `None` if it was before a resume.
    pub best_insight: Option<Insight>,
    /// The last sensor readings.
    pub thermal: Option<Thermal>,
    /// The origin of the configuration.
    pub subject: Subject,
    /// The effect that begins it; `None` once it was requested.
    pub waiting: Option<Effect>,
    /// Whether the user has requested a pause.
    pub is_pausing: bool,
    /// Whether the user has requested a stop.
    pub is_stopping: bool,
}

impl Session {
    /// Creates a queued training.
    #[must_use]
    pub fn new(id: u64, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            phase: Phase::Waiting,
            run: None,
            rescued: None,
            dataset: None,
            folder: Err("the images have not been read yet".to_owned()),
            moved: BTreeMap::new(),
            start: None,
            batch: None,
            history: Vec::new(),
            trail: Vec::new(),
            best: None,
            insight: Insight::default(),
            best_insight: None,
            thermal: None,
            subject: Subject::Text,
            waiting: None,
            is_pausing: false,
            is_stopping: false,
        }
    }

    /// Records a completed batch.
    pub fn advance(&mut self, batch: Batch) {
        let progress = &batch.progress;
        let at = f64::from(progress.epoch.saturating_sub(1)) + progress.batch as f64 / progress.batches.max(1) as f64;
        self.batch = Some(batch);
        // The first epoch keeps all its points, later ones only the last.
        let is_first = self.history.is_empty();
        if !is_first {
            self.trail.clear();
        }
        if self.trail.last().is_none_or(|(last, ..)| at - last >= MIN_DISTANCE) {
            self.trail.push((at, progress.loss, progress.accuracy));
        }
    }

    /// The name of a class.
    #[must_use]
    pub fn label(&self, class: usize) -> String {
        let label = self.dataset.as_ref().and_then(|dataset| dataset.labels.get(class));
        label.map_or_else(|| class.to_string(), |label| crate::escape::terminal(label))
    }

    /// The validation images, once they are read.
    #[must_use]
    pub fn images(&self) -> Option<&Images> {
        self.dataset.as_ref().map(|dataset| &dataset.validation)
    }

    /// The validation image `at` with its prediction in `insight`; `None` if there is none.
    #[must_use]
    pub fn judged<'a>(&'a self, insight: &Insight, at: u32) -> Option<Judged<'a>> {
        let (images, at) = (self.images()?, at as usize);
        let truth = usize::from(*images.labels.get(at)?);
        let pixels = (images.pixels.len() >= (at + 1) * images.image_bytes())
            .then(|| Pixels::new(images.height, images.width, images.channels, images.image(at)));
        Some(Judged {
            name: images.names.get(at).map_or("", String::as_str),
            truth,
            predicted: usize::from(*insight.predictions.get(at)?),
            confidence: *insight.confidences.get(at)?,
            pixels: pixels.flatten(),
        })
    }

    /// The predictions to show: those of the best epoch, if there are any and `is_best`, else of the last.
    #[must_use]
    pub fn insight(&self, is_best: bool) -> &Insight {
        self.best_insight.as_ref().filter(|_| is_best).unwrap_or(&self.insight)
    }

    /// Whether the training has ended.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    /// Whether training is paused to cool the processor.
    #[must_use]
    pub fn is_cooling(&self) -> bool {
        !self.is_over() && self.thermal.is_some_and(|state| state.cooling_to.is_some())
    }

    /// Whether an epoch is completed.
    #[must_use]
    pub const fn is_begun(&self) -> bool {
        !self.history.is_empty()
    }

    /// Whether nothing is being done for the training: it is queued or has ended.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.is_waiting() || self.is_over()
    }

    /// Whether the training is queued.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }

    /// The total number of epochs; 0 if it is not known yet.
    #[must_use]
    pub fn epochs(&self) -> u32 {
        self.start.as_ref().map_or(0, |start| start.epochs)
    }

    /// The current epoch, from 1; 0 before the first.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        let done = self.history.last().map_or(0, |row| row.epoch);
        self.batch.map_or(done, |batch| batch.progress.epoch.max(done))
    }

    /// Returns name, phase and accuracy, for the line of tabs.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { name, .. } = self;
        let accuracy = self.history.last().map(|row| format!(" {}", percent(row.val_accuracy))).unwrap_or_default();
        let at = || format!("{name} {}/{}{accuracy}", self.epoch(), self.epochs());
        match &self.phase {
            Phase::Waiting => format!("{name} queued"),
            Phase::Reading { .. } => format!("{name} reading images"),
            Phase::Training if self.is_stopping => format!("{name} stopping"),
            Phase::Training if self.start.is_none() => format!("{name} starting"),
            Phase::Training if self.is_cooling() => format!("cooling {}", at()),
            Phase::Training => at(),
            Phase::Paused => format!("paused {}", at()),
            Phase::Over(Outcome::Ended { end, best, .. }) => {
                let best = best.map(|best| format!(" {}", percent(best.val_accuracy))).unwrap_or_default();
                format!("{name} {}{best}", word(end))
            }
            Phase::Over(Outcome::Failed(_)) => format!("{name} failed"),
            Phase::Over(Outcome::NotBegun) => format!("{name} not started"),
        }
    }
}

/// Returns a word for the end of a training.
pub const fn word(end: &End) -> &'static str {
    match end {
        End::Finished | End::NoProgress { .. } => "done",
        End::Stopped => "stopped",
        End::Diverged { .. } => "diverged",
        End::Failed(_) => "failed",
    }
}
