//! Creating, reading and locking run folders.

use super::info::PROGRAM;
use super::{RunError, RunInfo, labels_from_text, labels_to_text};
use crate::escape;
use crate::files::{Disk, FileError, RealDisk, make_folder, read_limited, write_atomic, write_atomic_on};
use crate::format;
use crate::text;
use crate::train::{BEST, LAST};
use jiff::Zoned;
use serde::Deserialize;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `run.json` has a few hundred bytes, `labels.txt` at most some 100 KB.
const MAX_BYTES: u64 = 1 << 20;
const LOCK: &str = ".lock";

/// A run folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub(super) path: PathBuf,
}

/// Lock on a run: no other process trains in it. The operating system releases it when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct RunLock {
    _file: Option<File>,
}

impl Run {
    /// The configuration as used.
    pub const CONFIG: &'static str = "config.toml";
    /// Settings, status and results of the run.
    pub const INFO: &'static str = "run.json";
    /// One row per epoch.
    pub const METRICS: &'static str = "metrics.csv";
    /// Class names, one per line.
    pub const LABELS: &'static str = "labels.txt";
    /// Parameters, MACs and memory of each layer.
    pub const LAYERS: &'static str = "layers.csv";
    /// Findings about the images.
    pub const DATA_CHECK: &'static str = "data-check.md";
    /// Content hashes of the training images: see [`TrainingImageHashes`](super::TrainingImageHashes).
    pub const TRAINING_IMAGES: &'static str = "training-images.txt";
    /// Configuration and weights of the teacher network, for knowledge distillation.
    pub const TEACHER: &'static str = "teacher";
    /// Weights, and the optimiser state for resuming.
    pub const CHECKPOINTS: &'static str = "checkpoints";
    /// Loss and accuracy over the epochs.
    pub const HISTORY: &'static str = "history.svg";
    /// The confusion matrix.
    pub const CONFUSION: &'static str = "confusion.svg";
    /// The report as Markdown.
    pub const REPORT: &'static str = "report.md";
    /// The report as a single HTML page with its plots.
    pub const PAGE: &'static str = "report.html";
    /// Misclassified images.
    pub const MISTAKES: &'static str = "mistakes.svg";
    /// Results of `--evaluate`.
    pub const EVALUATION: &'static str = "evaluation.json";
    /// The folder beside runs into which discarded ones are moved. Lists of runs do not show its contents.
    pub const TRASH: &'static str = ".trash";

