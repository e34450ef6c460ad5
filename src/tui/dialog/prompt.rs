//! A prompt for a line of text, with completions.

use super::{Outcome, moved};
use crate::tui::action::Action;
use crate::tui::line::Line;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The kind of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completer {
    /// Files and folders.
    Files,
    /// Sources of images: bundled data sets, folders and IDX files.
    Sources,
}

/// A request for completions of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The kind of completions.
    pub completer: Completer,
    /// The text to complete.
    pub text: String,
    /// The folder that paths are relative to.
    pub folder: PathBuf,
}

/// A prompt for a line of text.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Its title.
    pub title: String,
    /// The explanation below the line.
    pub help: String,
    /// The text field.
    pub line: Line,
    /// The kind of completions; `None` if there are none.
    pub completer: Option<Completer>,
    /// The folder that paths are relative to.
    pub folder: PathBuf,
    /// Completions of the current text, as whole lines.
    pub completions: Vec<String>,
    /// Whether completions of the current text still have to be requested.
    is_asking: bool,
    /// The index of the completion under the cursor.
    pub at: Option<usize>,
    /// Maps the accepted line to an action.
    pub then: Then,
}

/// A function from the accepted line to an action.
#[derive(Clone)]
pub struct Then(Arc<dyn Fn(String) -> Action + Send + Sync>);

impl std::fmt::Debug for Then {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Then")
    }
}

impl Prompt {
    /// Creates a prompt with the initial `text`, which is selected: typing replaces it.
    #[must_use]
    pub fn new(title: &str, help: &str, text: &str, then: impl Fn(String) -> Action + Send + Sync + 'static) -> Self {
        Self {
            title: title.to_owned(),
            help: help.to_owned(),
            line: Line::selected(text),
            completer: None,
            folder: PathBuf::new(),
            completions: Vec::new(),
            is_asking: false,
            at: None,
            then: Then(Arc::new(then)),
        }
    }

    /// Adds completions; paths are relative to `folder`.
    #[must_use]
    pub fn completed_by(mut self, completer: Completer, folder: &Path) -> Self {
        self.completer = Some(completer);
        folder.clone_into(&mut self.folder);
        self.complete();
        self
    }

    /// Requests completions of the current text, and keeps those that still match until then.
    fn complete(&mut self) {
        let text = self.line.text();
        self.completions.retain(|completion| completion.starts_with(text));
        self.is_asking = self.completer.is_some();
        self.at = None;
    }

    /// Takes the request for completions of the current text; `None` if it was taken before.
    pub fn take_request(&mut self) -> Option<Completion> {
        let completer = self.completer.filter(|_| std::mem::take(&mut self.is_asking))?;
        Some(Completion { completer, text: self.line.text().to_owned(), folder: self.folder.clone() })
    }

    /// Sets the completions to `found`, if `request` was for the current text.
    pub fn completed(&mut self, request: &Completion, found: Vec<String>) {
        if Some(request.completer) == self.completer && request.text == self.line.text() {
            self.completions = found;
            self.at = None;
        }
    }

    pub(super) fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) if !self.completions.is_empty() => {
                self.at = Some(self.at.map_or(0, |at| moved(at, *to, self.completions.len(), 10)));
            }
            Action::Focus { .. } => {
                let chosen = match self.at {
                    Some(at) => self.completions.get(at).cloned(),
                    None => common_beginning(&self.completions),
                };
                if let Some(text) = chosen.filter(|text| text.len() >= self.line.text().len()) {
                    self.line = Line::new(&text);
                    self.complete();
                }
            }
            Action::Enter => {
                let chosen = self.at.and_then(|at| self.completions.get(at).cloned());
                return Outcome::Do((self.then.0)(chosen.unwrap_or_else(|| self.line.text().to_owned())));
            }
            Action::Type(input) => {
                let has_changed = self.line.input(input);
                if has_changed {
                    self.complete();
                }
            }
            Action::Text(edit) if self.line.edit(*edit) => self.complete(),
            Action::Paste(text) => {
                self.line.insert(text);
                self.complete();
            }
            _ => {}
        }
        Outcome::Stay
    }
}

/// The longest common prefix of `texts`; `None` if there are none.
fn common_beginning(texts: &[String]) -> Option<String> {
    let (first, others) = texts.split_first()?;
    let mut length = first.len();
    for other in others {
        length = length.min(first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count());
    }
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    Some(first[..length].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{File, Move};

    #[test]
    fn a_line_is_completed_and_accepted() {
        let known = ["configs/micro.toml", "configs/milli.toml"].map(str::to_owned).to_vec();
        let then = |text: String| Action::File(File::OpenPath(PathBuf::from(text).into()));
        let mut prompt = Prompt::new("Open", "", "con", then).completed_by(Completer::Files, Path::new(""));
        let request = prompt.take_request().unwrap();
        assert_eq!((request.text.as_str(), prompt.take_request()), ("con", None));
        prompt.completed(&request, known.clone());
        prompt.update(&Action::Focus { back: false });
        assert_eq!(prompt.line.text(), "configs/mi");
        prompt.completed(&request, vec!["of an older line".into()]);
        assert_eq!(prompt.completions, known, "those that fit stay");
        prompt.update(&Action::Move(Move::Down));
        prompt.update(&Action::Move(Move::Down));
        let done = prompt.update(&Action::Enter);
        assert_eq!(done, Outcome::Do(Action::File(File::OpenPath(PathBuf::from("configs/milli.toml").into()))));
    }
}
