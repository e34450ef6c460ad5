//! What stands in front of a screen: lists, lines to type, questions, pages to read. Each answer is
//! an [`Action`].

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

/// What stands in front of a screen.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A list to choose from, which typing narrows.
    Choose(Choose),
    /// A line to type.
    Prompt(Prompt),
    /// A question with a few answers.
    Ask(Ask),
    /// Something to read.
    Page(Page),
}

/// A question with a few answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What is asked.
    pub title: String,
    /// What is to be known for it.
    pub lines: Vec<String>,
    /// The answers: a letter, what it means, what it does (`None`: nothing).
    pub answers: Vec<(char, String, Option<Action>)>,
    /// The answer under the cursor.
    pub at: usize,
}

/// What becomes of a dialog.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// It stays.
    Stay,
    /// It goes.
    Away,
    /// It goes, and this is done.
    Do(Action),
}

impl Dialog {
    /// A question; the first answer is the safe one.
    #[must_use]
    pub fn ask(title: &str, lines: Vec<String>, answers: &[(char, &str, Option<Action>)]) -> Self {
        let answers = answers.iter().map(|(key, text, action)| (*key, (*text).to_owned(), action.clone())).collect();
        Self::Ask(Ask { title: title.to_owned(), lines, answers, at: 0 })
    }

    /// Where its keys are explained.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Choose(_) | Self::Prompt(_) => Context::Prompt,
            Self::Ask(_) | Self::Page(_) => Context::Dialog,
        }
    }

    /// Whether it wants text.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        matches!(self, Self::Choose(_) | Self::Prompt(_))
    }

    /// The request for completions of the line that is typed; `None` if there is none to be made.
    pub fn take_request(&mut self) -> Option<Completion> {
        match self {
            Self::Prompt(prompt) => prompt.take_request(),
            _ => None,
        }
    }

    /// What `action` makes of it.
    pub fn update(&mut self, action: &Action) -> Outcome {
        if *action == Action::Back {
            return Outcome::Away;
        }
        match self {
            Self::Choose(choose) => choose.update(action),
            Self::Prompt(prompt) => prompt.update(action),
            Self::Ask(ask) => ask.update(action),
            Self::Page(page) => page.update(action),
        }
    }

    /// A letter where no text is wanted: the answer of that letter.
    pub fn letter(&mut self, letter: char) -> Outcome {
        let Self::Ask(ask) = self else { return Outcome::Stay };
        match ask.answers.iter().find(|(key, ..)| key.eq_ignore_ascii_case(&letter)) {
            Some((.., Some(action))) => Outcome::Do(action.clone()),
            Some((.., None)) => Outcome::Away,
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
                    _ => Outcome::Away,
                };
            }
            _ => {}
        }
        Outcome::Stay
    }
}

/// Where a cursor at `at` of `count` goes; a page is `page` long.
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

/// The first of `count` lines to show so that the one `at` is among `height` of them.
#[must_use]
pub fn first_of(at: usize, count: usize, height: usize) -> usize {
    at.saturating_sub(height / 2).min(count.saturating_sub(height))
}

/// Whether `input` is something to be typed into a line.
#[must_use]
pub fn is_line(input: &Input) -> bool {
    !matches!(input.key, ratatui_textarea::Key::Enter | ratatui_textarea::Key::Tab)
}
