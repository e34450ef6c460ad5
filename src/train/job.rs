//! What is to be trained, and what came of it.

use super::checkpoint::Checkpoint;
use super::distill::Teacher;
use super::governor::Governor;
use super::observer::{End, EpochMetrics};
use super::profile::Profile;
use crate::config::ConfigFile;
use crate::data::Dataset;
use crate::files::{Disk, FileError};
use crate::graph::{Graph, Weights, WeightsError};
use std::path::PathBuf;
use std::sync::Arc;

/// A training to be done.
pub struct Job {
    /// The configuration.
    pub spec: ConfigFile,
    /// Its operations.
    pub graph: Graph,
    /// The images.
    pub dataset: Arc<Dataset>,
    /// Where `last.safetensors` and `best.safetensors` go; it exists.
    pub checkpoints: PathBuf,
    /// What it begins with.
    pub begin: Begin,
    /// A network to learn from.
    pub teacher: Option<Arc<Teacher>>,
    /// Threads to work with.
    pub threads: usize,
    /// Lets it wait while the processor is too hot; the result does not depend on it.
    pub governor: Governor,
    /// Where files are written.
    pub disk: Arc<dyn Disk + Send + Sync>,
}

/// What a training begins with.
#[derive(Debug, Clone)]
pub enum Begin {
    /// Random weights from the seed.
    Random,
    /// Given weights.
    Weights(Box<Weights>),
    /// A state that was saved.
    Resume(Box<Checkpoint>),
}

/// What came of a training.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Why it ended.
    pub end: End,
    /// Every epoch's figures, those before a resume included.
    pub history: Vec<EpochMetrics>,
    /// The epoch with the best validation accuracy.
    pub best: Option<EpochMetrics>,
    /// The weights after the last epoch: the moving average where there is one.
    pub weights: Weights,
    /// Where its time went, that before a resume left out.
    pub profile: Profile,
}

/// Why a training could not be done.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A checkpoint cannot be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A checkpoint does not hold what it should.
    #[error("{path}: {source}")]
    Weights {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: WeightsError,
    },
    /// The network cannot be made into integers, which it was to learn to be.
    #[error(transparent)]
    Integers(#[from] crate::quant::QuantError),
    /// A checkpoint is of another network or other images.
    #[error("cannot resume: {0}")]
    Changed(String),
    /// The training would need more memory than there is.
    #[error(
        "training this network in batches of {batch} takes about {needed} MB, and {available} MB are free: use a smaller train.batch_size, a smaller input or fewer filters"
    )]
    Memory {
        /// Images a batch.
        batch: u32,
        /// Megabytes needed.
        needed: u64,
        /// Megabytes free.
        available: u64,
    },
    /// There is nothing to learn from.
    #[error("there are no images to {0}")]
    Empty(&'static str),
    /// The threads could not be made.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why.
        reason: String,
    },
    /// A stop was asked for before it began.
    #[error("stopped before it began")]
    NotBegun,
    /// The program has a defect.
    #[error("training ended by a defect in the program: {0}")]
    Defect(String),
}
