//! How a data folder is laid out: where its classes and its parts are. No picture is opened.
//!
//! In this order: a table that is written for labels; folders of training, validation and test, by
//! any of their usual names; two or more class folders; another table with files and labels;
//! labels in names such as `cat.1.jpg`; and where there is one folder only, the same inside it.
//!
//! A folder called as a part is never a class, with one exception: `train/` that holds pictures and
//! no classes is a class where it lies beside others, and no folder there is called after a part.

use std::collections::HashSet;

use super::check::Unreadable;
use super::error::DataError;
use super::labelled::{self, Labelled, of_names, of_tables};
use super::name::Split;
use super::skipped::{Reason, Skipped};
use super::table::{self, Table};
use super::tree::{DEPTH, Listing, Place, holds, list, walk};
use crate::spec::MAX_CLASSES;

/// Said of labels in names.
const BY_NAME: &str = "labels are what stands before the first dot of a file's name";

/// One part of a source.
#[derive(Debug)]
pub(super) struct Outline {
    pub folder: Place,
    pub contents: Contents,
}

/// Where the classes of a part come from.
#[derive(Debug)]
pub(super) enum Contents {
    /// A folder for each.
    Classes(Vec<Place>),
    /// Tables or names; none where the pictures have no class.
    Labelled(Vec<Labelled>),
}

impl Outline {
    /// Whether nothing in it has a class.
    fn is_flat(&self) -> bool {
        matches!(&self.contents, Contents::Labelled(labelled) if labelled.is_empty())
    }

    fn classes(&self) -> Vec<String> {
        match &self.contents {
            Contents::Classes(folders) => folders.iter().map(|folder| folder.last().to_owned()).collect(),
            Contents::Labelled(labelled) => labelled::classes(labelled),
        }
    }
}

/// What lies about in a source beside its images.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Files that have no class, not opened yet.
    pub files: Vec<Place>,
    pub unreadable: Vec<Unreadable>,
    pub skipped: Vec<Skipped>,
    /// How the source was understood.
    pub notes: Vec<String>,
}

impl Aside {
    fn add(&mut self, listing: Listing) {
        self.files.extend(listing.files);
        self.unreadable.extend(listing.unreadable);
        self.skipped.extend(listing.skipped);
    }

    fn merge(&mut self, other: Self) {
        self.files.extend(other.files);
        self.unreadable.extend(other.unreadable);
        self.skipped.extend(other.skipped);
        self.notes.extend(other.notes);
    }
}

/// A source and its parts.
#[derive(Debug)]
pub(super) struct Layout {
    /// The classes of the training part.
    pub labels: Vec<String>,
    /// Training, validation, test; there is always the first.
    pub parts: [Option<Outline>; 3],
    pub aside: Aside,
}

/// How `top` is laid out; `None` where it has no two classes.
///
/// # Errors
/// Where a folder or a table cannot be read, two folders are for one part, or one that should have
/// classes has none or too many.
pub(super) fn of(top: &Place) -> Result<Option<Layout>, DataError> {
    within(top, 0)
}

