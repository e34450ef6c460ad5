//! The parts of the Design screen, and the data for drawing it.

use super::cells::Row;
use super::editor::Editor;
use super::sheet::Sheet;
use std::sync::Arc;

/// The part of the screen that has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The table.
    #[default]
    Table,
    /// The text.
    Text,
}

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The text and its network.
    pub sheet: &'a Sheet,
    /// The part that has the focus.
    pub pane: Pane,
    /// The rows of the table.
    pub rows: Arc<[Row]>,
    /// The row under the cursor.
    pub row: usize,
    /// The cell of that row under the cursor.
    pub cell: usize,
    /// The digits that are being typed into the cell.
    pub typed: Option<&'a str>,
    /// The text in an editor.
    pub editor: &'a Editor,
}
