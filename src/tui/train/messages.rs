//! Requests of the Train screen, and the events that it receives.

use super::session::{Batch, Insight, Outcome};
use crate::data::Dataset;
use crate::train::{EpochMetrics, Start, Thermal};
use std::path::PathBuf;
use std::sync::Arc;

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
    /// Open an image with the system's viewer.
    Open {
        /// The id of its training.
        id: u64,
        /// The file.
        path: PathBuf,
    },
    /// Move the file of an image. No file is replaced.
    Move(Moving),
    /// Move the rescued run in `from` to the new folder `to`.
    MoveRun {
        /// The id of its training.
        id: u64,
        /// The folder that its files are saved in.
        from: PathBuf,
        /// Its new folder; `~` is the home folder.
        to: PathBuf,
    },
}

/// A move of an image file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// The id of its training.
    pub id: u64,
    /// Its index among the validation images.
    pub image: u32,
    /// The file.
    pub from: PathBuf,
    /// Its new path.
    pub to: PathBuf,
    /// Whether an earlier move is undone. Otherwise, if there is a file at `to`, a number is added to the name.
    pub is_undo: bool,
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
    Started(Box<Beginning>),
    /// A batch was completed.
    Batch(Batch),
    /// An epoch was completed.
    Epoch {
        /// Its metrics.
        metrics: EpochMetrics,
        /// The predictions for the validation images.
        insight: Insight,
        /// Whether it is the best epoch so far.
        is_best: bool,
    },
    /// The user paused (`true`) or resumed the training.
    Paused(bool),
    /// New sensor readings, and whether training is paused to cool the processor.
    Thermal(Thermal),
    /// The training has ended and all files are written.
    Over(Outcome),
    /// The system's viewer could not be started; contains the error message.
    NotOpened(String),
    /// A file was moved to this path, or the error message.
    Moved(Moving, Result<PathBuf, String>),
    /// The run folder vanished and cannot be written anew: its files are saved in this folder.
    Rescued(PathBuf),
    /// The rescued run was moved to this folder, or the error message.
    RunMoved(Result<PathBuf, String>),
}

/// The facts about a training that are known when its first batch begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Size and length of the training.
    pub start: Start,
    /// The metrics of epochs done before a resume.
    pub history: Vec<EpochMetrics>,
    /// The best of these epochs.
    pub best: Option<u32>,
    /// The images and their classes.
    pub dataset: Arc<Dataset>,
    /// The folder that the names of images are relative to, or the reason why images are not files in class folders.
    pub folder: Result<PathBuf, String>,
}
