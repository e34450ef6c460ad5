//! Design: the network as a table and as text, and its costs.

mod blocks;
mod cells;
mod draw;
mod editor;
mod entry;
mod estimates;
mod history;
mod model;
mod sheet;
mod view;

pub use cells::{Cell, Place, Row};
pub use editor::Editor;
pub use estimates::EstimateRequest;
pub use model::Model;
pub use sheet::{Origin, Sheet};
pub use view::{Pane, View};

use super::action::{Action, Design, Move};
use super::dialog::{Choice, Choose, Dialog, moved};
use super::effect;
use super::keymap::Context;
use super::screen::Screen;
use super::theme::Theme;
use crate::config::{Edit, Place as TextPlace, Precision};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// The screen's state.
#[derive(Debug, Clone)]
pub struct State {
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

/// No effect and no news: this screen asks for nothing that the program as a whole does not.
pub type Nothing = std::convert::Infallible;
type Reply = effect::Reply<Nothing>;

impl Screen for State {
    type Effect = Nothing;
    type News = Nothing;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        self.update(sheet, action, reply);
    }

    fn told(&mut self, news: Nothing, _: &Sheet, _: &mut Reply) {
        match news {}
    }

    fn text_changed(&mut self, sheet: &Sheet) {
        self.follow_text(sheet);
    }

    fn network_changed(&mut self, sheet: &Sheet) {
        self.settle(sheet);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, _: &mut Reply) {
        self.point(sheet, body, at);
    }

    fn context(&self) -> Context {
        match self.pane {
            Pane::Table => Context::Design,
            Pane::Text => Context::Editor,
        }
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let Self { pane, row, cell, ref editor, .. } = *self;
        View { sheet, pane, rows: Self::rows(sheet), row, cell, typed: self.typed(), editor }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}

/// The row that the cursor begins on: the first block, or the head where there is none.
const FIRST_ROW: usize = 3;
/// Rows of a page.
const PAGE: usize = 10;

impl State {
    /// The screen on `sheet`.
    #[must_use]
    pub fn new(sheet: &Sheet) -> Self {
        let editor = Editor::new(sheet.text());
        let mut state = Self { pane: Pane::Table, row: FIRST_ROW, cell: 1, editor, typed: None, step: 0 };
        if sheet.model().is_none() {
            state.pane = Pane::Text;
            state.show_fault(sheet);
        }
        state.settle(sheet);
        state
    }

    /// All rows of the table; none where no text ever held together.
    #[must_use]
    pub fn rows(sheet: &Sheet) -> Arc<[Row]> {
        sheet.model().map(|model| model.rows.clone()).unwrap_or_default()
    }

    /// What is being typed into the cell.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_ref().map(|(digits, _)| digits.as_str())
    }

    /// The row and the cell under the cursor.
    #[must_use]
    pub fn selected(&self, sheet: &Sheet) -> Option<(Place, Cell)> {
        let row = sheet.model()?.rows.get(self.row)?;
        Some((row.place, row.cells.get(self.cell)?.clone()))
    }

    /// Does `action`.
    fn update(&mut self, sheet: &mut Sheet, action: &Action, reply: &mut Reply) {
        match action {
            Action::Design(design) => self.design(sheet, design, reply),
            Action::Focus { .. } => self.turn(sheet),
            Action::Back if self.pane == Pane::Text && sheet.model().is_some() => self.turn(sheet),
            Action::Move(to) if self.pane == Pane::Table => self.go(sheet, *to),
            Action::Enter if self.pane == Pane::Table => self.open_cell(sheet, reply),
            Action::Type(input) if self.pane == Pane::Text => {
                let is_break = matches!(input.key, ratatui_textarea::Key::Enter);
                if self.editor.input(input.clone()) {
                    let tag = self.step;
                    sheet.replace(self.editor.text(), Some(tag));
                    self.step += u64::from(is_break);
                } else {
                    self.step += 1;
                }
            }
            Action::Paste(text) if self.pane == Pane::Text => self.paste(sheet, text, reply),
            _ => {}
        }
        self.settle(sheet);
    }

    /// Another text is open by now, or another state of this one.
    fn follow_text(&mut self, sheet: &Sheet) {
        self.typed = None;
        self.step += 1;
        self.editor.set(sheet.text());
        self.settle(sheet);
    }

    /// Moves the cursor of the text to what is wrong.
    pub fn show_fault(&mut self, sheet: &Sheet) {
        let place = sheet.faults().and_then(|faults| faults.0.first()).map(|fault| fault.place.clone());
        if let Some(TextPlace::Text { line, column, .. }) = place {
            self.editor.go_to(line.saturating_sub(1), column.saturating_sub(1));
        }
    }

    /// A click at a column and row of the screen, which is drawn in `area`.
    fn point(&mut self, sheet: &mut Sheet, area: Rect, at: Position) {
        let rows = Self::rows(sheet);
        let areas = draw::Areas::of(area, self.pane, rows.len());
        let other = if self.pane == Pane::Table { areas.text } else { areas.table };
        if other.contains(at) {
            self.turn(sheet);
        }
        if let Some(line) = at.y.checked_sub(areas.table.y + 2).filter(|_| areas.table.contains(at)) {
            self.end_typing(sheet);
            let height = areas.table.height.saturating_sub(2);
            self.row = draw::first_row(self.row, rows.len(), height) + usize::from(line);
            self.settle(sheet);
            self.point_editor(sheet);
        }
    }

