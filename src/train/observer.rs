//! Progress reports of a running training.

use super::governor::Thermal;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Properties of a training that is about to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The model's name.
    pub name: String,
    /// Total number of epochs.
    pub epochs: u32,
    /// Completed epochs; more than 0 if a run is resumed.
    pub done: u32,
    /// Steps per epoch.
    pub batches: usize,
    /// Training images per epoch.
    pub images: usize,
    /// Number of trainable values.
    pub trainable: u64,
    /// Number of threads.
    pub threads: usize,
}

/// Progress within an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchProgress {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Completed steps of this epoch.
    pub batch: usize,
    /// Steps per epoch.
    pub batches: usize,
    /// Mean loss of this epoch so far.
    pub loss: f64,
    /// Training accuracy of this epoch so far, from 0 to 1.
    pub accuracy: f64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Training images per second in this epoch so far, without pauses.
    pub images_per_second: f64,
}

/// Metrics of one epoch: the columns of `metrics.csv` and the fields of `--json` lines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Mean training loss.
    pub loss: f64,
    /// Training accuracy, from 0 to 1.
    pub accuracy: f64,
    /// Mean validation loss.
    pub val_loss: f64,
    /// Validation accuracy, from 0 to 1.
    pub val_accuracy: f64,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Training images per second, without validation and pauses.
    pub images_per_second: f64,
    /// Duration of the epoch in seconds, with validation but without pauses.
    pub seconds: f64,
}

/// Predictions for the validation images, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The true class of each image.
    pub labels: &'a [u16],
    /// The predicted class of each image.
    pub predictions: &'a [u16],
    /// The probability of the predicted class.
    pub confidences: &'a [f32],
}

/// The reason why a training ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// All epochs are completed.
    Finished,
    /// Early stopping: no improvement for as many epochs as `early_stopping`.
    NoProgress {
        /// That number of epochs.
        epochs: u32,
    },
    /// A stop was requested; the progress is saved.
    Stopped,
    /// The loss became NaN or infinite; the last good checkpoint is kept.
    Diverged {
        /// The epoch, from 1.
        epoch: u32,
        /// The step of the epoch, from 1.
        batch: usize,
    },
    /// An error, for instance when writing a checkpoint.
    Failed(String),
}

/// Receives the progress of a training; called from the training thread.
///
/// Calls come in this order:
///
/// ```text
/// decoded*                       while images are decoded; done = total at the end
/// begun                          if the training has a run folder
/// warning*                       if the training settings are questionable
/// start
///   ( batch*                     after every step
///     epoch )*                   after validation, before the checkpoint is written
///   paused, resumed              any time between batches
///   thermal                      likewise, if there are sensors, at most every two seconds
/// end                            exactly once, whatever happened after start
/// ```
pub trait Observer: Send {
    /// `done` of `total` images are decoded.
    fn decoded(&mut self, done: usize, total: usize) {
        let _ = (done, total);
    }
    /// The run folder `run` was created, with its initial files.
    fn begun(&mut self, run: &Path) {
        let _ = run;
    }
    /// A warning about the training settings, as a sentence.
    fn warning(&mut self, text: &str) {
        let _ = text;
    }
    /// The training starts.
    fn start(&mut self, start: &Start);
    /// A step is completed.
    fn batch(&mut self, progress: &BatchProgress);
    /// An epoch is completed and validated.
    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>);
    /// The training was paused or resumed.
    fn paused(&mut self, paused: bool) {
        let _ = paused;
    }
    /// The sensor readings have changed, or training was paused to cool or resumed.
    fn thermal(&mut self, state: &Thermal) {
        let _ = state;
    }
    /// The training has ended.
    fn end(&mut self, end: &End);
}

/// Ignores all progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn start(&mut self, _: &Start) {}
    fn batch(&mut self, _: &BatchProgress) {}
    fn epoch(&mut self, _: &EpochMetrics, _: Validation<'_>) {}
    fn end(&mut self, _: &End) {}
}
