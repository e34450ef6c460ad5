//! Versions of the files that this program writes. Files of every earlier format are read; one of a
//! later format is refused by name.
//!
//! A change that an earlier program would misread raises the number of its file. A new key with a
//! default, or a new file beside the others, does not.

/// The format of a configuration: its key `format`, 1 if absent.
pub const CONFIG: u32 = 1;
/// The format of a run folder: `format` in `run.json`, 1 if absent.
pub const RUN: u32 = 1;
/// The format of weights and checkpoints: `format` in their metadata, 1 if absent.
pub const WEIGHTS: u32 = 1;
/// The format of a header: the line `format` of its first comment, 1 if absent.
pub const HEADER: u32 = 1;

/// A file of a later format than this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} of format {found}, which a later micromobilenet wrote; version {} reads formats up to {known}: install a newer version",
    env!("CARGO_PKG_VERSION")
)]
pub struct LaterFormat {
    /// The kind of file, with its article: `a run folder`.
    pub what: &'static str,
    /// Its format.
    pub found: u32,
    /// The latest format that this program reads.
    pub known: u32,
}

/// Checks that `what`, of format `found`, can be read by a program that knows formats up to `known`.
///
/// # Errors
/// `found` is a later format.
pub const fn check(what: &'static str, found: u32, known: u32) -> Result<(), LaterFormat> {
    if found > known { Err(LaterFormat { what, found, known }) } else { Ok(()) }
}
