//! Text helpers: formats numbers, counts and paths, fits text to terminal columns, computes hashes.

mod count;
mod hash;
mod number;
mod width;

pub use count::{counted, plural};
pub use hash::fnv1a_hex;
pub use number::{fixed, percent, signed, thousands};
pub use width::{cut, cut_front, fit, fit_right, wrap};

use std::path::Path;

/// Formats `path` for a message: escapes control characters and replaces invalid UTF-8.
#[must_use]
pub fn path(path: &Path) -> String {
    crate::escape::terminal(&path.to_string_lossy())
}
