//! Run folders: what was trained, with what, and how it went; evaluation, plots and reports.
//!
//! A run folder holds `config.toml` (as used), `run.json`, `metrics.csv`, `labels.txt`,
//! `layers.csv`, `data-check.md`, `training-images.txt`, `checkpoints/` (which [`crate::train`] writes),
//! `history.svg`, `confusion.svg`, `mistakes.svg`, `report.md`, `report.html` and, once it was evaluated,
//! `evaluation.json`. Every file but `metrics.csv` is replaced as a whole or not at
//! all; `metrics.csv` grows by one synced row an epoch.

mod compare;
mod coverage;
mod document;
mod evaluation;
mod folder;
mod info;
mod labels;
mod layers;
pub mod metrics;
mod page;
pub mod plots;
mod recorded;
mod report;
mod table;
mod trained_on;

pub use compare::{ComparedRun, comparison, write_comparison};
pub use coverage::{Coverage, RankedPredictions};
pub use evaluation::{ClassReport, Evaluation, Mistake, confusion};
pub use folder::{Run, RunLock, RunSummary, list};
pub use info::{DataInfo, EpochSummary, Host, RunInfo, Status, config_hash, now};
pub use labels::{labels_from_text, labels_to_text};
pub use layers::{LayerRow, layers_csv, layers_from_csv};
pub use recorded::{EvaluationRecord, read_evaluations, record_evaluation};
pub use report::{BoardFit, ReportPlots, RunReport, run_report};
pub use trained_on::TrainingImageHashes;

use crate::files::FileError;
use crate::format::LaterFormat;
use crate::text;
use std::path::PathBuf;

/// Why something about a run did not work.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder that should receive a run holds something else.
    #[error(
        "{} is not empty and holds no run of this program ({found} is in it); pass a new or an empty folder",
        text::path(path)
    )]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// The first entry found in it, escaped for a terminal.
        found: String,
    },
    /// A folder that should receive a new run holds one.
    #[error("{} holds a run that has begun; pass --resume to go on with it, or another folder", text::path(path))]
    Begun {
        /// The folder.
        path: PathBuf,
    },
    /// The path is no run folder.
    #[error("{} is no run folder: {why}", text::path(path))]
    NotARun {
        /// The path.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// A later program wrote the run.
    #[error("{}: {source}", text::path(path))]
    Later {
        /// The folder.
        path: PathBuf,
        /// The formats.
        source: LaterFormat,
    },
    /// Another process works on the run.
    #[error("{} is in use by another process; wait for it or stop it", text::path(path))]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file of a run says what it should not.
    #[error("{}:{line}: {why}", text::path(path))]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A plot could not be drawn.
    #[error("cannot draw {what}: {why}")]
    Plot {
        /// The plot.
        what: &'static str,
        /// What the drawing library says.
        why: String,
    },
}
