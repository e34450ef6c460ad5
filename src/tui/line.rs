//! A text field of one line.

use ratatui::style::Style;
use ratatui_textarea::{CursorMove, Input, Key, TextArea};

/// Maximum length of a line, in bytes when typing and characters when pasting.
const MAX_LENGTH: usize = 4096;

/// A text field of one line.
#[derive(Debug, Clone)]
pub struct Line(TextArea<'static>);

impl Default for Line {
    fn default() -> Self {
        Self::new("")
    }
}

impl Line {
    /// A line with the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![one_line(text)]);
        area.set_max_histories(0);
        area.set_cursor_line_style(Style::new());
        area.move_cursor(CursorMove::End);
        Self(area)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.lines().first().map_or("", String::as_str)
    }

    /// Handles a key; returns whether the text has changed.
    pub fn input(&mut self, input: &Input) -> bool {
        let has_room = self.text().len() < MAX_LENGTH || !matches!(input.key, Key::Char(_));
        super::dialog::is_line(input) && has_room && self.0.input(input.clone())
    }

    /// Inserts `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        let room = MAX_LENGTH.saturating_sub(self.text().len());
        self.0.insert_str(one_line(text).chars().take(room).collect::<String>());
    }

    /// The widget that draws it.
    #[must_use]
    pub const fn widget(&self) -> &TextArea<'static> {
        &self.0
    }
}

/// `text` without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_LENGTH).collect()
}
