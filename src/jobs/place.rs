//! Where a run goes.

use crate::runs::{Run, RunError, RunLock};
use crate::train::LAST;
use std::path::PathBuf;

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
    _lock: RunLock,
}

impl Place {
    /// Makes the folder, for a model called `name`, and locks it: before long work whose result
    /// would find the folder taken. What a training begins with is not written yet, so that a list
    /// of runs does not show it.
    ///
    /// # Errors
    /// Where the folder cannot be made, holds something else, or somebody trains in it.
    pub fn hold(self, name: &str) -> Result<Held, RunError> {
        let run = match self {
            Self::Below(root) => Run::create(&root, &jiff::Zoned::now(), name)?,
            Self::At(path) => Run::create_at(&path, false)?,
            Self::Resume(run) => run,
            Self::Held(held) => return Ok(held),
        };
        let lock = run.lock()?;
        Ok(Held { run, _lock: lock })
    }
}

impl Held {
    /// The run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Whether it has saved a state to go on from.
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.run.file(Run::CHECKPOINTS).join(LAST).exists()
    }
}
