//! A folder of pictures: one sub-folder per class, or `train/`, `validation/` and `test/` above
//! them.
//!
//! Names are sorted bytewise, so that nothing depends on the order a disk gives them in. Hidden
//! files and folders are passed over, and what lies deeper than a class folder is not looked at.
//! Only regular files are ever opened: a FIFO would wait forever.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::check::Unreadable;
use super::decode::extension_format;
use super::error::DataError;
use super::part::{Item, Part, Store};
use super::source::Found;
use crate::files::FileError;
use crate::spec::MAX_CLASSES;

/// A folder's entries that are not hidden, sorted by name.
struct Listing {
    folders: Vec<(String, PathBuf)>,
    pictures: Vec<(String, PathBuf)>,
    /// Pictures by name that are no regular files.
    unreadable: Vec<Unreadable>,
    ignored: usize,
}

fn list(folder: &Path) -> Result<Listing, DataError> {
    let refused = |error| FileError::of("read the folder", folder)(error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let name = entry.map_err(|error| FileError::of("read the folder", folder)(error))?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") && name != "__MACOSX" {
            names.push(name);
        }
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    let mut listing = Listing { folders: Vec::new(), pictures: Vec::new(), unreadable: Vec::new(), ignored: 0 };
    for name in names {
        let path = folder.join(&name);
        let text = name.to_string_lossy().into_owned();
        let picture = extension_format(&path).is_some();
        // This follows symlinks; of a loop the system says so.
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() => listing.folders.push((text, path)),
            Ok(about) if picture && about.is_file() => listing.pictures.push((text, path)),
            Ok(_) if picture => {
                listing.unreadable.push(Unreadable { name: text, reason: "not a regular file".into() });
            }
            // A class that cannot be reached, perhaps; a dangling symlink of no picture is clutter.
            Err(error) if picture || error.kind() != ErrorKind::NotFound => {
                listing.unreadable.push(Unreadable { name: text, reason: error.to_string() });
            }
            _ => listing.ignored += 1,
        }
    }
    Ok(listing)
}

/// The pictures that lie in a folder, whatever they show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures {
    /// Regular files that are pictures by their names, sorted bytewise; none is opened.
    pub paths: Vec<PathBuf>,
    /// Pictures by name that are no regular files or cannot be reached.
    pub unreadable: Vec<Unreadable>,
    /// How many visible files are no pictures by their names.
    pub ignored: usize,
    /// How many visible folders there are, which are not looked into.
    pub folders: usize,
}

/// The pictures in `folder` itself; hidden files are passed over.
///
/// # Errors
/// Where the folder cannot be read.
pub fn pictures(folder: &Path) -> Result<Pictures, DataError> {
    let Listing { folders, pictures, unreadable, ignored } = list(folder)?;
    let paths = pictures.into_iter().map(|(_, path)| path).collect();
    Ok(Pictures { paths, unreadable, ignored, folders: folders.len() })
}

/// Whether `path` is one that [`pictures`] looks at, by its name: visible, with the ending of a
/// picture. What is still being written seldom is: it is called `.a.jpg`, `a.jpg~`, `a.jpg.part`.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && extension_format(path).is_some()
}

/// The folders of the parts: `(train, validation, test)`.
type Parts = (PathBuf, Option<PathBuf>, Option<PathBuf>);

/// Where the classes are: in `folder` itself, or in its `train/` where that holds folders and no
/// pictures (a class may be called "train").
fn parts(folder: &Path) -> Result<Parts, DataError> {
    let there = |name: &str| Some(folder.join(name)).filter(|path| path.is_dir());
    if let Some(train) = there("train") {
        let inside = list(&train)?;
        if inside.pictures.is_empty() && !inside.folders.is_empty() {
            let validation = ["validation", "val", "valid"].into_iter().find_map(there);
            return Ok((train, validation, there("test")));
        }
    }
    Ok((folder.to_owned(), None, None))
}

/// The names of the class folders in `folder`, sorted bytewise.
///
/// # Errors
/// Where a folder cannot be read, or has no sub-folders, only one or too many.
pub(super) fn class_names(folder: &Path) -> Result<Vec<String>, DataError> {
    let (train, ..) = parts(folder)?;
    classes(&train).map(|listing| listing.folders.into_iter().map(|(name, _)| name).collect())
}

fn classes(train: &Path) -> Result<Listing, DataError> {
    let listing = list(train)?;
    let path = train.to_owned();
    match &listing.folders[..] {
        [] if !listing.unreadable.is_empty() => {
            let Unreadable { name, reason } = &listing.unreadable[0];
            Err(FileError::of("read", &train.join(name))(io::Error::other(reason.clone())).into())
        }
        [] => Err(DataError::NoClasses { path }),
        [(class, _)] => Err(DataError::OneClass { path, class: class.clone() }),
        many if many.len() > MAX_CLASSES as usize => Err(DataError::TooManyClasses { path, count: many.len() }),
        _ => Ok(listing),
    }
}

/// Looks through `folder`, opening no picture.
///
/// # Errors
/// As [`class_names`]; also where a class folder cannot be read, or validation/ or test/ has a
/// class that train/ has not.
pub(super) fn scan(folder: &Path) -> Result<Found, DataError> {
    let (train, validation, test) = parts(folder)?;
    let labels = class_names(folder)?;
    let mut found = Found {
        labels,
        train: Part { items: Vec::new(), store: Store::Files(Vec::new()) },
        validation: None,
        test: None,
        unreadable: Vec::new(),
        ignored: 0,
        bundled: false,
    };
    let prefix = |path: &Path| match path.strip_prefix(folder) {
        Ok(below) if !below.as_os_str().is_empty() => format!("{}/", below.to_string_lossy()),
        _ => String::new(),
    };
    found.train = part(&train, &prefix(&train), &mut found)?;
    if let Some(path) = validation {
        found.validation = Some(part(&path, &prefix(&path), &mut found)?);
    }
    if let Some(path) = test {
        found.test = Some(part(&path, &prefix(&path), &mut found)?);
    }
    Ok(found)
}

/// The pictures of the class folders in `folder`; their names begin with `prefix`.
fn part(folder: &Path, prefix: &str, found: &mut Found) -> Result<Part, DataError> {
    let top = list(folder)?;
    found.ignored += top.ignored + top.pictures.len();
    let named = |class: &str| {
        let class = format!("{prefix}{class}");
        move |entry: Unreadable| Unreadable { name: format!("{class}{}", entry.name), ..entry }
    };
    found.unreadable.extend(top.unreadable.into_iter().map(named("")));
    let (mut items, mut paths) = (Vec::new(), Vec::new());
    for (class, path) in top.folders {
        let Some(label) = found.labels.iter().position(|label| *label == class) else {
            return Err(DataError::UnknownClass { path });
        };
        let inside = list(&path)?;
        found.ignored += inside.ignored + inside.folders.len();
        found.unreadable.extend(inside.unreadable.into_iter().map(named(&format!("{class}/"))));
        for (name, path) in inside.pictures {
            items.push(Item { label: label as u16, name: format!("{prefix}{class}/{name}"), place: paths.len() });
            paths.push(path);
        }
    }
    Ok(Part { items, store: Store::Files(paths) })
}
