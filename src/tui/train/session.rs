//! One training of this session: what is known of it.

use crate::runs::EpochSummary;
use crate::text::percent;
use crate::train::{BatchProgress, End, EpochMetrics, Start, Thermal};
use crate::tui::widgets::picture::Picture;
use std::path::PathBuf;
use std::time::Duration;

/// A place in a training: epochs as a fraction, loss and accuracy.
pub type Place = (f64, f64, f64);

/// The least part of an epoch between two places of the way through it.
const TRAIL: f64 = 0.005;

/// How far a training is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Others train first.
    Waiting,
    /// Its images are read.
    Reading {
        /// Images read.
        done: usize,
        /// Images in all; 0 until that is known.
        total: usize,
    },
    /// Its batches are done.
    Training,
    /// It waits for somebody to let it go on.
    Paused,
    /// It is over, as the text says.
    Over(Outcome),
}

/// What is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The file, as it was saved.
    File,
    /// A text that was not saved: only the run has it.
    Text,
    /// A run that was stopped goes on.
    Run,
}

/// How a training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was begun and came to this end.
    Ended {
        /// Why.
        end: End,
        /// The epoch with the best validation accuracy.
        best: Option<EpochSummary>,
        /// The last epoch.
        last: Option<EpochSummary>,
    },
    /// It could not begin, or broke off; why.
    Failed(String),
    /// It was stopped before its first batch.
    NotBegun,
}

/// Where the batches are, and the clock with them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batch {
    /// Where the batches are.
    pub progress: BatchProgress,
    /// How long the training has been at work.
    pub elapsed: Duration,
    /// How long it will be.
    pub left: Duration,
}

/// What the network made of the validation images after an epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Insight {
    /// `[t][p]`: images of class t taken for class p.
    pub confusion: Vec<Vec<u64>>,
    /// How many images were answered wrong.
    pub wrong: usize,
    /// Of those, the ones the network was surest of, first.
    pub mistakes: Vec<Mistake>,
}

/// An image taken for what it is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// What it is called.
    pub name: String,
    /// Its class.
    pub truth: usize,
    /// What it was taken for.
    pub answer: usize,
    /// How sure the network was, 0 to 1.
    pub confidence: f32,
    /// The image.
    pub picture: Option<Picture>,
}

/// A training of this session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Tells it from the others.
    pub id: u64,
    /// The model's name.
    pub name: String,
    /// How far it is.
    pub phase: Phase,
    /// Its run folder, once it is there.
    pub run: Option<PathBuf>,
    /// The classes.
    pub labels: Vec<String>,
    /// What is trained, once that is known.
    pub start: Option<Start>,
    /// Where its batches are.
    pub batch: Option<Batch>,
    /// Every epoch's figures.
    pub history: Vec<EpochMetrics>,
    /// The way through the epoch under way.
    pub trail: Vec<Place>,
    /// What it makes of the validation images.
    pub insight: Insight,
    /// How hot the processor is, once a sensor has told.
    pub thermal: Option<Thermal>,
    /// What is trained.
    pub subject: Subject,
    /// Somebody asked it to wait.
    pub is_pausing: bool,
    /// Somebody asked it to stop.
    pub is_stopping: bool,
}

impl Session {
    /// One that waits for its turn.
    #[must_use]
    pub fn new(id: u64, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            phase: Phase::Waiting,
            run: None,
            labels: Vec::new(),
            start: None,
            batch: None,
            history: Vec::new(),
            trail: Vec::new(),
            insight: Insight::default(),
            thermal: None,
            subject: Subject::File,
            is_pausing: false,
            is_stopping: false,
        }
    }

    /// Takes note of a batch.
    pub fn advance(&mut self, batch: Batch) {
        let progress = &batch.progress;
        let at = f64::from(progress.epoch.saturating_sub(1)) + progress.batch as f64 / progress.batches.max(1) as f64;
        self.batch = Some(batch);
        // Of the first epoch the whole way is kept, of later ones the place.
        let is_first = self.history.is_empty();
        if !is_first {
            self.trail.clear();
        }
        if self.trail.last().is_none_or(|(last, ..)| at - last >= TRAIL) {
            self.trail.push((at, progress.loss, progress.accuracy));
        }
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    /// Whether it waits for the processor to cool.
    #[must_use]
    pub fn is_cooling(&self) -> bool {
        !self.is_over() && self.thermal.is_some_and(|state| state.cooling_to.is_some())
    }

    /// Whether it waits for its turn.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }

    /// Epochs in all; 0 until that is known.
    #[must_use]
    pub fn epochs(&self) -> u32 {
        self.start.as_ref().map_or(0, |start| start.epochs)
    }

    /// The epoch at work, from 1.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        let done = self.history.last().map_or(0, |row| row.epoch);
        self.batch.map_or(done, |batch| batch.progress.epoch.max(done))
    }

    /// Where it is, in a few words.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { name, .. } = self;
        let accuracy = self.history.last().map(|row| format!(" {}", percent(row.val_accuracy))).unwrap_or_default();
        let at = || format!("{name} {}/{}{accuracy}", self.epoch(), self.epochs());
        match &self.phase {
            Phase::Waiting => format!("{name} waits"),
            Phase::Reading { .. } => format!("{name} reads images"),
            Phase::Training if self.is_stopping => format!("{name} stops"),
            Phase::Training if self.start.is_none() => format!("{name} begins"),
            Phase::Training if self.is_cooling() => format!("cooling {}", at()),
            Phase::Training => at(),
            Phase::Paused => format!("paused {}", at()),
            Phase::Over(Outcome::Ended { end, best, .. }) => {
                let best = best.map(|best| format!(" {}", percent(best.val_accuracy))).unwrap_or_default();
                format!("{name} {}{best}", word(end))
            }
            Phase::Over(Outcome::Failed(_)) => format!("{name} failed"),
            Phase::Over(Outcome::NotBegun) => format!("{name} not begun"),
        }
    }
}

/// How it ended, in a word.
pub const fn word(end: &End) -> &'static str {
    match end {
        End::Finished | End::NoProgress { .. } => "done",
        End::Stopped => "stopped",
        End::Diverged { .. } => "diverged",
        End::Failed(_) => "failed",
    }
}
