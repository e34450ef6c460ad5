//! Which kind of source a configuration's `source` means.

use std::fs;
use std::path::Path;

use super::check::Unreadable;
use super::error::DataError;
use super::part::Part;
use super::{bundled, folder, idx};
use crate::files::FileError;

/// What a source holds, before decoding.
#[derive(Debug)]
pub(super) struct Found {
    /// The classes' names.
    pub labels: Vec<String>,
    pub train: Part,
    /// Where the source has its own split.
    pub validation: Option<Part>,
    pub test: Option<Part>,
    /// Pictures that cannot even be looked at.
    pub unreadable: Vec<Unreadable>,
    /// Entries that are no pictures.
    pub ignored: usize,
    pub bundled: bool,
}

enum Source<'a> {
    Bundled { labels: Vec<String> },
    Folder(&'a Path),
    Idx(idx::Files),
}

/// A bundled name counts before a path of that name; `./` before the name means the path.
fn source(name: &str) -> Result<Source<'_>, DataError> {
    if let Some(labels) = bundled::class_names(name) {
        return Ok(Source::Bundled { labels });
    }
    let path = Path::new(name);
    let about = match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DataError::Unknown { name: name.to_owned() });
        }
        about => about.map_err(FileError::of("read", path))?,
    };
    if about.is_dir() {
        return Ok(idx::in_folder(path)?.map_or(Source::Folder(path), Source::Idx));
    }
    if about.is_file() {
        return idx::single(path).map(Source::Idx);
    }
    Err(DataError::NoData { path: path.to_owned() })
}

/// The classes of the source `name`, from folder names or headers.
pub(super) fn class_names(name: &str) -> Result<Vec<String>, DataError> {
    match source(name)? {
        Source::Bundled { labels } => Ok(labels),
        Source::Folder(path) => folder::class_names(path),
        Source::Idx(files) => files.class_names(),
    }
}

/// Looks through the source `name`.
pub(super) fn find(name: &str) -> Result<Found, DataError> {
    match source(name)? {
        Source::Bundled { .. } => bundled::read(),
        Source::Folder(path) => folder::scan(path),
        Source::Idx(files) => files.read(),
    }
}
