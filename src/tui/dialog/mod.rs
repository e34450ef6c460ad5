//! Dialogs in front of a screen: lists, prompts, questions, pages. Their result is an [`Action`].

mod choose;
mod draw;
mod layout;
mod page;
mod prompt;

pub use choose::{Choice, Choose};
pub use draw::draw;
pub use layout::{Hit, hit};
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
    /// Creates a question. The first answer must be the safe one: it is selected, and Esc chooses it. All questions
    /// use the same letters: `c` changes nothing, `s` saves, `d` shows the difference, `r` recovers, `l` loads the
    /// file on disk, `o` overwrites it, `x` discards.
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

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Choose(choose) => &choose.title,
            Self::Prompt(prompt) => &prompt.title,
            Self::Ask(ask) => &ask.title,
            Self::Page(page) => &page.title,
        }
    }

    /// The dialog that this one was opened from.
    #[must_use]
    pub fn into_parent(self) -> Option<Self> {
        match self {
            Self::Page(page) => page.parent.map(|parent| *parent),
            _ => None,
        }
    }

    /// Updates the dialog by `action`. Leaving a question chooses its first answer, which is the safe one.
    pub fn update(&mut self, action: &Action) -> Outcome {
        if *action == Action::Back {
            return match self {
                Self::Ask(ask) => ask.answer(0),
                _ => Outcome::Close,
            };
        }
        match self {
            Self::Choose(choose) => choose.update(action),
            Self::Prompt(prompt) => prompt.update(action),
            Self::Ask(ask) => ask.update(action),
            Self::Page(page) => page.update(action),
        }
    }

    /// Handles a click: outside, it closes the dialog; on an answer, it chooses that; on the item under the cursor, it
    /// opens that, and on another it moves the cursor there.
    pub fn click(&mut self, hit: Hit) -> Outcome {
        match (hit, self) {
            (Hit::Outside, dialog) => dialog.update(&Action::Back),
            (Hit::Item(index), Self::Ask(ask)) => ask.answer(index),
            (Hit::Item(index), Self::Choose(choose)) if choose.at == index => choose.update(&Action::Enter),
            (Hit::Item(index), Self::Choose(choose)) => {
                choose.at = index;
                Outcome::Stay
            }
            (Hit::Item(index), Self::Prompt(prompt)) if prompt.at == Some(index) => prompt.update(&Action::Enter),
            (Hit::Item(index), Self::Prompt(prompt)) => {
                prompt.at = Some(index);
                Outcome::Stay
            }
            (Hit::Item(_), Self::Page(_)) | (Hit::Inside, _) => Outcome::Stay,
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
    /// The outcome of choosing the answer with this index.
    fn answer(&self, index: usize) -> Outcome {
        match self.answers.get(index) {
            Some((.., Some(action))) => Outcome::Do(action.clone()),
            _ => Outcome::Close,
        }
    }

    fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) => self.at = moved(self.at, *to, self.answers.len(), 1),
            Action::Enter => return self.answer(self.at),
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

/// The part of a list of `count` lines that is shown in `height` lines, for its title: `, 1 to 5 of 8`; empty if it is
/// shown whole.
#[must_use]
pub fn part_of(at: usize, count: usize, height: usize) -> String {
    if count <= height || height == 0 {
        return String::new();
    }
    let first = first_of(at, count, height);
    format!(", {} to {} of {count}", first + 1, first + height)
}

/// Whether a text field of one line handles `input`.
#[must_use]
pub fn is_line(input: &Input) -> bool {
    use ratatui_textarea::Key;
    let is_break =
        matches!(input.key, Key::Char('m' | 'j') if input.ctrl) || matches!(input.key, Key::Char('\n' | '\r'));
    !is_break && !matches!(input.key, Key::Enter | Key::Tab)
}
