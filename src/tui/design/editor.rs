//! The text editor of the configuration.

use ratatui::style::Style;
use ratatui_textarea::{CursorMove, Input, TextArea};

/// The text editor of the configuration.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    /// Whether the text ends with a line break, which the lines of `area` do not contain.
    ends_with_break: bool,
}

impl Editor {
    /// Creates an editor with `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut editor = Self { area: TextArea::default(), ends_with_break: true };
        editor.set(text);
        editor
    }

    /// Replaces the text; keeps the position of the cursor if it still exists.
    pub fn set(&mut self, text: &str) {
        let ends_with_break = text.is_empty() || text.ends_with('\n');
        let is_same = self.ends_with_break == ends_with_break && self.area.lines().iter().eq(text.lines());
        if is_same {
            return;
        }
        let cursor = self.cursor();
        let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
        area.set_max_histories(0);
        area.set_cursor_line_style(Style::new());
        area.set_line_number_style(Style::new());
        area.set_tab_length(4);
        self.area = area;
        self.ends_with_break = ends_with_break;
        self.go_to(cursor.0, cursor.1);
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.area.lines().join("\n");
        if self.ends_with_break && !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// Handles a key; returns whether the text has changed.
    pub fn input(&mut self, input: Input) -> bool {
        self.area.input(input)
    }

    /// Inserts `text` at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.area.insert_str(text.replace('\r', "\n"));
    }

    /// Line and column of the cursor, from 0.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Moves the cursor to this line and column, from 0, or to the nearest that exists.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let clip = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(clip(line), clip(column)));
    }

    /// The widget that draws it.
    #[must_use]
    pub const fn widget(&self) -> &TextArea<'static> {
        &self.area
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui_textarea::Key;

    #[test]
    fn texts_come_back_as_they_went_in() {
        for text in ["", "a\n", "a", "a\nb\n\n", "\n\n", "é\n日本"] {
            assert_eq!(Editor::new(text).text(), text, "{text:?}");
        }
    }

    #[test]
    fn the_cursor_stays_when_the_text_is_replaced() {
        let mut editor = Editor::new("one\ntwo\nthree\n");
        editor.go_to(1, 2);
        editor.set("one\ntwo\nfour\n");
        assert_eq!(editor.cursor(), (1, 2));
        assert!(editor.input(Input { key: Key::Char('x'), ctrl: false, alt: false, shift: false }));
        assert_eq!(editor.text(), "one\ntwxo\nfour\n");
    }
}
