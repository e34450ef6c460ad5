//! Listing the files and folders of a data folder.
//!
//! Names are sorted bytewise, so that results do not depend on the order of the file system. Only regular files are
//! opened: opening a FIFO would block. A folder is read once, even if several links lead to it.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::clutter;
use super::name::readable;
use super::skipped::Unreadable;
use super::skipped::{SkipReason, Skipped};
use crate::data::error::DataError;
use crate::data::picture::kind::{FileKind, HEAD, is_named_picture};
use crate::files::FileError;

/// Maximum nesting of folders below a class.
pub(crate) const DEPTH: usize = 8;

/// A file or folder of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SourcePath {
    /// Its path below the source, with `/` between folders; empty for the source itself.
    pub name: String,
    pub path: PathBuf,
}

impl SourcePath {
    /// The source itself.
    pub fn top(path: &Path) -> Self {
        Self { name: String::new(), path: path.to_owned() }
    }

    /// Its file name.
    pub fn last(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it has the file extension `ending`, ignoring case.
    pub(crate) fn ends_in(&self, ending: &str) -> bool {
        self.path.extension().is_some_and(|end| end.eq_ignore_ascii_case(ending))
    }

    /// The path of `other`, which lies in this folder, relative to it.
    pub fn below<'a>(&self, other: &'a Self) -> &'a str {
        let rest = other.name.strip_prefix(&self.name).unwrap_or(&other.name);
        rest.strip_prefix('/').unwrap_or(rest)
    }

    fn child(&self, name: &std::ffi::OsStr) -> Self {
        let text = readable(name.as_encoded_bytes());
        let below = if self.name.is_empty() { text } else { format!("{}/{text}", self.name) };
        Self { name: below, path: self.path.join(name) }
    }

    fn unreadable(&self, reason: impl Into<String>) -> Unreadable {
        Unreadable { name: self.name.clone(), reason: reason.into() }
    }

    /// This entry as skipped, for `reason`.
    pub fn skipped(&self, reason: SkipReason) -> Skipped {
        Skipped { name: self.name.clone(), reason }
    }

    /// This folder as skipped.
    pub(crate) fn skipped_folder(&self, reason: SkipReason) -> Skipped {
        Skipped { name: format!("{}/", self.name), reason }
    }
}

/// The entries of one folder, or of all folders below one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub folders: Vec<SourcePath>,
    /// Regular files, not opened yet.
    pub files: Vec<SourcePath>,
    /// Entries that cannot be reached, and pictures by name that are not regular files.
    pub unreadable: Vec<Unreadable>,
    pub skipped: Vec<Skipped>,
}

/// Lists `folder`, sorted by name.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn list(folder: &SourcePath) -> Result<Listing, DataError> {
    let mut places = Vec::new();
    let mut listing = Listing::default();
    let refused = |error| FileError::of("read the folder", &folder.path)(error);
    for entry in fs::read_dir(&folder.path).map_err(refused)? {
        let name = entry.map_err(|error| FileError::of("read the folder", &folder.path)(error))?.file_name();
        places.push((clutter::by_name(name.as_encoded_bytes()), folder.child(&name)));
    }
    places.sort_by(|(_, a), (_, b)| a.path.as_os_str().as_encoded_bytes().cmp(b.path.as_os_str().as_encoded_bytes()));
    for (clutter, place) in places {
        let picture = is_named_picture(&place.path);
        // This follows symbolic links; the system reports loops.
        match (fs::metadata(&place.path), clutter) {
            (Ok(about), Some(reason)) if about.is_dir() => listing.skipped.push(place.skipped_folder(reason)),
            (_, Some(reason)) => listing.skipped.push(place.skipped(reason)),
            (Ok(about), None) if about.is_dir() => match clutter::by_content(&place.path) {
                Some(reason) => listing.skipped.push(place.skipped_folder(reason)),
                None => listing.folders.push(place),
            },
            (Ok(about), None) if about.is_file() => listing.files.push(place),
            (Ok(_), None) if picture => listing.unreadable.push(place.unreadable("not a regular file")),
            (Ok(_), None) => listing.skipped.push(place.skipped(SkipReason::Special)),
            // It may be a class; a broken link without the name of a picture is skipped.
            (Err(error), None) if picture || error.kind() != ErrorKind::NotFound => {
                listing.unreadable.push(place.unreadable(error.to_string()));
            }
            (Err(_), None) => listing.skipped.push(place.skipped(SkipReason::Dangling)),
        }
    }
    Ok(listing)
}

