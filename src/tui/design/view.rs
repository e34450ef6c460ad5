//! The panes of the Design screen, and the data to draw it.

use super::cells::{Cell, Row};
use super::editor::Editor;
use super::sheet::Sheet;
use std::sync::Arc;

/// A pane of the screen that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The table of the network.
    #[default]
    Table,
    /// The settings form, in the place of the table.
    Settings,
    /// The text editor.
    Text,
}

/// A tab of the lower pane on a screen that has no room for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lower {
    /// Costs, and whether they fit the board.
    #[default]
    Costs,
    /// RAM while one image passes.
    Ram,
}

impl Lower {
    /// The other tab.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Costs => Self::Ram,
            Self::Ram => Self::Costs,
        }
    }
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
    /// The cells of the settings form; empty while the table is shown.
    pub fields: Arc<[Cell]>,
    /// The index of the cell under the cursor in the settings form.
    pub field: usize,
    /// The cell under the cursor.
    pub selected: Option<Cell>,
    /// The tab of the lower pane on a narrow screen.
    pub lower: Lower,
    /// The digits typed into the cell so far.
    pub typed: Option<&'a str>,
    /// The text editor.
    pub editor: &'a Editor,
}
