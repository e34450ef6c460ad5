//! Small helpers of text: numbers and counts for people, columns of a terminal, paths, hashes.

mod count;
mod hash;
mod number;
mod width;

pub use count::{counted, plural};
pub use hash::fnv1a_hex;
pub use number::{fixed, percent, signed, thousands};
pub use width::{cut, cut_front, fit, fit_right, wrap};

use std::path::Path;

/// `path` for a message: control characters escaped, bytes that are not UTF-8 replaced.
#[must_use]
pub fn path(path: &Path) -> String {
    crate::escape::terminal(&path.to_string_lossy())
}
