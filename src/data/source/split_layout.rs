//! What is in the folder of one part: class folders, a table of labels, labels in names, or nothing
//! that has a class.

use super::labelled::{self, LabelledFile, labels_from_names, match_tables};
use super::name::Split;
use super::skipped::Unreadable;
use super::skipped::{SkipReason, Skipped};
use super::table::{self, Table};
use super::tree::{DEPTH, Listing, SourcePath, list, walk};
use crate::config::MAX_CLASSES;
use crate::data::error::DataError;

/// Said of labels in names.
pub(crate) const LABELS_FROM_NAMES: &str = "labels are what stands before the first dot of a file's name";

/// One part of a source.
#[derive(Debug)]
pub(crate) struct SplitLayout {
    pub folder: SourcePath,
    pub contents: SplitContents,
}

/// Where the classes of a part come from.
#[derive(Debug)]
pub(crate) enum SplitContents {
    /// A folder for each.
    Classes(Vec<SourcePath>),
    /// Tables or names; none where the pictures have no class.
    Labelled(Vec<LabelledFile>),
}

impl SplitLayout {
    /// Whether nothing in it has a class.
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

/// What lies about in a source beside its images.
#[derive(Debug, Default)]
pub(crate) struct Unused {
    /// Files that have no class, not opened yet.
    pub files: Vec<SourcePath>,
    pub unreadable: Vec<Unreadable>,
    pub skipped: Vec<Skipped>,
    /// How the source was understood.
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

/// What is in the folder of one part, whose classes are `known` but for training.
pub(crate) fn outline(folder: &SourcePath, known: Option<&[String]>) -> Result<(SplitLayout, Unused), DataError> {
    if let Some(found) = contents(folder, list(folder)?, known, 0)? {
        return Ok(found);
    }
    let mut aside = Unused::default();
    aside.add(walk(folder)?);
    Ok((SplitLayout { folder: folder.clone(), contents: SplitContents::Labelled(Vec::new()) }, aside))
}

/// What has a class in `folder`, in which `listing` lies.
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
        // A class that training does not have: told by whoever looks for it.
        let unknown = known.is_some() && Split::named(inner.last()).is_none() && inner.last() != folder.last();
        let outline = SplitLayout { folder: folder.clone(), contents: SplitContents::Classes(vec![inner.clone()]) };
        return Ok(unknown.then(|| (outline, Unused::default())));
    };
    let mut aside = Unused::default();
    aside.add(Listing { folders: Vec::new(), ..listing });
    aside.merge(inside);
    Ok(Some((outline, aside)))
}

/// Whether `tables` rather than the names of `folders` say what the pictures show: they know most of
/// the files, and no class of theirs is called as a folder.
pub(crate) fn outdo(folder: &SourcePath, tables: &[Table], folders: &[SourcePath]) -> Result<bool, DataError> {
    let matched = match_tables(folder, tables, &walk(folder)?.files);
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let is_folder =
        |image: &LabelledFile| folders.iter().any(|folder| folder.last().eq_ignore_ascii_case(&image.class));
    Ok(2 * matched.count() > rows && !matched.parts.iter().flatten().any(is_folder))
}

/// The tables with files and labels among `files`.
pub(crate) fn tables(files: &[SourcePath]) -> Result<Vec<Table>, DataError> {
    files.iter().filter(|file| table::is_table(file)).filter_map(|file| table::read(file).transpose()).collect()
}

pub(crate) fn note(tables: &[Table]) -> String {
    let names: Vec<&str> = tables.iter().map(|table| &table.place.name[..]).collect();
    format!("labels are those of {}", names.join(", "))
}

pub(crate) fn without_files(tables: &[Table]) -> DataError {
    let rows = tables[0].rows.len();
    let problem = match tables[0].rows.first() {
        Some(row) => format!("none of the {rows} files that it names is in its folder; the first is {}", row.file),
        None => "it has no rows".to_owned(),
    };
    DataError::Table { path: tables[0].place.path.clone(), problem }
}
