//! Run folders: configuration, metrics and weights of a training, its evaluation, plots and reports.
//!
//! A run folder contains `config.toml` (as used), `run.json`, `metrics.csv`, `labels.txt`, `layers.csv`,
//! `data-check.md`, `training-images.txt`, `checkpoints/` (written by [`crate::train`]), `history.svg`,
//! `confusion.svg`, `mistakes.svg`, `report.md`, `report.html` and, after an evaluation, `evaluation.json`. Every file
//! except `metrics.csv` is replaced atomically; `metrics.csv` grows by one synced row per epoch.

mod compare;
mod coverage;
mod document;
mod evaluation;
mod folder;
mod info;
mod labels;
mod layers;
mod list;
pub mod metrics;
mod page;
pub mod plots;
mod recorded;
mod report;
mod table;
mod trained_on;
mod trash;

pub use compare::{ComparedRun, comparison, int8_accuracy, write_comparison};
pub use coverage::{Coverage, RankedPredictions};
pub use evaluation::{ClassReport, Evaluation, Mistake, confusion};
pub use folder::{Run, RunLock};
pub use info::{DataInfo, EpochSummary, Host, RunInfo, Status, config_hash, now};
pub(crate) use labels::{labels_from_text, labels_to_text};
pub(crate) use layers::layers_from_csv;
pub use layers::{LayerRow, layers_csv};
pub use list::{RunSummary, list};
pub use recorded::{EvaluationRecord, read_evaluations, record_evaluation};
pub use report::{BoardFit, ReportPlots, RunReport, run_report};
pub use trained_on::TrainingImageHashes;

use crate::files::FileError;
use crate::format::LaterFormat;
use crate::text;
use std::path::PathBuf;

/// Errors of reading and writing run folders.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file system error.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder for a new run contains other files.
    #[error(
        "{} is not empty and is not a run folder (it contains {found}); pass a new or an empty folder",
        text::path(path)
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// The first entry in it, escaped for a terminal.
        found: String,
    },
    /// The folder for a new run already contains a run.
    #[error("{} already contains a run; pass --resume to resume it, or another folder", text::path(path))]
    Begun {
        /// The folder.
        path: PathBuf,
    },
    /// The path is not a run folder.
    #[error("{} is not a run folder: {why}", text::path(path))]
    NotARun {
        /// The path.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// A later version of the program wrote the run.
    #[error("{}: {source}", text::path(path))]
    Later {
        /// The folder.
        path: PathBuf,
        /// The format and the latest that is supported.
        source: LaterFormat,
    },
    /// Another process uses the run.
    #[error("{} is in use by another process; wait for it or stop it", text::path(path))]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file of a run is damaged.
    #[error("{}:{line}: {why}", text::path(path))]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The defect and the expected value.
        why: String,
    },
    /// A plot could not be drawn.
    #[error("cannot draw {what}: {why}")]
    Plot {
        /// The plot.
        what: &'static str,
        /// The error of the drawing library.
        why: String,
    },
}
