//! The view of the Deploy screen.

use super::prepared::Prepared;
use crate::config::{ConfigFile, Precision};
use crate::plan::Estimate;
use crate::tui::design::Sheet;
use std::path::{Path, PathBuf};

/// A run with weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its folder.
    pub run: PathBuf,
    /// The metrics of its best epoch, else of its last.
    pub best: Option<crate::runs::EpochSummary>,
    /// The configuration that it was trained with, if it can be read.
    pub trained: Option<Box<ConfigFile>>,
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
    /// The export, if it is of the chosen run, or else of the open network and of the latest weights.
    pub current: Option<&'a Prepared>,
    /// The run that the user chose; `None` is the latest of the network.
    pub chosen: Option<&'a Path>,
    /// The export that is shown for comparison.
    pub pinned: Option<&'a Prepared>,
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

impl View<'_> {
    /// The precision of the files to write.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.sheet.model().map_or(Precision::Int8, |model| model.spec.config.export.precision)
    }

    /// The estimate in `precision`: that of the export, else that of the open network if no other run is chosen.
    #[must_use]
    pub fn estimate(&self, precision: Precision) -> Option<&Estimate> {
        if let Some(prepared) = self.current {
            return Some(&prepared.build(precision).export.estimate);
        }
        let model = self.sheet.model().filter(|_| self.chosen.is_none())?;
        let is_own = model.pending.is_none() && precision == self.precision();
        is_own.then_some(&*model.estimate)
    }

    /// The estimate in the precision of the files to write. That of the open network may be of an earlier version while
    /// a large one is being estimated.
    #[must_use]
    pub fn own_estimate(&self) -> Option<&Estimate> {
        let last = || self.sheet.model().filter(|_| self.chosen.is_none()).map(|model| &*model.estimate);
        self.estimate(self.precision()).or_else(last)
    }

    /// The remark on [`own_estimate`](Self::own_estimate): whether it is being computed.
    #[must_use]
    pub fn remark(&self) -> &'static str {
        match self.sheet.model().filter(|_| self.current.is_none()) {
            Some(model) => model.estimate_remark(),
            None => "",
        }
    }
}
