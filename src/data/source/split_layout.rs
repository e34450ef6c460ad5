//! The layout of the folder of one split: class folders, a table of labels, labels in file names, or none of these.

use super::labelled::{self, LabelledFile, labels_from_names, match_tables};
use super::name::Split;
use super::skipped::Unreadable;
use super::skipped::{SkipReason, Skipped};
use super::table::{self, Table};
use super::tree::{DEPTH, Listing, SourcePath, list, walk};
use crate::config::MAX_CLASSES;
use crate::data::error::DataError;

/// The note about labels from file names.
pub(crate) const LABELS_FROM_NAMES: &str = "labels are the text before the first dot of the file names";

/// Folder and classes of one split.
#[derive(Debug)]
pub(crate) struct SplitLayout {
    pub folder: SourcePath,
    pub contents: SplitContents,
}

/// Source of the classes of a split.
#[derive(Debug)]
pub(crate) enum SplitContents {
    /// One folder per class.
    Classes(Vec<SourcePath>),
    /// Tables or file names; empty if the pictures have no class.
    Labelled(Vec<LabelledFile>),
}

impl SplitLayout {
    /// Whether no picture has a class.
    pub fn is_flat(&self) -> bool {
        matches!(&self.contents, SplitContents::Labelled(labelled) if labelled.is_empty())
    }

    pub fn classes(&self) -> Vec<String> {
        match &self.contents {
            SplitContents::Classes(folders) => folders.iter().map(|folder| folder.last().to_owned()).collect(),
            SplitContents::Labelled(labelled) => labelled::classes(labelled),
        }
    }
}

/// Entries of a source that are not its images.
#[derive(Debug, Default)]
pub(crate) struct Unused {
    /// Files without a class, not opened yet.
    pub files: Vec<SourcePath>,
    pub unreadable: Vec<Unreadable>,
    pub skipped: Vec<Skipped>,
    /// The interpretation of the source layout.
    pub notes: Vec<String>,
}

impl Unused {
    pub fn add(&mut self, listing: Listing) {
        self.files.extend(listing.files);
        self.unreadable.extend(listing.unreadable);
        self.skipped.extend(listing.skipped);
    }

    pub fn merge(&mut self, other: Self) {
        self.files.extend(other.files);
        self.unreadable.extend(other.unreadable);
        self.skipped.extend(other.skipped);
        self.notes.extend(other.notes);
    }
}

/// The layout of the folder of one split. `known` are the classes of training; `None` for training itself.
pub(crate) fn outline(folder: &SourcePath, known: Option<&[String]>) -> Result<(SplitLayout, Unused), DataError> {
    if let Some(found) = contents(folder, list(folder)?, known, 0)? {
        return Ok(found);
    }
    let mut aside = Unused::default();
    aside.add(walk(folder)?);
    Ok((SplitLayout { folder: folder.clone(), contents: SplitContents::Labelled(Vec::new()) }, aside))
}

/// The images with classes in `folder`, whose entries are `listing`.
fn contents(
    folder: &SourcePath,
    listing: Listing,
    known: Option<&[String]>,
    depth: usize,
) -> Result<Option<(SplitLayout, Unused)>, DataError> {
    let mut tables = tables(&listing.files)?;
    let is_class = |folder: &SourcePath| known.is_some_and(|known| known.iter().any(|class| class == folder.last()));
    let has_classes = listing.folders.len() >= 2 || listing.folders.iter().any(is_class);
    if tables.iter().any(|table| table.strong) {
        tables.retain(|table| table.strong);
    } else if has_classes && (tables.is_empty() || known.is_some() || !outdo(folder, &tables, &listing.folders)?) {
        if listing.folders.len() > MAX_CLASSES as usize {
            return Err(DataError::TooManyClasses { path: folder.path.clone(), count: listing.folders.len() });
        }
        let outline = SplitLayout { folder: folder.clone(), contents: SplitContents::Classes(listing.folders.clone()) };
        let mut aside = Unused::default();
        aside.add(Listing { folders: Vec::new(), ..listing });
        return Ok(Some((outline, aside)));
    }
    if !tables.is_empty() {
        let inside = walk(folder)?;
        let matched = match_tables(folder, &tables, &inside.files);
        if matched.count() > 0 {
            let mut aside = Unused { skipped: matched.skipped, ..Unused::default() };
            aside.add(Listing { files: matched.rest, ..inside });
            aside.notes.push(note(&tables));
            let mut labelled: Vec<LabelledFile> = matched.parts.into_iter().flatten().collect();
            labelled.sort();
            return Ok(Some((
                SplitLayout { folder: folder.clone(), contents: SplitContents::Labelled(labelled) },
                aside,
            )));
        }
        if tables.iter().any(|table| table.strong) || listing.folders.is_empty() {
            return Err(without_files(&tables));
        }
    }
    if let Some((labelled, rest)) = labels_from_names(&listing.files) {
        let mut aside = Unused::default();
        aside.skipped.extend(listing.folders.iter().map(|folder| folder.skipped_folder(SkipReason::Beside)));
        aside.add(Listing { files: rest, folders: Vec::new(), ..listing });
        aside.notes.push(LABELS_FROM_NAMES.to_owned());
        return Ok(Some((SplitLayout { folder: folder.clone(), contents: SplitContents::Labelled(labelled) }, aside)));
    }
    let [inner] = &listing.folders[..] else { return Ok(None) };
    if depth >= DEPTH {
        return Ok(None);
    }
    let Some((outline, inside)) = contents(inner, list(inner)?, known, depth + 1)? else {
        // A class without training images: reported when the classes are looked up.
        let unknown = known.is_some() && Split::named(inner.last()).is_none() && inner.last() != folder.last();
        let outline = SplitLayout { folder: folder.clone(), contents: SplitContents::Classes(vec![inner.clone()]) };
        return Ok(unknown.then(|| (outline, Unused::default())));
    };
    let mut aside = Unused::default();
    aside.add(Listing { folders: Vec::new(), ..listing });
    aside.merge(inside);
    Ok(Some((outline, aside)))
}

/// Whether `tables` rather than the names of `folders` are the labels: they match most of the files, and none of their
/// classes is the name of a folder.
pub(crate) fn outdo(folder: &SourcePath, tables: &[Table], folders: &[SourcePath]) -> Result<bool, DataError> {
    let matched = match_tables(folder, tables, &walk(folder)?.files);
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let is_folder =
        |image: &LabelledFile| folders.iter().any(|folder| folder.last().eq_ignore_ascii_case(&image.class));
    Ok(2 * matched.count() > rows && !matched.parts.iter().flatten().any(is_folder))
}

/// The tables of files and labels among `files`.
pub(crate) fn tables(files: &[SourcePath]) -> Result<Vec<Table>, DataError> {
    files.iter().filter(|file| table::is_table(file)).filter_map(|file| table::read(file).transpose()).collect()
}

pub(crate) fn note(tables: &[Table]) -> String {
    let names: Vec<&str> = tables.iter().map(|table| &table.place.name[..]).collect();
    format!("labels are read from {}", names.join(", "))
}

pub(crate) fn without_files(tables: &[Table]) -> DataError {
    let rows = tables[0].rows.len();
    let problem = match tables[0].rows.first() {
        Some(row) => format!("none of the {rows} files that it lists exists in its folder; the first is {}", row.file),
        None => "it has no rows".to_owned(),
    };
    DataError::Table { path: tables[0].place.path.clone(), problem }
}
