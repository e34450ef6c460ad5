//! What a source holds, before anything is decoded.

use super::raw_split::RawSplit;
use super::skipped::{Skipped, Unreadable};

/// What a source holds, before decoding.
#[derive(Debug)]
pub(crate) struct SourceContents {
    /// The classes' names.
    pub labels: Vec<String>,
    pub train: RawSplit,
    /// Where the source has its own split.
    pub validation: Option<RawSplit>,
    pub test: Option<RawSplit>,
    /// Pictures that cannot even be looked at.
    pub unreadable: Vec<Unreadable>,
    /// Entries that are no pictures, or have no class.
    pub skipped: Vec<Skipped>,
    /// How the source was understood, see [`DataCheck::notes`](super::Check::notes).
    pub notes: Vec<String>,
    /// What names of training images in class folders begin with, before the class.
    pub prefix: String,
    pub bundled: bool,
}

impl SourceContents {
    /// Classes and training images with nothing else.
    pub fn of(labels: Vec<String>, train: RawSplit) -> Self {
        Self {
            labels,
            train,
            validation: None,
            test: None,
            unreadable: Vec::new(),
            skipped: Vec::new(),
            notes: Vec::new(),
            prefix: String::new(),
            bundled: false,
        }
    }
}
