//! Effects and news of the Deploy screen.

use super::prepared::Prepared;
use super::view::Found;
use crate::config::{ConfigFile, Precision};
use crate::jobs::Checked;
use crate::plan::Board;
use crate::runs::EpochSummary;
use std::path::PathBuf;
use std::sync::Arc;

/// Work outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Search for the latest run with weights for this configuration.
    Look(Box<ConfigFile>),
    /// Prepare exports in float and int8. Those prepared last are reused to write files if nothing has changed.
    Prepare {
        /// The configuration.
        spec: Box<ConfigFile>,
        /// The run to export with its own configuration; `None` is the latest with weights for the network.
        run: Option<PathBuf>,
        /// The board, which limits the sample images.
        board: Option<Box<Board>>,
        /// The precision of the files to write; `None` to write none.
        write: Option<Precision>,
    },
    /// Stop the preparation.
    Stop,
    /// List the runs that have weights.
    List,
}

/// A run that can be exported.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// Its folder.
    pub run: PathBuf,
    /// The name of its network.
    pub name: String,
    /// The metrics of its best epoch, else of its last.
    pub best: Option<EpochSummary>,
}

/// An event of an export.
#[derive(Debug, Clone)]
pub enum News {
    /// The result of the search for a run with weights.
    Found(Option<Found>),
    /// The runs that have weights, newest first, or an error message.
    Listed(Result<Vec<Trained>, String>),
    /// A description of the current step.
    Progress(String),
    /// The images have changed since the run was trained.
    Warning(String),
    /// The exports are prepared.
    Ready(Arc<Prepared>),
    /// The files were written.
    Written {
        /// The files.
        files: Vec<PathBuf>,
        /// The result of the check of the header.
        checked: Checked,
    },
    /// The command was carried out.
    Done,
    /// The user has stopped the work.
    Stopped,
    /// No run has weights for the configuration.
    Untrained,
    /// The check has found the header to be wrong; nothing was written.
    Wrong(String),
    /// The export failed with this error.
    Failed(String),
}
