//! What is drawn of the Deploy screen.

use super::prepared::Prepared;
use crate::tui::design::Sheet;
use std::path::PathBuf;

/// A run that has weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its folder.
    pub run: PathBuf,
    /// The figures of its best epoch.
    pub best: Option<crate::runs::EpochSummary>,
}

/// What is known of weights for the design.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Weights {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// There are none.
    Missing,
    /// A run has them.
    Found(Found),
}

/// The part of the screen below the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Costs of each layer, and its error in int8.
    #[default]
    Layers,
    /// The arena over time.
    Memory,
    /// The text.
    Header,
}

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The network that is open.
    pub sheet: &'a Sheet,
    /// The run that has weights.
    pub found: &'a Weights,
    /// What is being done.
    pub work: Option<&'a str>,
    /// The headers, if they are of the network that is open and of the latest weights.
    pub current: Option<&'a Prepared>,
    /// Whether there are headers at all, if of another network.
    pub has_prepared: bool,
    /// Files written last.
    pub files: &'a [PathBuf],
    /// The part that has the focus.
    pub part: Part,
    /// Lines scrolled past, part by part.
    pub top: [usize; 3],
    /// Columns scrolled past.
    pub left: usize,
}