fn within(top: &Place, depth: usize) -> Result<Option<Layout>, DataError> {
    let listing = list(top)?;
    let (mut parts, mut others) = parts(&listing.folders)?;
    let tables = tables(&listing.files)?;
    if tables.iter().any(|table| table.strong) {
        let strong: Vec<Table> = tables.into_iter().filter(|table| table.strong).collect();
        return by_tables(top, &strong);
    }
    let (mut train, mut aside) = (None, Aside::default());
    if let Some(folder) = parts[0].clone() {
        let (outline, inside) = outline(&folder, None)?;
        if !outline.is_flat() {
            aside.merge(inside);
            aside.skipped.extend(others.iter().map(|folder| folder.skipped_folder(Reason::Beside)));
            train = Some(outline);
        } else if parts[1..] == [None, None] && tables.is_empty() && is_beside_classes(&others) {
            others.push(folder);
            others.sort();
            parts[0] = None;
        } else if tables.is_empty() {
            return Err(DataError::NoClasses { path: folder.path, holds: holds(&inside.files) });
        } else {
            return by_tables(top, &tables);
        }
    }
    let train = match train {
        Some(train) => train,
        None if !tables.is_empty() && (others.len() < 2 || outdo(top, &tables, &others)?) => {
            return by_tables(top, &tables);
        }
        None if others.len() >= 2 => {
            let folder = top.clone();
            Outline { folder, contents: Contents::Classes(std::mem::take(&mut others)) }
        }
        None => match (of_names(&listing.files), &others[..]) {
            (Some((labelled, _)), _) => {
                aside.notes.push(BY_NAME.to_owned());
                Outline { folder: top.clone(), contents: Contents::Labelled(labelled) }
            }
            (None, [inner]) if depth < DEPTH && parts == [None, None, None] => {
                let mut found = within(inner, depth + 1)?;
                if let Some(layout) = &mut found {
                    layout.aside.add(listing);
                }
                return Ok(found);
            }
            _ => return Ok(None),
        },
    };
    let labels = train.classes();
    let mut outlines = [None, None, None];
    for (place, folder) in parts.iter().enumerate().skip(1) {
        let Some(folder) = folder else { continue };
        let (mut outline, mut inside) = outline(folder, Some(&labels))?;
        if outline.is_flat() {
            // `Test.csv` beside `Test/`, for instance.
            let matched = of_tables(top, &tables, &inside.files);
            let labelled: Vec<Labelled> =
                matched.parts.into_iter().flatten().filter(|image| labels.contains(&image.class)).collect();
            let known: HashSet<&Place> = labelled.iter().map(|image| &image.file).collect();
            inside.files.retain(|file| !known.contains(file));
            outline.contents = Contents::Labelled(labelled);
        }
        aside.merge(inside);
        // One without any class is no part.
        outlines[place] = Some(outline).filter(|outline| !outline.is_flat());
    }
    let of_train: HashSet<&Place> = match &train.contents {
        Contents::Labelled(labelled) => labelled.iter().map(|image| &image.file).collect(),
        Contents::Classes(_) => HashSet::new(),
    };
    let files = listing
        .files
        .into_iter()
        .filter(|file| !of_train.contains(file) && !tables.iter().any(|table| table.place == *file));
    aside.add(Listing { files: files.collect(), folders: Vec::new(), ..listing });
    outlines[0] = Some(train);
    finish(top, outlines, aside).map(Some)
}

/// Whether a folder of pictures called `train` beside `others` is one more class.
fn is_beside_classes(others: &[Place]) -> bool {
    let is_part = |folder: &Place| {
        let name = folder.last().to_ascii_lowercase();
        ["train", "test", "val", "unlabel"].iter().any(|word| name.starts_with(word))
    };
    !others.is_empty() && !others.iter().any(is_part)
}

/// The folders that are called after parts, and the others.
fn parts(folders: &[Place]) -> Result<([Option<Place>; 3], Vec<Place>), DataError> {
    let (mut parts, mut others) = ([None, None, None], Vec::new());
    for folder in folders {
        match Split::named(folder.last()) {
            None => others.push(folder.clone()),
            Some(split) => {
                if let Some(first) = parts[split as usize].replace(folder.clone()) {
                    let (first, second) = (first.path, folder.path.clone());
                    return Err(DataError::TwoFolders { part: split.word(), first, second });
                }
            }
        }
    }
    Ok((parts, others))
}

/// What is in the folder of one part, whose classes are `known` but for training.
fn outline(folder: &Place, known: Option<&[String]>) -> Result<(Outline, Aside), DataError> {
    if let Some(found) = contents(folder, list(folder)?, known, 0)? {
        return Ok(found);
    }
    let mut aside = Aside::default();
    aside.add(walk(folder)?);
    Ok((Outline { folder: folder.clone(), contents: Contents::Labelled(Vec::new()) }, aside))
}

