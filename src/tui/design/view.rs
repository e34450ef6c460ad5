//! The panes of the Design screen, and the data to draw it.

use super::cells::Row;
use super::editor::Editor;
use super::sheet::Sheet;
use std::sync::Arc;

/// A pane of the screen that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The table of the network.
    #[default]
    Table,
    /// The text editor.
    Text,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The open configuration.
    pub sheet: &'a Sheet,
    /// The pane that has the focus.
    pub pane: Pane,
    /// The rows of the table.
    pub rows: Arc<[Row]>,
    /// The index of the row under the cursor.
    pub row: usize,
    /// The index of the cell under the cursor in that row.
    pub cell: usize,
    /// The digits typed into the cell so far.
    pub typed: Option<&'a str>,
    /// The text editor.
    pub editor: &'a Editor,
}
