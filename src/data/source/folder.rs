//! Folders of pictures: the images of a data set by its layout, and the pictures of a single folder.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::found::SourceContents;
use super::labelled::{self, LabelledFile};
use super::layout::{self, Layout};
use super::name::Split;
use super::raw_split::{ImageEntry, ImageStore, RawSplit};
use super::skipped::SkipReason;
use super::skipped::Unreadable;
use super::split_layout::{SplitContents, SplitLayout, Unused};
use super::tree::{Listing, SourcePath, holds, list, sort, walk};
use crate::data::error::DataError;
use crate::data::picture::kind::is_named_picture;
use crate::files::FileError;

/// The pictures of one folder, without classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PictureListing {
    /// Regular files with the extension of a picture, sorted bytewise; none is opened.
    pub paths: Vec<PathBuf>,
    /// Entries with the extension of a picture that are not regular files or cannot be reached.
    pub unreadable: Vec<Unreadable>,
    /// Number of visible files without the extension of a picture.
    pub ignored: usize,
    /// Number of visible sub-folders, which are not searched.
    pub folders: usize,
}

/// Lists the pictures in `folder` itself; hidden files are skipped.
///
/// # Errors
/// If the folder cannot be read.
pub fn pictures(folder: &Path) -> Result<PictureListing, DataError> {
    let Listing { folders, files, unreadable, skipped } = list(&SourcePath::top(folder))?;
    let (paths, others): (Vec<_>, Vec<_>) =
        files.into_iter().map(|file| file.path).partition(|path| is_named_picture(path));
    let is_folder = |name: &str| name.ends_with('/');
    let visible = || skipped.iter().filter(|entry| !matches!(entry.reason, SkipReason::Hidden));
    let ignored = others.len() + visible().filter(|entry| !is_folder(&entry.name)).count();
    let folders = folders.len() + visible().filter(|entry| is_folder(&entry.name)).count();
    Ok(PictureListing { paths, unreadable, ignored, folders })
}

/// Whether [`pictures`] would list `path`, by its name: visible, with the extension of a picture. Files that are still
/// being written usually have other names, such as `.a.jpg`, `a.jpg~` or `a.jpg.part`.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && is_named_picture(path)
}

/// The layout of `folder`.
///
/// # Errors
/// As [`layout::of`], and if there are no two classes.
pub(crate) fn layout(folder: &Path) -> Result<Layout, DataError> {
    let top = SourcePath::top(folder);
    if let Some(layout) = layout::of(&top)? {
        return Ok(layout);
    }
    let listing = list(&top)?;
    let path = folder.to_owned();
    match &listing.folders[..] {
        [] if !listing.unreadable.is_empty() => {
            let Unreadable { name, reason } = &listing.unreadable[0];
            Err(FileError::of("read", &folder.join(name))(io::Error::other(reason.clone())).into())
        }
        [] => Err(DataError::NoClasses { path, holds: holds(&listing.files) }),
        folders => match folders.iter().find(|folder| Split::named(folder.last()).is_some()) {
            Some(part) => Err(DataError::NoTraining { path, part: part.path.clone() }),
            None => Err(DataError::OneClass { path, class: folders[0].last().to_owned() }),
        },
    }
}

/// Lists the images of `folder`; only the first bytes of its files are read.
///
/// # Errors
/// Those of [`layout()`]; also if a class folder cannot be read, or a validation or test class has no training folder.
pub(crate) fn scan(folder: &Path) -> Result<SourceContents, DataError> {
    let Layout { labels, parts, mut aside } = layout(folder)?;
    let mut prefix = String::new();
    if let Some(SplitLayout { folder, contents: SplitContents::Classes(_) }) = &parts[0]
        && !folder.name.is_empty()
    {
        prefix = format!("{}/", folder.name);
    }
    let places: HashMap<&str, u16> = labels.iter().zip(0..).map(|(label, place)| (&label[..], place)).collect();
    let mut read = Vec::with_capacity(3);
    for outline in parts {
        read.push(outline.map(|outline| part(outline, &places, &mut aside)).transpose()?);
    }
    let mut sorted = sort(&aside.files);
    let no_class = sorted.pictures.iter().map(|&place| aside.files[place].skipped(SkipReason::NoClass));
    aside.skipped.extend(no_class);
    aside.skipped.append(&mut sorted.skipped);
    aside.unreadable.append(&mut sorted.unreadable);
    aside.skipped.sort_by(|a, b| a.name.cmp(&b.name));
    let mut read = read.into_iter();
    let mut next = || read.next().flatten();
    let train = next().unwrap_or_else(|| RawSplit { items: Vec::new(), store: ImageStore::Files(Vec::new()) });
    Ok(SourceContents {
        train,
        validation: next(),
        test: next(),
        unreadable: aside.unreadable,
        skipped: aside.skipped,
        notes: aside.notes,
        prefix,
        bundled: false,
        labels,
    })
}

