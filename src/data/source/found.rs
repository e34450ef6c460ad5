//! What a source holds, before anything is decoded.

use super::part::Part;
use super::skipped::{Skipped, Unreadable};

/// What a source holds, before decoding.
#[derive(Debug)]
pub(crate) struct Found {
    /// The classes' names.
    pub labels: Vec<String>,
    pub train: Part,
    /// Where the source has its own split.
    pub validation: Option<Part>,
    pub test: Option<Part>,
    /// Pictures that cannot even be looked at.
    pub unreadable: Vec<Unreadable>,
    /// Entries that are no pictures, or have no class.
    pub skipped: Vec<Skipped>,
    /// How the source was understood, see [`Check::notes`](super::Check::notes).
    pub notes: Vec<String>,
    /// What names of training images in class folders begin with, before the class.
    pub prefix: String,
    pub bundled: bool,
}

impl Found {
    /// Classes and training images with nothing else.
    pub fn of(labels: Vec<String>, train: Part) -> Self {
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
