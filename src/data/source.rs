//! Which kind of source a configuration's `source` means.

use std::fs;
use std::path::Path;

use super::check::Unreadable;
use super::error::DataError;
use super::kind::Kind;
use super::part::Part;
use super::skipped::Skipped;
use super::tree::{self, Place};
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
    /// Entries that are no pictures, or have no class.
    pub skipped: Vec<Skipped>,
    /// How the source was understood, see [`Check::notes`](super::Check::notes).
    pub notes: Vec<String>,
    /// What names of training images in class folders begin with, before the class.
    pub prefix: String,
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
        refuse_other(path)?;
        return idx::single(path).map(Source::Idx);
    }
    Err(DataError::NoData { path: path.to_owned() })
}

/// Says what a file is that is no data set, where it can be told.
fn refuse_other(path: &Path) -> Result<(), DataError> {
    let place = Place::top(path);
    let kind = tree::kind(path).map_err(FileError::of("read", path))?;
    let name = path.to_string_lossy().to_ascii_lowercase();
    let is_tar = ["tgz", "tar.gz"].iter().any(|end| name.ends_with(end));
    match kind {
        // IDX files come in gzip too.
        Kind::Archive("gzip") if !is_tar => Ok(()),
        Kind::Archive(_) => Err(DataError::Packed { path: path.to_owned(), kind: kind.one() }),
        Kind::Text if ["csv", "tsv", "jsonl", "labels"].iter().any(|end| place.ends_in(end)) => {
            let problem = "a table of labels is read with its folder; name the folder".to_owned();
            Err(DataError::Table { path: path.to_owned(), problem })
        }
        _ => Ok(()),
    }
}

/// The classes of the source `name`, from folder names or headers.
pub(super) fn class_names(name: &str) -> Result<Vec<String>, DataError> {
    match source(name)? {
        Source::Bundled { labels } => Ok(labels),
        Source::Folder(path) => folder::layout(path).map(|layout| layout.labels),
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
