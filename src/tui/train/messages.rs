//! What the Train screen asks of the world, and what the world reports.

use super::session::{Batch, Insight, Outcome};
use crate::train::{EpochMetrics, Start, Thermal};
use std::path::PathBuf;

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Train this configuration, behind whatever trains.
    Start {
        /// What the training is called from now on.
        id: u64,
        /// Where the configuration is from, for messages.
        file: PathBuf,
        /// The configuration.
        text: String,
    },
    /// Go on with the latest run of this model that did not finish.
    Resume {
        /// What the training is called from now on.
        id: u64,
        /// The model.
        model: String,
    },
    /// Wait, or go on.
    Pause {
        /// The training.
        id: u64,
        /// Wait.
        paused: bool,
    },
    /// End after this batch.
    Stop(u64),
}

/// What the world tells of a training.
#[derive(Debug, Clone)]
pub struct News {
    /// The training.
    pub id: u64,
    /// What happened.
    pub what: What,
}

/// What happens to a training.
#[derive(Debug, Clone)]
pub enum What {
    /// Images are read.
    Reading {
        /// So many.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// Its folder is there.
    Begun(PathBuf),
    /// Something in its recipe cannot be right.
    Warning(String),
    /// Its batches begin.
    Started {
        /// What is trained.
        start: Start,
        /// The classes.
        labels: Vec<String>,
        /// The figures of epochs that were done before.
        history: Vec<EpochMetrics>,
    },
    /// A batch is done.
    Batch(Batch),
    /// An epoch is done.
    Epoch {
        /// Its figures.
        metrics: EpochMetrics,
        /// What the network makes of the validation images.
        insight: Insight,
    },
    /// It waits, or goes on.
    Paused(bool),
    /// What the sensors say, and whether it waits to cool.
    Thermal(Thermal),
    /// It is over, all files are written.
    Over(Outcome),
}