/// All files in `folder` and the folders in it, sorted by name.
///
/// # Errors
/// If `folder` itself cannot be read.
pub(crate) fn walk(folder: &SourcePath) -> Result<Listing, DataError> {
    let mut out = list(folder)?;
    let mut seen: HashSet<PathBuf> = HashSet::new();
    if let Ok(real) = fs::canonicalize(&folder.path) {
        seen.extend(real.ancestors().map(Path::to_owned));
    }
    let folders = std::mem::take(&mut out.folders);
    let mut open: VecDeque<(SourcePath, usize)> = folders.into_iter().map(|place| (place, 1)).collect();
    while let Some((place, depth)) = open.pop_front() {
        if depth > DEPTH {
            out.skipped.push(place.skipped_folder(SkipReason::Deep));
            continue;
        }
        if !fs::canonicalize(&place.path).is_ok_and(|real| seen.insert(real)) {
            out.skipped.push(place.skipped_folder(SkipReason::Linked));
            continue;
        }
        match list(&place) {
            Ok(inside) => {
                open.extend(inside.folders.iter().map(|place| (place.clone(), depth + 1)));
                out.folders.push(place);
                out.files.extend(inside.files);
                out.unreadable.extend(inside.unreadable);
                out.skipped.extend(inside.skipped);
            }
            Err(error) => out.unreadable.push(place.unreadable(error.to_string())),
        }
    }
    out.folders.sort();
    out.files.sort();
    out.unreadable.sort_by(|a, b| a.name.cmp(&b.name));
    out.skipped.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// Files by type.
#[derive(Debug, Default)]
pub(crate) struct ClassifiedFiles {
    /// Indices of the pictures in the list.
    pub pictures: Vec<usize>,
    pub unreadable: Vec<Unreadable>,
    pub skipped: Vec<Skipped>,
}

/// Detects the pictures among `files` by their first bytes. Files with the extension of a picture that are not
/// pictures are unreadable; others are skipped.
pub(crate) fn sort(files: &[SourcePath]) -> ClassifiedFiles {
    let kinds: Vec<io::Result<FileKind>> = files.par_iter().map(|file| kind(&file.path)).collect();
    let mut sorted = ClassifiedFiles::default();
    for (place, (file, kind)) in files.iter().zip(kinds).enumerate() {
        match kind {
            Ok(kind) if kind.is_readable() => sorted.pictures.push(place),
            Ok(FileKind::Empty) if is_named_picture(&file.path) => {
                sorted.unreadable.push(file.unreadable("the file is empty"));
            }
            Ok(kind) if is_named_picture(&file.path) => {
                sorted.unreadable.push(file.unreadable(format!("it is {kind}")));
            }
            Ok(kind) => sorted.skipped.push(file.skipped(SkipReason::FileKind(kind))),
            Err(error) => sorted.unreadable.push(file.unreadable(error.to_string())),
        }
    }
    sorted
}

/// The type of the regular file `path`.
pub(crate) fn kind(path: &Path) -> io::Result<FileKind> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(FileKind::of(&head, path))
}

/// The file types of `files` for a message: "; it contains 3 JPEG pictures, 2 zip archives (unpack)"; empty without
/// files.
pub(crate) fn holds(files: &[SourcePath]) -> String {
    let kinds: Vec<FileKind> = files.par_iter().filter_map(|file| kind(&file.path).ok()).collect();
    let mut counts = BTreeMap::<FileKind, usize>::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let counts: Vec<String> = counts.into_iter().map(|(kind, count)| SkipReason::FileKind(kind).count(count)).collect();
    format!("; it contains {}", counts.join(", "))
}