/// What has a class in `folder`, in which `listing` lies.
fn contents(
    folder: &Place,
    listing: Listing,
    known: Option<&[String]>,
    depth: usize,
) -> Result<Option<(Outline, Aside)>, DataError> {
    let mut tables = tables(&listing.files)?;
    let is_class = |folder: &Place| known.is_some_and(|known| known.iter().any(|class| class == folder.last()));
    let has_classes = listing.folders.len() >= 2 || listing.folders.iter().any(is_class);
    if tables.iter().any(|table| table.strong) {
        tables.retain(|table| table.strong);
    } else if has_classes && (tables.is_empty() || known.is_some() || !outdo(folder, &tables, &listing.folders)?) {
        if listing.folders.len() > MAX_CLASSES as usize {
            return Err(DataError::TooManyClasses { path: folder.path.clone(), count: listing.folders.len() });
        }
        let outline = Outline { folder: folder.clone(), contents: Contents::Classes(listing.folders.clone()) };
        let mut aside = Aside::default();
        aside.add(Listing { folders: Vec::new(), ..listing });
        return Ok(Some((outline, aside)));
    }
    if !tables.is_empty() {
        let inside = walk(folder)?;
        let matched = of_tables(folder, &tables, &inside.files);
        if matched.count() > 0 {
            let mut aside = Aside { skipped: matched.skipped, ..Aside::default() };
            aside.add(Listing { files: matched.rest, ..inside });
            aside.notes.push(note(&tables));
            let mut labelled: Vec<Labelled> = matched.parts.into_iter().flatten().collect();
            labelled.sort();
            return Ok(Some((Outline { folder: folder.clone(), contents: Contents::Labelled(labelled) }, aside)));
        }
        if tables.iter().any(|table| table.strong) || listing.folders.is_empty() {
            return Err(without_files(&tables));
        }
    }
    if let Some((labelled, rest)) = of_names(&listing.files) {
        let mut aside = Aside::default();
        aside.skipped.extend(listing.folders.iter().map(|folder| folder.skipped_folder(Reason::Beside)));
        aside.add(Listing { files: rest, folders: Vec::new(), ..listing });
        aside.notes.push(BY_NAME.to_owned());
        return Ok(Some((Outline { folder: folder.clone(), contents: Contents::Labelled(labelled) }, aside)));
    }
    let [inner] = &listing.folders[..] else { return Ok(None) };
    if depth >= DEPTH {
        return Ok(None);
    }
    let Some((outline, inside)) = contents(inner, list(inner)?, known, depth + 1)? else {
        // A class that training does not have: told by whoever looks for it.
        let unknown = known.is_some() && Split::named(inner.last()).is_none() && inner.last() != folder.last();
        let outline = Outline { folder: folder.clone(), contents: Contents::Classes(vec![inner.clone()]) };
        return Ok(unknown.then(|| (outline, Aside::default())));
    };
    let mut aside = Aside::default();
    aside.add(Listing { folders: Vec::new(), ..listing });
    aside.merge(inside);
    Ok(Some((outline, aside)))
}

/// Whether `tables` rather than the names of `folders` say what the pictures show: they know most of
/// the files, and no class of theirs is called as a folder.
fn outdo(folder: &Place, tables: &[Table], folders: &[Place]) -> Result<bool, DataError> {
    let matched = of_tables(folder, tables, &walk(folder)?.files);
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let is_folder = |image: &Labelled| folders.iter().any(|folder| folder.last().eq_ignore_ascii_case(&image.class));
    Ok(2 * matched.count() > rows && !matched.parts.iter().flatten().any(is_folder))
}

/// The source `top` as `tables` in it say.
fn by_tables(top: &Place, tables: &[Table]) -> Result<Option<Layout>, DataError> {
    let inside = walk(top)?;
    let matched = of_tables(top, tables, &inside.files);
    if matched.parts[0].is_empty() {
        return Err(without_files(tables));
    }
    let mut aside = Aside { skipped: matched.skipped, notes: vec![note(tables)], ..Aside::default() };
    aside.add(Listing { files: matched.rest, ..inside });
    let outlines = matched.parts.map(|labelled| {
        let outline = Outline { folder: top.clone(), contents: Contents::Labelled(labelled) };
        Some(outline).filter(|outline| !outline.is_flat())
    });
    finish(top, outlines, aside).map(Some)
}

/// The tables with files and labels among `files`.
fn tables(files: &[Place]) -> Result<Vec<Table>, DataError> {
    files.iter().filter(|file| table::is_table(file)).filter_map(|file| table::read(file).transpose()).collect()
}

fn note(tables: &[Table]) -> String {
    let names: Vec<&str> = tables.iter().map(|table| &table.place.name[..]).collect();
    format!("labels are those of {}", names.join(", "))
}

fn without_files(tables: &[Table]) -> DataError {
    let rows = tables[0].rows.len();
    let problem = match tables[0].rows.first() {
        Some(row) => format!("none of the {rows} files that it names is in its folder; the first is {}", row.file),
        None => "it has no rows".to_owned(),
    };
    DataError::Table { path: tables[0].place.path.clone(), problem }
}

fn finish(top: &Place, parts: [Option<Outline>; 3], mut aside: Aside) -> Result<Layout, DataError> {
    let labels = parts[0].as_ref().map(Outline::classes).unwrap_or_default();
    let path = parts[0].as_ref().map_or(&top.path, |train| &train.folder.path).clone();
    match labels.len() {
        0 | 1 => return Err(DataError::OneClass { path, class: labels.into_iter().next().unwrap_or_default() }),
        count if count > MAX_CLASSES as usize => return Err(DataError::TooManyClasses { path, count }),
        _ => {}
    }
    let parts_used: Vec<String> = Split::ALL
        .iter()
        .zip(&parts)
        .filter_map(|(split, part)| part.as_ref().map(|part| (split, part)))
        .filter(|(_, part)| !part.folder.name.is_empty())
        .map(|(split, part)| format!("{} from {}/", split.word(), part.folder.name))
        .collect();
    if !parts_used.is_empty() {
        aside.notes.insert(0, format!("images are read for {}", parts_used.join(", ")));
    }
    Ok(Layout { labels, parts, aside })
}
