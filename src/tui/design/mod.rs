//! Design: the network as a table and as text, and what it costs.

mod blocks;
mod cells;
mod draw;
mod editor;
mod entry;
mod history;
mod model;
mod sheet;

pub use cells::{Cell, Place, Row};
pub use draw::draw;
pub use editor::Editor;
pub use model::Model;
pub use sheet::{Origin, Sheet};

use super::action::{Action, Design, Move};
use super::dialog::{Choice, Choose, Dialog, moved};
use super::effect::Reply;
use super::keymap::Context;
use crate::config::{Edit, Place as TextPlace, Precision};
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The table.
    #[default]
    Table,
    /// The text.
    Text,
}

/// The screen's state.
#[derive(Debug, Clone)]
pub struct State {
    /// The text, and what it means.
    pub sheet: Sheet,
    /// What has the focus.
    pub pane: Pane,
    /// The row under the cursor.
    pub row: usize,
    /// The cell of that row under the cursor.
    pub cell: usize,
    /// The text in an editor.
    pub editor: Editor,
    /// What is being typed into the cell: digits, and the text before.
    typed: Option<(String, String)>,
    /// Tells runs of keystrokes apart.
    step: u64,
}

/// The row that the cursor begins on: the first block, or the head where there is none.
const FIRST_ROW: usize = 3;
/// Rows of a page.
const PAGE: usize = 10;

impl State {
    /// The screen on `sheet`.
    #[must_use]
    pub fn new(sheet: Sheet) -> Self {
        let editor = Editor::new(sheet.text());
        let mut state = Self { sheet, pane: Pane::Table, row: FIRST_ROW, cell: 1, editor, typed: None, step: 0 };
        if state.sheet.model().is_none() {
            state.pane = Pane::Text;
            state.show_fault();
        }
        state.settle();
        state
    }

