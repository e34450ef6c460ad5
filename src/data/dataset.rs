//! A data set in memory.

use super::check::DataCheck;
use super::images::Images;

/// A data set in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The classes' names; a label is a place in this list.
    pub labels: Vec<String>,
    /// Images to learn from.
    pub train: Images,
    /// Images held out while training.
    pub validation: Images,
    /// Images the source sets apart for the end.
    pub test: Option<Images>,
    /// SHA-256, in hexadecimal, over labels, sizes, split, order and pixel bytes.
    pub fingerprint: String,
    /// What stood out.
    pub check: DataCheck,
    /// The source as the configuration names it.
    pub source: String,
}
