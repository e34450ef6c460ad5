//! The Design screen: the network as a table and as text, and its estimated costs.

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
    /// The pane that has the focus.
    pub pane: Pane,
    /// The index of the row under the cursor.
    pub row: usize,
    /// The index of the cell under the cursor in that row.
    pub cell: usize,
    /// The text editor.
    pub editor: Editor,
    /// The digits typed into the cell so far, and the text of the configuration before.
    typed: Option<(String, String)>,
    /// The tag of the current undo step; changes with the same tag are undone together.
    step: u64,
}

/// The type without values for effects and news, since this screen has none of its own.
pub type Nothing = std::convert::Infallible;
type Reply = effect::Reply<Nothing>;

impl Screen for State {
    type Effect = Nothing;
    type News = Nothing;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        self.update(sheet, action, reply);
    }

    fn handle_news(&mut self, news: Nothing, _: &Sheet, _: &mut Reply) {
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

/// The initial row of the cursor: the first block, or the head if there are no blocks.
const FIRST_ROW: usize = 3;
/// Number of rows that page up and page down move by.
const PAGE: usize = 10;

impl State {
    /// The initial state for `sheet`: the table, or the text at its first error if no network is known.
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

    /// All rows of the table; empty if the text was never valid since it was opened.
    #[must_use]
    pub fn rows(sheet: &Sheet) -> Arc<[Row]> {
        sheet.model().map(|model| model.rows.clone()).unwrap_or_default()
    }

    /// The digits typed into the cell so far; `None` if no number is being typed.
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

    /// Performs `action`.
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

    /// Updates the editor after the text was changed elsewhere.
    fn follow_text(&mut self, sheet: &Sheet) {
        self.typed = None;
        self.step += 1;
        self.editor.set(sheet.text());
        self.settle(sheet);
    }

    /// Moves the cursor of the editor to the first error.
    pub fn show_fault(&mut self, sheet: &Sheet) {
        let place = sheet.faults().and_then(|faults| faults.0.first()).map(|fault| fault.place.clone());
        if let Some(TextPlace::Text { line, column, .. }) = place {
            self.editor.go_to(line.saturating_sub(1), column.saturating_sub(1));
        }
    }

    /// Handles a click at `at`; `area` is the area of the screen.
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
        // The maximum size of a configuration.
        const MAX_BYTES: usize = 1 << 20;
        if text.len() + sheet.text().len() > MAX_BYTES {
            reply.error("too much to paste: a configuration has at most 1 MiB");
            return;
        }
        self.editor.insert(text);
        self.step += 1;
        sheet.replace(self.editor.text(), None);
    }

    /// Clamps the cursor to the cells that exist, and updates the text of the editor.
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

    /// Moves the cursor of the editor to the key of the cell under the cursor of the table.
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
                let text = if sheet.toggle_pin() {
                    "differences are relative to the current network"
                } else {
                    "the comparison has ended"
                };
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

    /// A list of boards, with those that the network does not fit marked.
    fn boards(sheet: &Sheet) -> Option<Dialog> {
        let model = sheet.model()?;
        let is_known = model.pending.is_none();
        let named = model.verdicts.iter().map(|verdict| Choice {
            name: verdict.id.clone(),
            help: format!("{}{}", verdict.name, if verdict.fits || !is_known { "" } else { ": does not fit" }),
            action: Action::Design(Design::OnBoard(verdict.id.clone())),
        });
        let none = Choice {
            name: "none".into(),
            help: "compare with all boards".into(),
            action: Action::Design(Design::OnBoard(String::new())),
        };
        let choices: Vec<Choice> = std::iter::once(none).chain(named).collect();
        let at = model.board.as_ref().and_then(|board| choices.iter().position(|choice| choice.name == board.id));
        Some(Dialog::Choose(Choose::new("Board", choices, at.unwrap_or(0))))
    }

    fn cannot(sheet: &Sheet, error: &str, reply: &mut Reply) {
        if sheet.faults().is_some() {
            reply.error("the configuration is invalid: fix it first (e shows the error) or undo (u)");
        } else {
            reply.error(error.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