    /// Creates a new folder `YYYY-MM-DD_HH-MM-SS_name` in `root`; if it exists, `-2`, `-3`… is appended. Concurrent
    /// callers never get the same folder.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn create(root: &Path, now: &Zoned, name: &str) -> Result<Self, RunError> {
        make_folder(root)?;
        let base = format!("{}_{}", now.strftime("%Y-%m-%d_%H-%M-%S"), escape::file_name(name));
        let mut number = 1;
        loop {
            let path = root.join(if number == 1 { base.clone() } else { format!("{base}-{number}") });
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(FileError::of("make the folder", &path)(error).into()),
            }
        }
    }

    /// The folder of `--run`, created if missing. With `resuming` it may contain a run; otherwise it must be new or
    /// empty.
    ///
    /// # Errors
    /// If it contains a run and `resuming` is false, if it contains other files, or if it cannot be created.
    pub fn create_at(path: &Path, resuming: bool) -> Result<Self, RunError> {
        make_folder(path)?;
        Self::check(path, resuming)
    }

    /// As [`Self::create_at`], but does not create a missing folder.
    ///
    /// # Errors
    /// If it contains a run and `resuming` is false, or other files.
    pub fn check(path: &Path, resuming: bool) -> Result<Self, RunError> {
        let run = Self { path: path.to_owned() };
        let entries = match fs::read_dir(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(run),
            entries => entries.map_err(FileError::of("read", path))?,
        };
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        // A process killed between creating the folder and its first file may leave these.
        let found = names.into_iter().find(|name| name != LOCK && name != ".run.json.part");
        match (found, run.info()) {
            (None, _) => Ok(run),
            (Some(_), Ok(_)) if resuming => Ok(run),
            (Some(_), Ok(_)) => Err(RunError::Begun { path: path.to_owned() }),
            (Some(_), Err(error @ (RunError::Content { .. } | RunError::Later { .. }))) => Err(error),
            (Some(found), Err(_)) => {
                let found = escape::terminal(&found.to_string_lossy());
                Err(RunError::Occupied { path: path.to_owned(), found })
            }
        }
    }

    /// Opens an existing run.
    ///
    /// # Errors
    /// If `path` is no folder, or has no `run.json` of this program.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let run = Self { path: path.to_owned() };
        run.info()?;
        Ok(run)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The weights to use: the best, or the last if no epoch qualified as best. The file may be missing if the run
    /// saved nothing.
    #[must_use]
    pub fn weights(&self) -> PathBuf {
        let folder = self.file(Self::CHECKPOINTS);
        let best = folder.join(BEST);
        if best.exists() { best } else { folder.join(LAST) }
    }

    /// A file of the run: `run.file(Run::METRICS)`.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> String {
        folder_name(&self.path)
    }

    /// Writes the first files of a run. `run.json` comes first: from then on the folder belongs to this program.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn begin(&self, info: &RunInfo, config: &str, labels: &[String]) -> Result<(), RunError> {
        self.save(info)?;
        self.write(Self::CONFIG, config)?;
        self.write(Self::LABELS, &labels_to_text(labels))
    }

    /// Replaces a file of the run atomically.
    ///
    /// # Errors
    /// If it cannot be written; the old file is then unchanged.
    pub fn write(&self, name: &str, text: &str) -> Result<(), RunError> {
        Ok(write_atomic(&self.file(name), text.as_bytes())?)
    }

    /// Replaces `run.json` atomically.
    ///
    /// # Errors
    /// If it cannot be written; the old file is then unchanged.
    pub fn save(&self, info: &RunInfo) -> Result<(), RunError> {
        self.save_on(&RealDisk, info)
    }

    /// Replaces `run.json` atomically on `disk`.
    ///
    /// # Errors
    /// If it cannot be written; the old file is then unchanged.
    pub fn save_on(&self, disk: &dyn Disk, info: &RunInfo) -> Result<(), RunError> {
        let path = self.file(Self::INFO);
        let text = serde_json::to_string_pretty(info).map_err(|error| RunError::Content {
            path: path.clone(),
            line: 1,
            why: error.to_string(),
        })?;
        Ok(write_atomic_on(disk, &path, format!("{text}\n").as_bytes())?)
    }

    /// Reads `run.json`.
    ///
    /// # Errors
    /// If there is none, it is not this program's, or it is damaged: with the line.
    pub fn info(&self) -> Result<RunInfo, RunError> {
        #[derive(Deserialize)]
        struct Marker {
            program: String,
            format: Option<serde_json::Value>,
        }
        let not_a_run = |why: &str| RunError::NotARun { path: self.path.clone(), why: why.to_owned() };
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_a_run("there is no such folder")),
            Err(error) => return Err(FileError::of("read", &self.path)(error).into()),
            Ok(about) if !about.is_dir() => return Err(not_a_run("it is a file; pass the run folder")),
            Ok(_) => {}
        }
        let path = self.file(Self::INFO);
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Err(not_a_run("it contains no run.json"));
        }
        let bytes = read_limited(&path, MAX_BYTES)?;
        match serde_json::from_slice::<Marker>(&bytes) {
            Ok(Marker { program, format }) if program == PROGRAM => {
                let later = |source| RunError::Later { path: self.path.clone(), source };
                let format = match &format {
                    None => 1,
                    Some(serde_json::Value::Number(number)) => number.as_f64().map_or(u64::MAX, |number| number as u64),
                    Some(_) => return Err(not_a_run("\"format\" in its run.json is not a number")),
                };
                format::check("a run folder", format, format::RUN).map_err(later)?;
            }
            Err(error) if !error.is_data() => {
                return Err(RunError::Content { path, line: error.line(), why: format!("damaged: {error}") });
            }
            _ => return Err(not_a_run("its run.json does not say \"program\": \"micromobilenet\"")),
        }
        serde_json::from_slice(&bytes).map_err(|error| RunError::Content {
            path,
            line: error.line(),
            why: escape::terminal(&error.to_string()),
        })
    }

    /// Reads `labels.txt`.
    ///
    /// # Errors
    /// If it cannot be read or is damaged.
    pub fn labels(&self) -> Result<Vec<String>, RunError> {
        let path = self.file(Self::LABELS);
        let bytes = read_limited(&path, MAX_BYTES)?;
        let fault = |line, why| RunError::Content { path: path.clone(), line, why };
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            fault(before.split(|&byte| byte == b'\n').count(), "not UTF-8".to_owned())
        })?;
        labels_from_text(&text).map_err(|(line, why)| fault(line, why))
    }

    /// Locks the folder, so that no other process trains in it.
    ///
    /// # Errors
    /// If another process holds the lock, or the folder cannot be written.
    pub fn lock(&self) -> Result<RunLock, RunError> {
        let path = self.file(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(FileError::of("write", &path))?;
        // [`Self::is_locked`] holds the lock for a moment.
        for _ in 0..5 {
            match file.try_lock() {
                Ok(()) => return Ok(RunLock { _file: Some(file) }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
                // On a file system without locks, continue without one.
                Err(TryLockError::Error(_)) => return Ok(RunLock { _file: None }),
            }
        }
        Err(RunError::Busy { path: self.path.clone() })
    }

    /// Removes the lock file of a run that was abandoned before anything was written.
    pub fn remove_lock(&self) {
        let _ = fs::remove_file(self.file(LOCK));
    }

    /// Whether a process holds the lock.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        let Ok(file) = File::open(self.file(LOCK)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

pub(super) fn folder_name(path: &Path) -> String {
    path.file_name().map_or_else(|| text::path(path), |name| escape::terminal(&name.to_string_lossy()))
}

#[cfg(test)]
mod tests;
