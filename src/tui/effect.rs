//! Side effects that state changes request, and news: their results and external events.

use super::action::{Action, OpenRequest};
use super::design::{EstimateRequest, Origin};
use super::dialog::{Completion, Dialog};
use super::memory::Recent;
use crate::config::Edit;
use crate::plan::Estimate;
use std::path::PathBuf;
use std::sync::Arc;

/// A side effect to perform outside of the state; `S` is an effect of a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<S> {
    /// End the program.
    Quit,
    /// Suspend the program to the shell.
    Suspend,
    /// Redraw the screen.
    Redraw,
    /// Copy this text to the clipboard of the terminal.
    Copy(String),
    /// Ring the bell and notify the desktop with this text.
    Announce(String),
    /// Open this text in `$EDITOR`.
    External(String),
    /// Write a configuration.
    Save {
        /// The path of the file.
        path: PathBuf,
        /// The text to write.
        text: String,
        /// The condition on the existing file.
        expected: Expected,
        /// What to do once the file is written.
        then: AfterSave,
    },
    /// Read a configuration in order to open it.
    Open(OpenRequest),
    /// Remember where a file was left.
    Remember(Box<Recent>),
    /// Watch this file for changes, in place of the file watched before.
    Watch(PathBuf),
    /// Find the classes of a source of images.
    Classes {
        /// The source, as written in the configuration.
        source: String,
        /// The folder that it is relative to.
        folder: PathBuf,
    },
    /// Estimate the costs of a large network. Only the newest request of each subject counts.
    Estimate(EstimateSubject, EstimateRequest),
    /// Find completions of a line.
    Complete(Completion),
    /// Write a recovery copy of unsaved text, or delete it.
    Keep {
        /// The file that the copy is of.
        path: PathBuf,
        /// The unsaved text; `None` if everything is saved.
        text: Option<String>,
    },
    /// An effect of a screen.
    Screen(S),
}

impl<S> Effect<S> {
    /// Converts the effect of a screen by `wrap`; the others stay the same.
    fn map<T>(self, wrap: impl Fn(S) -> T) -> Effect<T> {
        match self {
            Self::Quit => Effect::Quit,
            Self::Suspend => Effect::Suspend,
            Self::Redraw => Effect::Redraw,
            Self::Copy(text) => Effect::Copy(text),
            Self::Announce(text) => Effect::Announce(text),
            Self::External(text) => Effect::External(text),
            Self::Save { path, text, expected, then } => Effect::Save { path, text, expected, then },
            Self::Open(request) => Effect::Open(request),
            Self::Remember(recent) => Effect::Remember(recent),
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
    /// The text in the workbench.
    Text,
    /// The file on disk, if its text differs.
    Saved,
}

/// What to do once a file is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum AfterSave {
    /// Nothing.
    #[default]
    Nothing,
    /// End the program.
    Quit,
    /// Open another file.
    Open(OpenRequest),
}

/// The condition on the existing file for it to be overwritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// No file.
    Nothing,
    /// Content with this hash.
    Hash(String),
}

/// What was found beside a file when it was claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Unsaved text of an instance that ended without saving it.
    pub left: Option<String>,
    /// Who else has the file open.
    pub holder: Option<String>,
}

/// A configuration that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedFile {
    /// The path to save it at.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether it comes from that file.
    pub origin: Origin,
    /// Unsaved text of an earlier session.
    pub left: Option<String>,
    /// Who else has the file open.
    pub holder: Option<String>,
    /// Edits to apply as unsaved changes.
    pub edits: Vec<Edit>,
    /// Where it was left in an earlier session.
    pub recent: Option<Recent>,
}

/// Results of effects, and external events; `S` is news for a screen.
#[derive(Debug, Clone)]
pub enum News<S> {
    /// A configuration was written.
    Saved {
        /// The path of the file.
        path: PathBuf,
        /// Its text.
        text: String,
    },
    /// A configuration was not written, since the file on disk is not the expected one.
    Conflict {
        /// The path of the file.
        path: PathBuf,
        /// The text on disk; `None` if there is no file.
        found: Option<String>,
    },
    /// A configuration was read.
    Opened(Box<OpenedFile>),
    /// `$EDITOR` has exited; contains the edited text.
    Edited(String),
    /// The watched file has changed.
    DiskChanged {
        /// The path of the file.
        path: PathBuf,
        /// Its text; `None` if it was deleted.
        text: Option<String>,
    },
    /// The classes of a source of images.
    Classes {
        /// The source.
        source: String,
        /// The names of the classes, or an error message.
        found: Result<Vec<String>, String>,
    },
    /// The costs of a network.
    Estimated {
        /// The request.
        request: EstimateRequest,
        /// The costs.
        estimate: Arc<Estimate>,
    },
    /// Completions of a line.
    Completed {
        /// The request.
        request: Completion,
        /// The completed lines.
        found: Vec<String>,
    },
    /// An effect has failed; contains the message.
    Failed(String),
    /// News for a screen.
    Screen(S),
}

/// The severity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Success.
    Good,
    /// A warning.
    Warning,
    /// A failure.
    Error,
}

/// A message, shown below the screen until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The severity.
    pub severity: Severity,
    /// The text, one line.
    pub text: String,
}

/// Consequences of an action apart from the new state; `S` is an effect of a screen.
#[derive(Debug)]
pub struct Reply<S> {
    /// Effects to perform, in order.
    pub effects: Vec<Effect<S>>,
    /// A message to show.
    pub notice: Option<Notice>,
    /// A dialog to open.
    pub dialog: Option<Dialog>,
    /// An action to carry out next.
    pub then: Option<Action>,
}

impl<S> Default for Reply<S> {
    fn default() -> Self {
        Self { effects: Vec::new(), notice: None, dialog: None, then: None }
    }
}

impl<S> Reply<S> {
    /// Requests an effect.
    pub fn effect(&mut self, effect: Effect<S>) {
        self.effects.push(effect);
    }

    /// Requests an effect of the screen.
    pub fn own(&mut self, effect: S) {
        self.effects.push(Effect::Screen(effect));
    }

    /// Merges the reply of a screen, whose effects `wrap` converts. Its notice, dialog and next action
    /// replace those of this reply.
    pub fn extend<T>(&mut self, other: Reply<T>, wrap: impl Fn(T) -> S) {
        let Reply { effects, notice, dialog, then } = other;
        self.effects.extend(effects.into_iter().map(|effect| effect.map(&wrap)));
        self.notice = notice.or_else(|| self.notice.take());
        self.dialog = dialog.or_else(|| self.dialog.take());
        self.then = then.or_else(|| self.then.take());
    }

    /// Sets a message of success.
    pub fn good(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { severity: Severity::Good, text: text.into() });
    }

    /// Sets a warning.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { severity: Severity::Warning, text: text.into() });
    }

    /// Sets an error message.
    pub fn error(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { severity: Severity::Error, text: text.into() });
    }
}
