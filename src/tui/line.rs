//! A text field of one line.

use super::action::Text;
use ratatui::style::{Modifier, Style};
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
        area.set_cursor_line_style(Style::new());
        area.set_selection_style(Style::new().add_modifier(Modifier::REVERSED));
        area.move_cursor(CursorMove::End);
        Self(area)
    }

    /// A line whose text is selected, so that typing replaces it.
    #[must_use]
    pub fn selected(text: &str) -> Self {
        let mut line = Self::new(text);
        if !line.text().is_empty() {
            line.0.select_all();
        }
        line
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

    /// Edits the line; returns whether the text has changed.
    pub fn edit(&mut self, edit: Text) -> bool {
        let before = self.text().to_owned();
        match edit {
            Text::DeleteToHead => drop(self.0.delete_line_by_head()),
            Text::DeleteWord => drop(self.0.delete_word()),
            Text::Top => self.go_to(CursorMove::Head),
            Text::Bottom => self.go_to(CursorMove::End),
            Text::Undo => drop(self.0.undo()),
        }
        self.text() != before
    }

    fn go_to(&mut self, to: CursorMove) {
        self.0.cancel_selection();
        self.0.move_cursor(to);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(line: &mut Line, letter: char) {
        line.input(&Input { key: Key::Char(letter), ctrl: false, alt: false, shift: false });
    }

    #[test]
    fn typing_replaces_a_selected_text_and_moving_keeps_it() {
        let mut line = Line::selected("net.toml");
        letter(&mut line, 'a');
        assert_eq!(line.text(), "a");
        line.edit(Text::Undo);
        line.edit(Text::Undo);
        assert_eq!(line.text(), "net.toml");
        let mut line = Line::selected("net.toml");
        line.edit(Text::Bottom);
        letter(&mut line, 'x');
        assert_eq!(line.text(), "net.tomlx");
    }

    #[test]
    fn words_and_the_beginning_are_deleted() {
        let mut line = Line::new("one two three");
        assert!(line.edit(Text::DeleteWord));
        assert_eq!(line.text(), "one two ");
        assert!(line.edit(Text::DeleteToHead) && line.text().is_empty());
        assert!(!line.edit(Text::DeleteToHead));
    }

    #[test]
    fn a_line_stays_one_line() {
        let mut line = Line::new("a");
        for key in [Key::Char('m'), Key::Enter, Key::Char('j')] {
            line.input(&Input { key, ctrl: true, alt: false, shift: false });
        }
        line.insert("b\nc\r\n");
        assert_eq!((line.text(), line.0.lines().len()), ("abc", 1));
    }
}
