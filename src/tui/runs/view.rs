//! The view of the Runs screen.

use super::column::Column;
use super::row::Row;
use crate::tui::line::Line;
use std::path::PathBuf;

/// The x-axis of the scatter plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Axis {
    /// Bytes of RAM.
    #[default]
    Ram,
    /// Bytes of flash.
    Flash,
    /// Multiply-accumulate operations.
    Macs,
}

impl Axis {
    /// The next axis; the first after the last.
    pub const fn next(self) -> Self {
        match self {
            Self::Ram => Self::Flash,
            Self::Flash => Self::Macs,
            Self::Macs => Self::Ram,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ram => "RAM B",
            Self::Flash => "flash B",
            Self::Macs => "MACs",
        }
    }
}

/// The curves to show if there is room for one chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Curve {
    /// Validation accuracy.
    #[default]
    Accuracy,
    /// Validation loss.
    Loss,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The number of all runs; `None` until they are read.
    pub all: Option<usize>,
    /// The displayed runs, in order.
    pub visible: Vec<&'a Row>,
    /// The cursor, an index into `visible`.
    pub at: usize,
    /// The runs whose curves are drawn.
    pub compared: Vec<&'a Row>,
    /// The folders of the pinned runs.
    pub pinned: &'a [PathBuf],
    /// The error message if the list could not be read.
    pub failure: Option<&'a str>,
    /// The column that the list is sorted by.
    pub sorted: Column,
    /// Whether the order is reversed.
    pub is_reversed: bool,
    /// The words that runs are filtered by.
    pub filter: &'a Line,
    /// Whether the words are being typed.
    pub is_typing: bool,
    /// The x-axis of the scatter plot.
    pub axis: Axis,
    /// The curves to show if there is room for one chart.
    pub curve: Curve,
}

impl View<'_> {
    /// The run under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.visible.get(self.at).copied()
    }
}
