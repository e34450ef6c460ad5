//! Lists of runs.

use super::folder::folder_name;
use super::{Run, RunError, RunInfo, Status};
use crate::files::FileError;
use jiff::Timestamp;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An entry of a list of runs.
#[derive(Debug)]
pub struct RunSummary {
    /// The folder.
    pub path: PathBuf,
    /// Its `run.json`, or the error of reading it. A run with status `running` whose lock is free was killed and is
    /// reported as interrupted.
    pub info: Result<RunInfo, RunError>,
    /// Start time; of a broken run, the time of the last change of its folder.
    pub started: Timestamp,
}

impl Run {
    /// The entry of this run in a list.
    #[must_use]
    pub fn summary(&self) -> RunSummary {
        let mut info = self.info();
        if let Ok(info) = &mut info
            && info.status == Status::Running
            && !self.is_locked()
        {
            info.status = Status::Interrupted;
        }
        let changed = || Timestamp::try_from(fs::metadata(&self.path).ok()?.modified().ok()?).ok();
        let started = match &info {
            Ok(info) => info.started,
            Err(_) => changed().unwrap_or(Timestamp::UNIX_EPOCH),
        };
        RunSummary { path: self.path.clone(), info, started }
    }
}

impl RunSummary {
    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> String {
        folder_name(&self.path)
    }
}

/// The runs in `root`, newest first: every folder with a `run.json`, damaged ones too. Empty if `root` does not exist.
///
/// # Errors
/// If `root` exists and cannot be read.
pub fn list(root: &Path) -> Result<Vec<RunSummary>, RunError> {
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::of("read", root))?,
    };
    let mut runs: Vec<RunSummary> = entries
        .flatten()
        .map(|entry| Run { path: entry.path() })
        .filter(|run| fs::symlink_metadata(run.file(Run::INFO)).is_ok())
        .map(|run| run.summary())
        .collect();
    runs.sort_by(|a, b| b.started.cmp(&a.started).then_with(|| b.path.cmp(&a.path)));
    Ok(runs)
}
