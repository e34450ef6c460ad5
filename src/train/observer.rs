//! What a training tells about itself while it runs.

use super::governor::Thermal;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is about to be trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The model's name.
    pub name: String,
    /// Epochs in all.
    pub epochs: u32,
    /// Epochs that are done already: more than 0 when a run is resumed.
    pub done: u32,
    /// Steps of one epoch.
    pub batches: usize,
    /// Images of one epoch.
    pub images: usize,
    /// Values that training changes.
    pub trainable: u64,
    /// Threads at work.
    pub threads: usize,
}

/// Where in an epoch a training is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchProgress {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Steps of this epoch that are done.
    pub batch: usize,
    /// Steps of one epoch.
    pub batches: usize,
    /// Mean loss of this epoch so far.
    pub loss: f64,
    /// Share of this epoch's images answered right so far.
    pub accuracy: f64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Images trained on a second, over this epoch so far, waiting left out.
    pub images_per_second: f64,
}

/// One epoch's figures; the columns of `metrics.csv` and the fields of `--json` lines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Mean training loss.
    pub loss: f64,
    /// Share of training images answered right while training.
    pub accuracy: f64,
    /// Mean validation loss.
    pub val_loss: f64,
    /// Share of validation images answered right.
    pub val_accuracy: f64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Training images a second, validation and waiting left out.
    pub images_per_second: f64,
    /// Seconds for the epoch, validation included and waiting left out.
    pub seconds: f64,
}

/// What the network answers on the validation images, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The class of each image.
    pub labels: &'a [u16],
    /// The class answered.
    pub predictions: &'a [u16],
    /// The probability of the class answered.
    pub confidences: &'a [f32],
}

/// Why a training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// All epochs are done.
    Finished,
    /// No better epoch for as many epochs as `early_stopping` says.
    NoProgress {
        /// That many.
        epochs: u32,
    },
    /// Somebody asked for it; what was done is saved.
    Stopped,
    /// The loss became NaN or infinite; the last good checkpoint is kept.
    Diverged {
        /// The epoch, from 1.
        epoch: u32,
        /// The step in it, from 1.
        batch: usize,
    },
    /// Something failed, for instance writing a checkpoint.
    Failed(String),
}

/// What somebody who watches a training is told, from the training's own thread.
///
/// Calls come in this order:
///
/// ```text
/// decoded*                       while images are read, done = total last
/// begun                          where the training has a run folder
/// warning*                       where the recipe cannot be right
/// start
///   ( batch*                     after every step
///     epoch )*                   after validation, before the checkpoint is written
///   paused, resumed              any time between batches
///   thermal                      likewise, where there are sensors, every two seconds at most
/// end                            once, always, whatever happened after start
/// ```
pub trait Observer: Send {
    /// `done` of `total` images are decoded.
    fn decoded(&mut self, done: usize, total: usize) {
        let _ = (done, total);
    }
    /// The folder `run` is there, with all that a run begins with.
    fn begun(&mut self, run: &Path) {
        let _ = run;
    }
    /// Something in the recipe cannot be right: a sentence.
    fn warning(&mut self, text: &str) {
        let _ = text;
    }
    /// Training begins.
    fn start(&mut self, start: &Start);
    /// A step is done.
    fn batch(&mut self, progress: &BatchProgress);
    /// An epoch is done.
    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>);
    /// Training waits, or goes on again.
    fn paused(&mut self, paused: bool) {
        let _ = paused;
    }
    /// The sensors say something else than before, or training waits to cool, or goes on.
    fn thermal(&mut self, state: &Thermal) {
        let _ = state;
    }
    /// Training is over.
    fn end(&mut self, end: &End);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, _: &EpochMetrics, _: Validation<'_>) {}
    fn end(&mut self, _: &End) {}
}
