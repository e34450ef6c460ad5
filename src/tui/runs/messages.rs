//! Requests of the Runs screen, and their results.

use super::row::Row;
use std::path::PathBuf;

/// Effects of the Runs screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the list of runs.
    List,
    /// Move the run in this folder to the trash.
    Delete(PathBuf),
    /// Restore a run from the trash.
    Restore(Discarded),
    /// Write this table of runs in CSV format to a new file.
    Export(String),
}

/// A run in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded {
    /// Its folder before.
    pub path: PathBuf,
    /// Its folder in the trash.
    pub trash: PathBuf,
}

/// News for the Runs screen.
#[derive(Debug, Clone)]
pub enum News {
    /// The list of runs, or an error message.
    Listed(Result<Vec<Row>, String>),
    /// Something in the folder of runs has changed.
    Changed,
    /// The run in this folder was moved to that one in the trash, or the error message.
    Deleted(PathBuf, Result<PathBuf, String>),
    /// The run was restored, or the error message.
    Restored(Discarded, Result<(), String>),
    /// The table was written to this file, or the error message.
    Exported(Result<PathBuf, String>),
}
