//! Requests of the Train screen, and the events that it receives.

use super::session::{Batch, Insight, Outcome};
use crate::train::{EpochMetrics, Start, Thermal};
use std::path::PathBuf;

/// Work outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Queue a training of this configuration.
    Start {
        /// The id of the new training.
        id: u64,
        /// The file of the configuration, for error messages.
        file: PathBuf,
        /// The text of the configuration.
        text: String,
    },
    /// Queue the resumption of the latest unfinished run of this model.
    Resume {
        /// The id of the new training.
        id: u64,
        /// The model.
        model: String,
    },
    /// Pause or resume a training.
    Pause {
        /// The id of the training.
        id: u64,
        /// Whether to pause.
        paused: bool,
    },
    /// Stop the training with this id after the current batch.
    Stop(u64),
}

/// An event of a training.
#[derive(Debug, Clone)]
pub struct News {
    /// The id of the training.
    pub id: u64,
    /// The event.
    pub event: Event,
}

/// The kinds of events of a training.
#[derive(Debug, Clone)]
pub enum Event {
    /// Images are being loaded.
    Reading {
        /// The number of decoded images.
        done: usize,
        /// The total; 0 if it is not known yet.
        total: usize,
    },
    /// The run folder was created.
    Begun(PathBuf),
    /// The training settings do not suit the images.
    Warning(String),
    /// The first batch begins.
    Started {
        /// Size and length of the training.
        start: Start,
        /// The classes.
        labels: Vec<String>,
        /// The metrics of epochs done before a resume.
        history: Vec<EpochMetrics>,
    },
    /// A batch was completed.
    Batch(Batch),
    /// An epoch was completed.
    Epoch {
        /// Its metrics.
        metrics: EpochMetrics,
        /// The predictions for the validation images.
        insight: Insight,
    },
    /// The user paused (`true`) or resumed the training.
    Paused(bool),
    /// New sensor readings, and whether training is paused to cool the processor.
    Thermal(Thermal),
    /// The training has ended and all files are written.
    Over(Outcome),
}