    /// Where keys are looked up.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self.pane {
            Pane::Table => Context::Design,
            Pane::Text => Context::Editor,
        }
    }

    /// All rows of the table; none where no text ever held together.
    #[must_use]
    pub fn rows(&self) -> Arc<[Row]> {
        self.sheet.model().map(|model| model.rows.clone()).unwrap_or_default()
    }

    /// What is being typed into the cell.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_ref().map(|(digits, _)| digits.as_str())
    }

    /// The row and the cell under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<(Place, Cell)> {
        let row = self.sheet.model()?.rows.get(self.row)?;
        Some((row.place, row.cells.get(self.cell)?.clone()))
    }

    /// Does `action`.
    pub fn update(&mut self, action: &Action, reply: &mut Reply) {
        match action {
            Action::Design(design) => self.design(design, reply),
            Action::Focus { .. } => self.turn(),
            Action::Back if self.pane == Pane::Text && self.sheet.model().is_some() => self.turn(),
            Action::Move(to) if self.pane == Pane::Table => self.go(*to),
            Action::Enter if self.pane == Pane::Table => self.open_cell(reply),
            Action::Type(input) if self.pane == Pane::Text => {
                let is_break = matches!(input.key, ratatui_textarea::Key::Enter);
                if self.editor.input(input.clone()) {
                    let tag = self.step;
                    self.sheet.replace(self.editor.text(), Some(tag));
                    self.step += u64::from(is_break);
                } else {
                    self.step += 1;
                }
            }
            Action::Paste(text) if self.pane == Pane::Text => self.paste(text, reply),
            _ => {}
        }
        self.settle();
    }

    /// Another text is open by now, or another state of this one.
    pub fn text_changed(&mut self) {
        self.typed = None;
        self.step += 1;
        self.editor.set(self.sheet.text());
        self.settle();
    }

    /// Moves the cursor of the text to what is wrong.
    pub fn show_fault(&mut self) {
        let place = self.sheet.faults().and_then(|faults| faults.0.first()).map(|fault| fault.place.clone());
        if let Some(TextPlace::Text { line, column, .. }) = place {
            self.editor.go_to(line.saturating_sub(1), column.saturating_sub(1));
        }
    }

    /// A click at a column and row of the screen, which is drawn in `area`.
    pub fn click(&mut self, area: Rect, column: u16, row: u16) {
        let rows = self.rows();
        let areas = draw::Areas::of(area, self.pane, rows.len());
        let at = Position { x: column, y: row };
        let other = if self.pane == Pane::Table { areas.text } else { areas.table };
        if other.contains(at) {
            self.turn();
        }
        if let Some(line) = row.checked_sub(areas.table.y + 2).filter(|_| areas.table.contains(at)) {
            self.end_typing();
            let height = areas.table.height.saturating_sub(2);
            self.row = draw::first_row(self.row, rows.len(), height) + usize::from(line);
            self.settle();
            self.point_editor();
        }
    }

    fn turn(&mut self) {
        self.typed = None;
        self.step += 1;
        if self.sheet.faults().is_some() {
            self.editor.set(self.sheet.text());
            self.show_fault();
        } else if self.pane == Pane::Table {
            self.point_editor();
        }
        self.pane = match self.pane {
            Pane::Table => Pane::Text,
            Pane::Text => Pane::Table,
        };
        self.editor.set(self.sheet.text());
    }

    fn paste(&mut self, text: &str, reply: &mut Reply) {
        // More than a configuration may have; and a terminal that pastes a film by mistake.
        const MOST: usize = 1 << 20;
        if text.len() + self.sheet.text().len() > MOST {
            reply.error("that is too much to paste: a configuration has at most 1 MiB");
            return;
        }
        self.editor.insert(text);
        self.step += 1;
        self.sheet.replace(self.editor.text(), None);
    }

    /// `source` was found to hold `count` classes, which may be what the text waited for.
    pub fn learn_classes(&mut self, source: &str, count: usize) {
        self.sheet.learn_classes(source, count);
        self.settle();
    }

    /// Keeps the cursor on a cell, and the editor at the text.
    fn settle(&mut self) {
        let rows = self.rows();
        self.row = self.row.min(rows.len().saturating_sub(1));
        let cells = rows.get(self.row).map_or(0, |row| row.cells.len());
        self.cell = self.cell.min(cells.saturating_sub(1));
        self.editor.set(self.sheet.text());
    }

    fn go(&mut self, to: Move) {
        self.end_typing();
        let rows = self.rows();
        let label = |row: usize, cell: usize| rows.get(row)?.cells.get(cell).map(|cell| cell.label);
        match to {
            Move::Left | Move::Right => {
                self.cell = moved(self.cell, to, rows.get(self.row).map_or(0, |row| row.cells.len()), 1);
            }
            _ => {
                let wanted = label(self.row, self.cell);
                self.row = moved(self.row, to, rows.len(), PAGE);
                let cells = rows.get(self.row).map(|row| row.cells.as_slice()).unwrap_or_default();
                if let Some(same) = cells.iter().position(|cell| Some(cell.label) == wanted) {
                    self.cell = same;
                }
            }
        }
        self.point_editor();
    }

    /// The text shows what the cursor of the table is on.
    fn point_editor(&mut self) {
        let Some((_, cell)) = self.selected() else { return };
        let Some(model) = self.sheet.model().filter(|_| self.sheet.faults().is_none()) else { return };
        if let TextPlace::Text { line, column, .. } = model.spec.diagnose(&cell.key, String::new(), None).place {
            self.editor.set(self.sheet.text());
            self.editor.go_to(line - 1, column - 1);
        }
    }

    fn end_typing(&mut self) {
        self.typed = None;
        self.step += 1;
        self.sheet.end_step();
    }

    fn design(&mut self, design: &Design, reply: &mut Reply) {
        if !matches!(design, Design::Digit(_) | Design::Erase | Design::Cancel) {
            self.end_typing();
        }
        match design {
            Design::Step(by) => self.step_cell(*by, reply),
            Design::Digit(digit) => self.type_digit(*digit, reply),
            Design::Erase => self.erase(reply),
            Design::Cancel => self.cancel(),
            Design::Set(value) => self.write(value, None, reply),
            Design::Default => self.take_default(reply),
            Design::Add => reply.dialog = Some(Self::kinds()),
            Design::AddKind(kind) => self.add(*kind, reply),
            Design::Duplicate => self.on_block(reply, Edit::DuplicateBlock),
            Design::Delete => self.on_block(reply, Edit::RemoveBlock),
            Design::Shift { down } => self.shift(*down, reply),
            Design::Pin => {
                let text = if self.sheet.toggle_pin() { "differences are from here on" } else { "no longer compared" };
                reply.good(text);
            }
            Design::Board => reply.dialog = self.boards(),
            Design::OnBoard(board) => {
                if self.sheet.model().is_some_and(|model| model.spec.config.target.board == *board) {
                    return;
                }
                self.set_key("target.board", board, reply);
            }
            Design::Precision => {
                let Some(model) = self.sheet.model() else { return };
                let other = match model.spec.config.export.precision {
                    Precision::Float => Precision::Int8,
                    Precision::Int8 => Precision::Float,
                };
                self.set_key("export.precision", other.word(), reply);
            }
            Design::Edit => self.turn(),
        }
    }

    fn set_key(&mut self, key: &str, word: &str, reply: &mut Reply) {
        match self.sheet.edit(None, &Edit::set(key, word)) {
            Ok(()) => reply.command = Some(format!("--set {key}={word}")),
            Err(error) => self.cannot(&error, reply),
        }
    }

    /// The boards, and which of them the network fits.
    fn boards(&self) -> Option<Dialog> {
        let model = self.sheet.model()?;
        let named = model.verdicts.iter().map(|verdict| Choice {
            name: verdict.id.clone(),
            help: format!("{}{}", verdict.name, if verdict.fits { "" } else { ": does not fit" }),
            action: Action::Design(Design::OnBoard(verdict.id.clone())),
        });
        let none = Choice {
            name: "none".into(),
            help: "show all of them".into(),
            action: Action::Design(Design::OnBoard(String::new())),
        };
        let choices: Vec<Choice> = std::iter::once(none).chain(named).collect();
        let at = model.board.as_ref().and_then(|board| choices.iter().position(|choice| choice.name == board.id));
        Some(Dialog::Choose(Choose::new("Board", choices, at.unwrap_or(0))))
    }

    fn cannot(&self, error: &str, reply: &mut Reply) {
        if self.sheet.faults().is_some() {
            reply.error("the text is broken: mend it first (e shows where), or undo (u)");
        } else {
            reply.error(error.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
