//! A page of text.

use super::{Dialog, Outcome, moved};
use crate::tui::action::Action;
use ratatui::text::Line;

/// A page of text, which scrolls.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its lines.
    pub lines: Vec<Line<'static>>,
    /// The index of the first line shown.
    pub top: usize,
    /// The dialog that it was opened from, to which closing it leads back.
    pub parent: Option<Box<Dialog>>,
}

impl Page {
    /// Creates a page, scrolled to its top.
    #[must_use]
    pub fn new(title: &str, lines: Vec<Line<'static>>) -> Self {
        Self { title: title.to_owned(), lines, top: 0, parent: None }
    }

    pub(super) fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) => self.top = moved(self.top, *to, self.lines.len(), 10),
            Action::Enter => return Outcome::Close,
            _ => {}
        }
        Outcome::Stay
    }
}