    fn turn(&mut self, sheet: &Sheet) {
        self.typed = None;
        self.step += 1;
        if sheet.faults().is_some() {
            self.editor.set(sheet.text());
            self.show_fault(sheet);
        } else if self.pane == Pane::Table {
            self.point_editor(sheet);
        }
        self.pane = match self.pane {
            Pane::Table => Pane::Text,
            Pane::Text => Pane::Table,
        };
        self.editor.set(sheet.text());
    }

    fn paste(&mut self, sheet: &mut Sheet, text: &str, reply: &mut Reply) {
        // More than a configuration may have; and a terminal that pastes a film by mistake.
        const MOST: usize = 1 << 20;
        if text.len() + sheet.text().len() > MOST {
            reply.error("that is too much to paste: a configuration has at most 1 MiB");
            return;
        }
        self.editor.insert(text);
        self.step += 1;
        sheet.replace(self.editor.text(), None);
    }

    /// Keeps the cursor on a cell, and the editor at the text.
    fn settle(&mut self, sheet: &Sheet) {
        let rows = Self::rows(sheet);
        self.row = self.row.min(rows.len().saturating_sub(1));
        let cells = rows.get(self.row).map_or(0, |row| row.cells.len());
        self.cell = self.cell.min(cells.saturating_sub(1));
        self.editor.set(sheet.text());
    }

    fn go(&mut self, sheet: &mut Sheet, to: Move) {
        self.end_typing(sheet);
        let rows = Self::rows(sheet);
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
        self.point_editor(sheet);
    }

    /// The text shows what the cursor of the table is on.
    fn point_editor(&mut self, sheet: &Sheet) {
        let Some((_, cell)) = self.selected(sheet) else { return };
        let Some(model) = sheet.model().filter(|_| sheet.faults().is_none()) else { return };
        if let TextPlace::Text { line, column, .. } = model.spec.diagnose(&cell.key, String::new(), None).place {
            self.editor.set(sheet.text());
            self.editor.go_to(line - 1, column - 1);
        }
    }

    fn end_typing(&mut self, sheet: &mut Sheet) {
        self.typed = None;
        self.step += 1;
        sheet.end_step();
    }

    fn design(&mut self, sheet: &mut Sheet, design: &Design, reply: &mut Reply) {
        if !matches!(design, Design::Digit(_) | Design::Erase | Design::Cancel) {
            self.end_typing(sheet);
        }
        match design {
            Design::Step(by) => self.step_cell(sheet, *by, reply),
            Design::Digit(digit) => self.type_digit(sheet, *digit, reply),
            Design::Erase => self.erase(sheet, reply),
            Design::Cancel => self.cancel(sheet),
            Design::Set(value) => self.write(sheet, value, None, reply),
            Design::Default => self.take_default(sheet, reply),
            Design::Add => reply.dialog = Some(Self::kinds()),
            Design::AddKind(kind) => self.add(sheet, *kind, reply),
            Design::Duplicate => self.on_block(sheet, reply, Edit::DuplicateBlock),
            Design::Delete => self.on_block(sheet, reply, Edit::RemoveBlock),
            Design::Shift { down } => self.shift(sheet, *down, reply),
            Design::Pin => {
                if sheet.model().is_some_and(|model| model.pending.is_some()) && sheet.pinned().is_none() {
                    reply.warn("the costs are still being estimated");
                    return;
                }
                let text = if sheet.toggle_pin() { "differences are from here on" } else { "no longer compared" };
                reply.good(text);
            }
            Design::Board => reply.dialog = Self::boards(sheet),
            Design::OnBoard(board) => {
                if sheet.model().is_some_and(|model| model.spec.config.target.board == *board) {
                    return;
                }
                Self::set_key(sheet, "target.board", board, reply);
            }
            Design::Precision => {
                let Some(model) = sheet.model() else { return };
                let other = match model.spec.config.export.precision {
                    Precision::Float => Precision::Int8,
                    Precision::Int8 => Precision::Float,
                };
                Self::set_key(sheet, "export.precision", other.word(), reply);
            }
            Design::Edit => self.turn(sheet),
        }
    }

    fn set_key(sheet: &mut Sheet, key: &str, word: &str, reply: &mut Reply) {
        match sheet.edit(None, &Edit::set(key, word)) {
            Ok(()) => reply.command = Some(format!("--set {key}={word}")),
            Err(error) => Self::cannot(sheet, &error, reply),
        }
    }

    /// The boards, and which of them the network fits.
    fn boards(sheet: &Sheet) -> Option<Dialog> {
        let model = sheet.model()?;
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

    fn cannot(sheet: &Sheet, error: &str, reply: &mut Reply) {
        if sheet.faults().is_some() {
            reply.error("the text is broken: mend it first (e shows where), or undo (u)");
        } else {
            reply.error(error.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
