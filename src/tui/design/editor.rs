//! The text editor of the configuration.

use crate::tui::action::Text;
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

    /// Edits the text; returns whether it has changed. Changes are undone by the history of the sheet.
    pub fn edit(&mut self, edit: Text) -> bool {
        match edit {
            Text::DeleteToHead => self.area.delete_line_by_head(),
            Text::DeleteWord => self.area.delete_word(),
            Text::Top => {
                self.area.cancel_selection();
                self.area.move_cursor(CursorMove::Top);
                self.area.move_cursor(CursorMove::Head);
                false
            }
            Text::Bottom => {
                self.area.cancel_selection();
                self.area.move_cursor(CursorMove::Bottom);
                self.area.move_cursor(CursorMove::End);
                false
            }
            Text::Undo => false,
        }
    }

    /// Moves the cursor to the next occurrence of `words` after it, ignoring case; continues at the beginning of
    /// the text. Returns whether there is one.
    pub fn find(&mut self, words: &str) -> bool {
        let words = words.to_lowercase();
        let (line, column) = self.cursor();
        let lines = self.area.lines();
        let count = lines.len();
        // The line of the cursor comes first, from behind the cursor, and last, up to it.
        let found = (0..=count).find_map(|step| {
            let at = (line + step) % count.max(1);
            let text: String = lines.get(at)?.chars().flat_map(char::to_lowercase).collect();
            let skipped = if step == 0 { column + 1 } else { 0 };
            let from = text.char_indices().nth(skipped).map_or(text.len(), |(byte, _)| byte);
            let byte = from + text.get(from..)?.find(&words)?;
            Some((at, text[..byte].chars().count()))
        });
        let Some((line, column)) = found.filter(|_| !words.is_empty()) else { return false };
        self.go_to(line, column);
        true
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
    fn words_are_found_behind_the_cursor_and_then_from_the_top() {
        let mut editor = Editor::new("Stem\n[stem]\nstem stem\n");
        let found: Vec<(usize, usize)> = (0..4)
            .map(|_| {
                assert!(editor.find("STEM"));
                editor.cursor()
            })
            .collect();
        assert_eq!(found, [(1, 1), (2, 0), (2, 5), (0, 0)]);
        assert!(!editor.find("head") && !editor.find(""));
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
