//! Something to read.

use super::{Outcome, moved};
use crate::tui::action::Action;
use ratatui::text::Line;

/// Something to read, longer than the screen perhaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What it is.
    pub title: String,
    /// Its lines.
    pub lines: Vec<Line<'static>>,
    /// The first line shown.
    pub top: usize,
}

impl Page {
    /// A page, from its beginning.
    #[must_use]
    pub fn new(title: &str, lines: Vec<Line<'static>>) -> Self {
        Self { title: title.to_owned(), lines, top: 0 }
    }

    pub(super) fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) => self.top = moved(self.top, *to, self.lines.len(), 10),
            Action::Enter => return Outcome::Away,
            _ => {}
        }
        Outcome::Stay
    }
}
