//! A line of text that is being typed.

use ratatui::style::Style;
use ratatui_textarea::{CursorMove, Input, Key, TextArea};

/// The most characters a line takes.
const LONGEST: usize = 4096;

/// A line of text that is being typed.
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

    /// Takes what is typed; whether the text changed.
    pub fn input(&mut self, input: &Input) -> bool {
        let has_room = self.text().len() < LONGEST || !matches!(input.key, Key::Char(_));
        super::dialog::is_line(input) && has_room && self.0.input(input.clone())
    }

    /// Inserts `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text().len());
        self.0.insert_str(one_line(text).chars().take(room).collect::<String>());
    }

    /// What draws it.
    #[must_use]
    pub const fn widget(&self) -> &TextArea<'static> {
        &self.0
    }
}

/// `text` without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
