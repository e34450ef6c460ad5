//! Input and result of a training.

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

/// A training to run.
pub struct Job {
    /// The configuration.
    pub spec: ConfigFile,
    /// Its graph.
    pub graph: Graph,
    /// The images.
    pub dataset: Arc<Dataset>,
    /// Existing folder for `last.safetensors` and `best.safetensors`.
    pub checkpoints: PathBuf,
    /// The initial state.
    pub begin: Begin,
    /// The teacher for knowledge distillation.
    pub teacher: Option<Arc<Teacher>>,
    /// Number of threads.
    pub threads: usize,
    /// Pauses the training while the processor is too hot; this does not change the result.
    pub governor: Governor,
    /// The disk that files are written to.
    pub disk: Arc<dyn Disk + Send + Sync>,
}

/// The initial state of a training.
#[derive(Debug, Clone)]
pub enum Begin {
    /// Random weights from the seed.
    Random,
    /// Given weights.
    Weights(Box<Weights>),
    /// A checkpoint to resume.
    Resume(Box<Checkpoint>),
}

/// The result of a training.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The reason why it ended.
    pub end: End,
    /// Metrics of all epochs, including those before a resume.
    pub history: Vec<EpochMetrics>,
    /// The epoch with the best validation accuracy.
    pub best: Option<EpochMetrics>,
    /// The weights after the last epoch: the moving average if there is one.
    pub weights: Weights,
    /// Time spent by kind of work, without the time before a resume.
    pub profile: Profile,
}

/// The reason why a training failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A checkpoint cannot be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A checkpoint has invalid content.
    #[error("{path}: {source}")]
    Weights {
        /// The file.
        path: String,
        /// The reason.
        source: WeightsError,
    },
    /// The network cannot be quantised for quantisation-aware training.
    #[error(transparent)]
    Integers(#[from] crate::quant::QuantError),
    /// A checkpoint belongs to another network or other images.
    #[error("cannot resume: {0}")]
    Changed(String),
    /// The training needs more memory than is available.
    #[error(
        "training this network in batches of {batch} needs about {needed} MB, but only {available} MB are available: use a smaller train.batch_size, a smaller input or fewer filters"
    )]
    Memory {
        /// Batch size.
        batch: u32,
        /// Megabytes needed.
        needed: u64,
        /// Megabytes available.
        available: u64,
    },
    /// A set of images is empty.
    #[error("there are no images to {0}")]
    Empty(&'static str),
    /// The threads cannot be created.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// Their number.
        threads: usize,
        /// The reason.
        reason: String,
    },
    /// A stop was requested before it started.
    #[error("stopped before it began")]
    NotBegun,
    /// A bug in the program (panic).
    #[error("training failed because of a bug in the program: {0}")]
    Defect(String),
}
