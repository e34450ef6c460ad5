//! Dialogs in front of a screen: lists, prompts, questions, pages. Their result is an [`Action`].

mod choose;
mod draw;
mod page;
mod prompt;

pub use choose::{Choice, Choose};
pub use draw::draw;
pub use page::Page;
pub use prompt::{Completer, Completion, Prompt};

use super::action::{Action, Move};
use super::keymap::Context;
use ratatui_textarea::Input;

/// A dialog in front of a screen.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A list to select from, filtered by typing.
    Choose(Choose),
    /// A prompt for a line of text.
    Prompt(Prompt),
    /// A question with a few answers.
    Ask(Ask),
    /// A page of text.
    Page(Page),
}

/// A question with a few answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The question.
    pub title: String,
    /// The explanation.
    pub lines: Vec<String>,
    /// The answers: letter, text, and action (`None` only closes the dialog).
    pub answers: Vec<(char, String, Option<Action>)>,
    /// The index of the answer under the cursor.
    pub at: usize,
}

/// The result of updating a dialog.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The dialog stays open.
    Stay,
    /// The dialog closes.
    Close,
    /// The dialog closes, and this action is performed.
    Do(Action),
}

impl Dialog {
    /// Creates a question. The first answer, which is selected, should be the safe one.
    #[must_use]
    pub fn ask(title: &str, lines: Vec<String>, answers: &[(char, &str, Option<Action>)]) -> Self {
        let answers = answers.iter().map(|(key, text, action)| (*key, (*text).to_owned(), action.clone())).collect();
        Self::Ask(Ask { title: title.to_owned(), lines, answers, at: 0 })
    }

    /// The context of its key bindings.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Choose(_) | Self::Prompt(_) => Context::Prompt,
            Self::Ask(_) | Self::Page(_) => Context::Dialog,
        }
    }

    /// Whether it has text input.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        matches!(self, Self::Choose(_) | Self::Prompt(_))
    }

    /// Takes the pending request for completions; `None` if there is none.
    pub fn take_request(&mut self) -> Option<Completion> {
        match self {
            Self::Prompt(prompt) => prompt.take_request(),
            _ => None,
        }
    }

    /// Updates the dialog by `action`.
    pub fn update(&mut self, action: &Action) -> Outcome {
        if *action == Action::Back {
            return Outcome::Close;
        }
        match self {
            Self::Choose(choose) => choose.update(action),
            Self::Prompt(prompt) => prompt.update(action),
            Self::Ask(ask) => ask.update(action),
            Self::Page(page) => page.update(action),
        }
    }

    /// Selects the answer with this letter, ignoring case, in a dialog without text input.
    pub fn letter(&mut self, letter: char) -> Outcome {
        let Self::Ask(ask) = self else { return Outcome::Stay };
        match ask.answers.iter().find(|(key, ..)| key.eq_ignore_ascii_case(&letter)) {
            Some((.., Some(action))) => Outcome::Do(action.clone()),
            Some((.., None)) => Outcome::Close,
            None => Outcome::Stay,
        }
    }
}

impl Ask {
    fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) => self.at = moved(self.at, *to, self.answers.len(), 1),
            Action::Enter => {
                return match self.answers.get(self.at) {
                    Some((.., Some(action))) => Outcome::Do(action.clone()),
                    _ => Outcome::Close,
                };
            }
            _ => {}
        }
        Outcome::Stay
    }
}

/// The index that a cursor at index `at` of `count` items moves to; `page` is the number of items in a page.
#[must_use]
pub fn moved(at: usize, to: Move, count: usize, page: usize) -> usize {
    let last = count.saturating_sub(1);
    let to = match to {
        Move::Up | Move::Left => at.saturating_sub(1),
        Move::Down | Move::Right => at + 1,
        Move::PageUp => at.saturating_sub(page),
        Move::PageDown => at + page,
        Move::First => 0,
        Move::Last => last,
    };
    to.min(last)
}

/// The index of the first of `count` lines to show in `height` lines, so that the line `at` is visible.
#[must_use]
pub fn first_of(at: usize, count: usize, height: usize) -> usize {
    at.saturating_sub(height / 2).min(count.saturating_sub(height))
}

/// Whether a text field of one line handles `input`.
#[must_use]
pub fn is_line(input: &Input) -> bool {
    !matches!(input.key, ratatui_textarea::Key::Enter | ratatui_textarea::Key::Tab)
}
