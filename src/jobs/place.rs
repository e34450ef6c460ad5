//! The folder of a run.

use crate::runs::{Run, RunError, RunLock};
use crate::train::LAST;
use std::path::{Path, PathBuf};

/// The folder of a run.
#[derive(Debug)]
pub enum Place {
    /// A new folder below this one, named after time and model.
    Below(PathBuf),
    /// This folder, which is created, or exists and is empty.
    At(PathBuf),
    /// An existing run: training resumes from its saved state, or starts again if there is none.
    Resume(Run),
    /// A folder created by [`Place::hold`].
    Held(Held),
}

/// A locked run folder: no other process trains in it while this value lives.
#[derive(Debug)]
pub struct Held {
    run: Run,
    lock: RunLock,
    /// Whether the run is new, not resumed.
    is_new: bool,
    /// The folders created for it, innermost first.
    made: Vec<PathBuf>,
}

impl Place {
    /// Creates and locks the folder for a model called `name`, before long work, so that no other process takes it
    /// meanwhile. The files of the run are not written yet, so that lists of runs do not show it.
    ///
    /// # Errors
    /// The folder cannot be created, holds something else, or another process trains in it.
    pub fn hold(self, name: &str) -> Result<Held, RunError> {
        let missing = |path: &Path| -> Vec<PathBuf> {
            path.ancestors()
                .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
                .map(Into::into)
                .collect()
        };
        let mut made = match &self {
            Self::Below(path) | Self::At(path) => missing(path),
            Self::Resume(_) | Self::Held(_) => Vec::new(),
        };
        let (is_named, is_new) = (matches!(self, Self::Below(_)), !matches!(self, Self::Resume(_)));
        let run = match self {
            Self::Below(root) => Run::create(&root, &jiff::Zoned::now(), name)?,
            Self::At(path) => Run::create_at(&path, false)?,
            Self::Resume(run) => run,
            Self::Held(held) => return Ok(held),
        };
        if is_named {
            made.insert(0, run.path().to_owned());
        }
        let lock = run.lock()?;
        Ok(Held { run, lock, is_new, made })
    }
}

impl Held {
    /// The run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Releases the folder before training: removes its lock and the folders created for it. A run to be
    /// resumed stays as it is.
    pub fn give_up(self) {
        if self.is_new {
            self.run.remove_lock();
        }
        drop(self.lock);
        // Folders with other files are not removed.
        let _ = self.made.iter().try_for_each(std::fs::remove_dir);
    }

    /// Whether there is a saved state to resume from.
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.run.file(Run::CHECKPOINTS).join(LAST).exists()
    }
}
