//! Text helpers: formats numbers, counts and paths, fits text to terminal columns, computes hashes.

mod count;
mod hash;
mod number;
mod width;

pub use count::{counted, plural};
pub use hash::fnv1a_hex;
pub use number::{fixed, percent, signed, thousands};
pub use width::{cut, cut_front, fit, fit_right, wrap};

use std::error::Error;
use std::path::Path;

/// Formats `path` for a message: escapes control characters and replaces invalid UTF-8.
#[must_use]
pub fn path(path: &Path) -> String {
    crate::escape::terminal(&path.to_string_lossy())
}

/// Joins the lines of a message, and escapes it for a terminal.
#[must_use]
pub fn one_line(text: &str) -> String {
    let lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty());
    crate::escape::terminal(&lines.collect::<Vec<_>>().join(" · "))
}

/// The error and its causes, without causes whose text is already part of it.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes
        .map(ToString::to_string)
        .fold(error.to_string(), |text, cause| if text.contains(&cause) { text } else { format!("{text}: {cause}") })
}
