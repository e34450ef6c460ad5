//! Format versions of the files that this program writes. All earlier versions can be read; a later one is
//! an error that names it.
//!
//! A change that an earlier program would misread increments the version of its file. A new key with a
//! default, or an additional file, does not.

/// Format version of configurations: the key `format`, 1 if absent.
pub const CONFIG: u32 = 1;
/// Format version of run folders: `format` in `run.json`, 1 if absent.
pub const RUN: u32 = 1;
/// Format version of weights and checkpoints: `format` in their metadata, 1 if absent.
pub const WEIGHTS: u32 = 1;
/// Format version of headers: the line `format` of its first comment, 1 if absent.
pub const HEADER: u32 = 1;

/// Error: the file has a later format version than this program supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} of format {found}, written by a later micromobilenet; version {} reads formats up to {known}: install a newer version",
    env!("CARGO_PKG_VERSION")
)]
pub struct LaterFormat {
    /// The kind of file, with its article: `a run folder`.
    pub what: &'static str,
    /// Its format version.
    pub found: u64,
    /// The latest format version that this program reads.
    pub known: u32,
}

/// Checks that a program that supports versions up to `known` can read `what`, which has version `found`.
///
/// # Errors
/// `found` is later than `known`.
pub const fn check(what: &'static str, found: u64, known: u32) -> Result<(), LaterFormat> {
    if found > known as u64 { Err(LaterFormat { what, found, known }) } else { Ok(()) }
}
