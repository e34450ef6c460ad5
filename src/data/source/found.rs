//! The contents of a source, before any image is decoded.

use super::raw_split::RawSplit;
use super::skipped::{Skipped, Unreadable};

/// Classes and images of a source, before decoding.
#[derive(Debug)]
pub(crate) struct SourceContents {
    /// Class names.
    pub labels: Vec<String>,
    pub train: RawSplit,
    /// Present if the source provides a validation split.
    pub validation: Option<RawSplit>,
    pub test: Option<RawSplit>,
    /// Pictures that cannot be opened.
    pub unreadable: Vec<Unreadable>,
    /// Entries that are not pictures, or have no class.
    pub skipped: Vec<Skipped>,
    /// The interpretation of the source layout, see [`DataCheck::notes`](crate::data::DataCheck::notes).
    pub notes: Vec<String>,
    /// The path prefix of training images in class folders, before the class.
    pub prefix: String,
    pub bundled: bool,
}

impl SourceContents {
    /// Classes and training images only.
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
