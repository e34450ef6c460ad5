//! The view of the Deploy screen.

use super::prepared::Prepared;
use crate::tui::design::Sheet;
use std::path::PathBuf;

/// A run with weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its folder.
    pub run: PathBuf,
    /// The metrics of its best epoch, else of its last.
    pub best: Option<crate::runs::EpochSummary>,
}

/// The result of the search for weights of the network.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Weights {
    /// Not searched yet.
    #[default]
    Unknown,
    /// No run has weights.
    Missing,
    /// A run with weights.
    Found(Found),
}

/// A part of the screen below the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The table of layers.
    #[default]
    Layers,
    /// The arena over time.
    Memory,
    /// The text of the header.
    Header,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The open text and its network.
    pub sheet: &'a Sheet,
    /// The run with weights for the network.
    pub found: &'a Weights,
    /// A description of the running work; `None` if there is none.
    pub work: Option<&'a str>,
    /// The export, if it is of the open network and of the latest weights.
    pub current: Option<&'a Prepared>,
    /// Whether there is an export, possibly of another network.
    pub has_prepared: bool,
    /// The files written last.
    pub files: &'a [PathBuf],
    /// The focused part.
    pub part: Part,
    /// Vertical scroll offset of each part, in lines.
    pub top: [usize; 3],
    /// Horizontal scroll offset of the header, in columns.
    pub left: usize,
}
