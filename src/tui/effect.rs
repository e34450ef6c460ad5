//! What a change of state asks the world to do, and what the world tells back.

use super::design::Origin;
use super::dialog::Dialog;
use super::{data, deploy, runs, train};
use std::path::PathBuf;

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Hand the terminal back to the shell for a while.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Open this text in `$EDITOR`.
    External(String),
    /// Write a configuration.
    Save {
        /// Where.
        path: PathBuf,
        /// What.
        text: String,
        /// What has to stand there.
        expected: Expected,
        /// Whether the program ends once it is written.
        then_quit: bool,
    },
    /// Read a configuration in order to open it.
    Open(PathBuf),
    /// Look from now on whether this file changes.
    Watch(PathBuf),
    /// Find the classes of a source of images.
    Classes {
        /// The source, as the configuration names it.
        source: String,
        /// The folder that it is relative to.
        folder: PathBuf,
    },
    /// Keep a copy of what is not saved, or none.
    Keep {
        /// The file that the copy is of.
        path: PathBuf,
        /// The text; `None`: everything is saved.
        text: Option<String>,
    },
    /// Of the images.
    Data(data::Effect),
    /// Of training.
    Train(train::Effect),
    /// Of the header.
    Deploy(deploy::Effect),
    /// Of the runs.
    Runs(runs::Effect),
}

/// What has to stand on disk for a file to be written over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Anything,
    /// No file.
    Nothing,
    /// A text of this hash.
    Hash(String),
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// A configuration was written.
    Saved {
        /// Where.
        path: PathBuf,
        /// What.
        text: String,
    },
    /// It was not written, since something else stands there by now (`None`: nothing).
    Conflict {
        /// Where.
        path: PathBuf,
        /// What stands there.
        found: Option<String>,
    },
    /// A configuration was read.
    Opened {
        /// Where it is saved.
        path: PathBuf,
        /// What it says.
        text: String,
        /// Where it comes from.
        origin: Origin,
        /// What an earlier session left unsaved.
        left: Option<String>,
    },
    /// `$EDITOR` has ended; the text as it is now.
    Edited(String),
    /// The file that is watched has another text now; `None`: it is gone.
    DiskChanged {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: Option<String>,
    },
    /// The classes of a source of images.
    Classes {
        /// The source.
        source: String,
        /// Their names.
        found: Result<Vec<String>, String>,
    },
    /// Something went wrong.
    Failed(String),
    /// Of the images.
    Data(data::News),
    /// Of training.
    Train(train::News),
    /// Of the header.
    Deploy(deploy::News),
    /// Of the runs.
    Runs(runs::News),
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It went well.
    Good,
    /// To be looked at.
    Warning,
    /// It did not work.
    Error,
}

/// A message, which stays below the screen until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub weight: Weight,
    /// One line.
    pub text: String,
}

/// What an action leads to, beside the new state.
#[derive(Debug, Default)]
pub struct Reply {
    /// To be done.
    pub effects: Vec<Effect>,
    /// To be told.
    pub notice: Option<Notice>,
    /// To be asked.
    pub dialog: Option<Dialog>,
    /// The command line that would do the same.
    pub command: Option<String>,
}

impl Reply {
    /// Asks the world to do something.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Tells that something went well.
    pub fn good(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { weight: Weight::Good, text: text.into() });
    }

    /// Tells something that is to be looked at.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { weight: Weight::Warning, text: text.into() });
    }

    /// Tells that something did not work.
    pub fn error(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { weight: Weight::Error, text: text.into() });
    }
}