/// The pictures below `folder` that lie in folders named after one of `labels`, at any depth; `None` if there are
/// none.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn by_names(folder: &Path, labels: &[String]) -> Result<Option<SourceContents>, DataError> {
    let class_of = |file: &SourcePath| {
        let mut folders = file.name.rsplit('/').skip(1);
        folders.find_map(|name| labels.iter().find(|label| *label == name)).cloned()
    };
    let Listing { files, unreadable, skipped, .. } = walk(&SourcePath::top(folder))?;
    let labelled: Vec<LabelledFile> =
        files.into_iter().filter_map(|file| Some(LabelledFile { class: class_of(&file)?, file })).collect();
    let found = labelled::classes(&labelled);
    if found.is_empty() {
        return Ok(None);
    }
    let places: HashMap<&str, u16> = found.iter().zip(0..).map(|(label, place)| (&label[..], place)).collect();
    let mut aside = Unused { unreadable, skipped, ..Unused::default() };
    let outline = SplitLayout { folder: SourcePath::top(folder), contents: SplitContents::Labelled(labelled) };
    let part = part(outline, &places, &mut aside)?;
    let (unreadable, skipped) = (aside.unreadable, aside.skipped);
    Ok(Some(SourceContents { unreadable, skipped, ..SourceContents::of(found, part) }))
}

/// The pictures of one split; other files are added to `aside`.
fn part(outline: SplitLayout, labels: &HashMap<&str, u16>, aside: &mut Unused) -> Result<RawSplit, DataError> {
    let (mut items, mut paths) = (Vec::new(), Vec::new());
    let mut add = |files: Vec<SourcePath>, label: &dyn Fn(usize) -> u16, aside: &mut Unused| {
        let mut sorted = sort(&files);
        aside.unreadable.append(&mut sorted.unreadable);
        aside.skipped.append(&mut sorted.skipped);
        let mut pictures = sorted.pictures.into_iter().peekable();
        for (place, file) in files.into_iter().enumerate() {
            if pictures.next_if_eq(&place).is_some() {
                items.push(ImageEntry { label: label(place), name: file.name, place: paths.len() });
                paths.push(file.path);
            }
        }
    };
    match outline.contents {
        SplitContents::Classes(folders) => {
            for folder in folders {
                let Some(&label) = labels.get(folder.last()) else {
                    return Err(DataError::UnknownClass { path: folder.path });
                };
                let inside = walk(&folder)?;
                let split = |wanted| {
                    inside
                        .folders
                        .iter()
                        .find(|inner| Split::named(inner.last()) == Some(wanted) && !folder.below(inner).contains('/'))
                };
                if let (Some(train), Some(test)) =
                    (split(Split::Train), split(Split::Test).or_else(|| split(Split::Validation)))
                {
                    return Err(DataError::PartsInClass { train: train.path.clone(), test: test.path.clone() });
                }
                aside.unreadable.extend(inside.unreadable);
                aside.skipped.extend(inside.skipped);
                add(inside.files, &|_| label, aside);
            }
        }
        SplitContents::Labelled(labelled) => {
            let mut places = Vec::with_capacity(labelled.len());
            for image in &labelled {
                let Some(&label) = labels.get(&image.class[..]) else {
                    let (path, class) = (image.file.path.clone(), image.class.clone());
                    return Err(DataError::UnknownLabel { path, class });
                };
                places.push(label);
            }
            let mut images: Vec<(u16, SourcePath)> =
                places.into_iter().zip(labelled.into_iter().map(|image| image.file)).collect();
            images.sort();
            let (places, files): (Vec<u16>, Vec<SourcePath>) = images.into_iter().unzip();
            add(files, &|place| places[place], aside);
        }
    }
    Ok(RawSplit { items, store: ImageStore::Files(paths) })
}
