//! The cursor of table, settings form and text.

use super::draw::{Areas, form, table};
use super::{Cell, Pane, Place, Row, Sheet, State};
use crate::config::{KeyPath, Place as TextPlace};
use crate::tui::action::Move;
use crate::tui::dialog::moved;
use crate::tui::screen::Screen as _;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// Number of rows that page up and page down move by.
const PAGE: usize = 10;

impl State {
    /// All rows of the table; empty if the text was never valid since it was opened.
    #[must_use]
    pub fn rows(sheet: &Sheet) -> Arc<[Row]> {
        sheet.model().map(|model| model.rows.clone()).unwrap_or_default()
    }

    /// All cells of the settings form.
    pub(super) fn fields(sheet: &Sheet) -> Arc<[Cell]> {
        sheet.model().map(super::Model::settings).unwrap_or_default()
    }

    /// Whether the settings form is shown, or was before the text.
    const fn is_in_settings(&self) -> bool {
        match self.pane {
            Pane::Settings => true,
            Pane::Text => self.has_settings,
            Pane::Table => false,
        }
    }

    /// The part of the configuration and the cell under the cursor.
    #[must_use]
    pub fn selected(&self, sheet: &Sheet) -> Option<(Place, Cell)> {
        if self.is_in_settings() {
            return Some((Place::Settings, Self::fields(sheet).get(self.field)?.clone()));
        }
        let row = sheet.model()?.rows.get(self.row)?;
        Some((row.place, row.cells.get(self.cell)?.clone()))
    }

    /// Moves the cursor of the editor to the first error.
    pub fn show_fault(&mut self, sheet: &Sheet) {
        let place = sheet.faults().and_then(|faults| faults.0.first()).map(|fault| fault.place.clone());
        if let Some(TextPlace::Text { line, column, .. }) = place {
            self.editor.go_to(line.saturating_sub(1), column.saturating_sub(1));
        }
    }

    /// Handles a click at `at`: selects the cell there; `area` is the area of the screen.
    pub(super) fn point(&mut self, sheet: &mut Sheet, area: Rect, at: Position) {
        let areas = Areas::of(area, self.pane, self.lower);
        if areas.text.contains(at) != (self.pane == Pane::Text) && (areas.text.contains(at) || areas.table.contains(at))
        {
            self.turn(sheet);
        }
        if !areas.table.contains(at) {
            return;
        }
        self.end_typing(sheet);
        let view = self.view(sheet);
        if self.is_in_settings() {
            self.field = form::hit(&view, areas.table, at).unwrap_or(self.field);
        } else if let Some((row, cell)) = table::hit(&view, areas.table, at) {
            (self.row, self.cell) = (row, cell.unwrap_or(self.cell));
        }
        self.settle(sheet);
        self.point_editor(sheet);
    }

    /// Switches between the text and the table or form.
    pub(super) fn turn(&mut self, sheet: &Sheet) {
        self.typed = None;
        self.step += 1;
        if sheet.faults().is_some() {
            self.editor.set(sheet.text());
            self.show_fault(sheet);
        } else if self.pane != Pane::Text {
            self.point_editor(sheet);
        }
        self.pane = match self.pane {
            Pane::Text if self.has_settings => Pane::Settings,
            Pane::Text => Pane::Table,
            before => {
                self.has_settings = before == Pane::Settings;
                Pane::Text
            }
        };
        self.editor.set(sheet.text());
    }

    /// Shows the settings form, or the table if the form is shown.
    pub(super) fn show_settings(&mut self, sheet: &Sheet) {
        self.pane = if self.pane == Pane::Settings { Pane::Table } else { Pane::Settings };
        self.point_editor(sheet);
    }

    /// Moves to the cell of `key`: in the table if it has one, otherwise in the settings form. Returns whether there
    /// is one.
    pub(super) fn go_to(&mut self, sheet: &Sheet, key: &KeyPath) -> bool {
        let in_row = |row: &Row| row.cells.iter().position(|cell| cell.key == *key);
        let in_table = Self::rows(sheet).iter().enumerate().find_map(|(at, row)| Some((at, in_row(row)?)));
        let in_form = Self::fields(sheet).iter().position(|cell| cell.key == *key);
        match (in_table, in_form) {
            (_, Some(field)) => (self.pane, self.field) = (Pane::Settings, field),
            (Some((row, cell)), None) => (self.pane, self.row, self.cell) = (Pane::Table, row, cell),
            (None, None) => return false,
        }
        self.point_editor(sheet);
        true
    }

    /// Moves the cursor of the table to this row and cell, or to the nearest that exist.
    pub fn place_cursor(&mut self, row: usize, cell: usize, sheet: &Sheet) {
        (self.row, self.cell) = (row, cell);
        self.settle(sheet);
        self.point_editor(sheet);
    }

    /// Clamps the cursor to the cells that exist, and updates the text of the editor.
    pub(super) fn settle(&mut self, sheet: &Sheet) {
        let rows = Self::rows(sheet);
        self.row = self.row.min(rows.len().saturating_sub(1));
        let cells = rows.get(self.row).map_or(0, |row| row.cells.len());
        self.cell = self.cell.min(cells.saturating_sub(1));
        if self.pane != Pane::Text {
            self.has_settings = false;
        }
        self.editor.set(sheet.text());
    }

    pub(super) fn go(&mut self, sheet: &mut Sheet, to: Move) {
        if self.pane == Pane::Text {
            // The wheel of the mouse; keys are the editor's own.
            let (line, column) = self.editor.cursor();
            let lines = sheet.text().lines().count();
            self.editor.go_to(moved(line, to, lines, PAGE), column);
            return;
        }
        self.end_typing(sheet);
        if self.pane == Pane::Settings {
            if !matches!(to, Move::Left | Move::Right) {
                self.field = moved(self.field, to, Self::fields(sheet).len(), PAGE);
            }
            self.point_editor(sheet);
            return;
        }
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
}
