//! Where a run goes.

use crate::runs::{Run, RunError, RunLock};
use crate::train::LAST;
use std::path::{Path, PathBuf};

/// Where a run goes.
#[derive(Debug)]
pub enum Place {
    /// A new folder in this one, named after the moment and the model.
    Below(PathBuf),
    /// This folder, which is made, or is there and empty.
    At(PathBuf),
    /// A run that is there: its training goes on from the state it has saved, or anew where it has
    /// saved none.
    Resume(Run),
    /// One that [`Place::hold`] has made.
    Held(Held),
}

/// A run folder in which nobody else trains while this lives.
#[derive(Debug)]
pub struct Held {
    run: Run,
    lock: RunLock,
    /// Whether it was begun here, and did not wait to go on.
    is_new: bool,
    /// The folders that were made for it, innermost first.
    made: Vec<PathBuf>,
}

impl Place {
    /// Makes the folder, for a model called `name`, and locks it: before long work whose result
    /// would find the folder taken. What a training begins with is not written yet, so that a list
    /// of runs does not show it.
    ///
    /// # Errors
    /// Where the folder cannot be made, holds something else, or somebody trains in it.
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

    /// Gives the place up before a training has begun there: its lock, and folders that were made for
    /// it, are gone again. A run that was to go on stays as it is.
    pub fn give_up(self) {
        if self.is_new {
            self.run.remove_lock();
        }
        drop(self.lock);
        // One that somebody else has put something in stays.
        let _ = self.made.iter().try_for_each(std::fs::remove_dir);
    }

    /// Whether it has saved a state to go on from.
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.run.file(Run::CHECKPOINTS).join(LAST).exists()
    }
}
