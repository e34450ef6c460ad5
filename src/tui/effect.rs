//! What a change of state asks the world to do, and what the world tells back.

use super::action::Action;
use super::design::{EstimateRequest, Origin};
use super::dialog::{Completion, Dialog};
use crate::plan::Estimate;
use std::path::PathBuf;
use std::sync::Arc;

/// Something to be done outside of the state; `S` is an effect of a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<S> {
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
    /// Estimate the costs of a large network. Only the newest request of each subject counts.
    Estimate(EstimateSubject, EstimateRequest),
    /// Find what a line may be completed to.
    Complete(Completion),
    /// Keep a copy of what is not saved, or none.
    Keep {
        /// The file that the copy is of.
        path: PathBuf,
        /// The text; `None`: everything is saved.
        text: Option<String>,
    },
    /// Of a screen.
    Screen(S),
}

impl<S> Effect<S> {
    /// The same effect, with that of a screen turned into another by `wrap`.
    fn map<T>(self, wrap: impl Fn(S) -> T) -> Effect<T> {
        match self {
            Self::Quit => Effect::Quit,
            Self::Suspend => Effect::Suspend,
            Self::Redraw => Effect::Redraw,
            Self::External(text) => Effect::External(text),
            Self::Save { path, text, expected, then_quit } => Effect::Save { path, text, expected, then_quit },
            Self::Open(path) => Effect::Open(path),
            Self::Watch(path) => Effect::Watch(path),
            Self::Classes { source, folder } => Effect::Classes { source, folder },
            Self::Estimate(subject, request) => Effect::Estimate(subject, request),
            Self::Complete(completion) => Effect::Complete(completion),
            Self::Keep { path, text } => Effect::Keep { path, text },
            Self::Screen(effect) => Effect::Screen(wrap(effect)),
        }
    }
}

/// The text that describes the network to estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateSubject {
    /// The text that is open.
    Text,
    /// The file on disk, which contains another text.
    Saved,
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

/// What the world reports; `S` is news for a screen.
#[derive(Debug, Clone)]
pub enum News<S> {
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
    /// The costs of a network.
    Estimated {
        /// The request.
        request: EstimateRequest,
        /// The costs.
        estimate: Arc<Estimate>,
    },
    /// What a line may be completed to.
    Completed {
        /// The request.
        request: Completion,
        /// Whole lines.
        found: Vec<String>,
    },
    /// Something went wrong.
    Failed(String),
    /// For a screen.
    Screen(S),
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

/// What an action leads to, beside the new state; `S` is an effect of a screen.
#[derive(Debug)]
pub struct Reply<S> {
    /// To be done.
    pub effects: Vec<Effect<S>>,
    /// To be told.
    pub notice: Option<Notice>,
    /// To be asked.
    pub dialog: Option<Dialog>,
    /// The command line that would do the same.
    pub command: Option<String>,
    /// An action to carry out next.
    pub then: Option<Action>,
}

impl<S> Default for Reply<S> {
    fn default() -> Self {
        Self { effects: Vec::new(), notice: None, dialog: None, command: None, then: None }
    }
}

impl<S> Reply<S> {
    /// Asks the world to do something.
    pub fn effect(&mut self, effect: Effect<S>) {
        self.effects.push(effect);
    }

    /// Asks for an effect of the screen itself.
    pub fn own(&mut self, effect: S) {
        self.effects.push(Effect::Screen(effect));
    }

    /// Takes over the reply of a screen, whose effects `wrap` turns into those of this reply.
    pub fn extend<T>(&mut self, other: Reply<T>, wrap: impl Fn(T) -> S) {
        let Reply { effects, notice, dialog, command, then } = other;
        self.effects.extend(effects.into_iter().map(|effect| effect.map(&wrap)));
        self.notice = notice.or_else(|| self.notice.take());
        self.dialog = dialog.or_else(|| self.dialog.take());
        self.command = command.or_else(|| self.command.take());
        self.then = then.or_else(|| self.then.take());
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
