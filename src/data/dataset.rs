//! A data set in memory.

use super::check::DataCheck;
use super::images::Images;

/// A data set in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Class names; a label is an index into this list.
    pub labels: Vec<String>,
    /// Training images.
    pub train: Images,
    /// Validation images.
    pub validation: Images,
    /// Test images, if the source provides them or `data.test_split` is above 0.
    pub test: Option<Images>,
    /// SHA-256, in hexadecimal, over labels, sizes, split, order and pixel bytes.
    pub fingerprint: String,
    /// Findings about the images.
    pub check: DataCheck,
    /// The source as the configuration names it.
    pub source: String,
}
