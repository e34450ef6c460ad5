//! Detection of classes and splits from the layout of data folders. No picture is opened.
//!
//! In this order of precedence: a table in a format for labels; folders of training, validation and test under their
//! usual names; two or more class folders; another table with files and labels; labels in file names such as
//! `cat.1.jpg`; if there is only one folder, the layout of that folder.
//!
//! A folder named after a split is never a class, with one exception: `train/` with pictures and without classes is a
//! class if it lies next to class folders and no folder there is named after another split.

use std::collections::HashSet;

use super::labelled::{LabelledFile, labels_from_names, match_tables};
use super::name::Split;
use super::skipped::SkipReason;
use super::split_layout::{
    LABELS_FROM_NAMES, SplitContents, SplitLayout, Unused, note, outdo, outline, tables, without_files,
};
use super::table::Table;
use super::tree::{DEPTH, Listing, SourcePath, holds, list, walk};
use crate::config::MAX_CLASSES;
use crate::data::error::DataError;

/// Classes and splits of a source.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The classes of the training part.
    pub labels: Vec<String>,
    /// Training, validation, test; training is always present.
    pub parts: [Option<SplitLayout>; 3],
    pub aside: Unused,
}

/// The layout of `top`; `None` if it has fewer than two classes.
///
/// # Errors
/// If a folder or table cannot be read, two folders are named after the same split, or a folder that should have
/// classes has none or too many.
pub(crate) fn of(top: &SourcePath) -> Result<Option<Layout>, DataError> {
    within(top, 0)
}

fn within(top: &SourcePath, depth: usize) -> Result<Option<Layout>, DataError> {
    let listing = list(top)?;
    let (mut parts, mut others) = parts(&listing.folders)?;
    let tables = tables(&listing.files)?;
    if tables.iter().any(|table| table.strong) {
        let strong: Vec<Table> = tables.into_iter().filter(|table| table.strong).collect();
        return by_tables(top, &strong);
    }
    let (mut train, mut aside) = (None, Unused::default());
    if let Some(folder) = parts[0].clone() {
        let (outline, inside) = outline(&folder, None)?;
        if !outline.is_flat() {
            aside.merge(inside);
            aside.skipped.extend(others.iter().map(|folder| folder.skipped_folder(SkipReason::Beside)));
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
            SplitLayout { folder, contents: SplitContents::Classes(std::mem::take(&mut others)) }
        }
        None => match (labels_from_names(&listing.files), &others[..]) {
            (Some((labelled, _)), _) => {
                aside.notes.push(LABELS_FROM_NAMES.to_owned());
                SplitLayout { folder: top.clone(), contents: SplitContents::Labelled(labelled) }
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
    with_held_out(top, listing, &parts, &tables, train, aside).map(Some)
}

/// The layout of the source `top`, in which `listing` and `tables` lie: the training images `train`, and the images
/// of validation and test in the folders of `parts`.
fn with_held_out(
    top: &SourcePath,
    listing: Listing,
    parts: &[Option<SourcePath>; 3],
    tables: &[Table],
    train: SplitLayout,
    mut aside: Unused,
) -> Result<Layout, DataError> {
    let labels = train.classes();
    let mut outlines = [None, None, None];
    for (place, folder) in parts.iter().enumerate().skip(1) {
        let Some(folder) = folder else { continue };
        let (mut outline, mut inside) = outline(folder, Some(&labels))?;
        if outline.is_flat() {
            // For example `Test.csv` next to `Test/`.
            let matched = match_tables(top, tables, &inside.files);
            let labelled: Vec<LabelledFile> =
                matched.parts.into_iter().flatten().filter(|image| labels.contains(&image.class)).collect();
            let known: HashSet<&SourcePath> = labelled.iter().map(|image| &image.file).collect();
            inside.files.retain(|file| !known.contains(file));
            outline.contents = SplitContents::Labelled(labelled);
        }
        aside.merge(inside);
        // A folder without classes is not a split.
        outlines[place] = Some(outline).filter(|outline| !outline.is_flat());
    }
    let of_train: HashSet<&SourcePath> = match &train.contents {
        SplitContents::Labelled(labelled) => labelled.iter().map(|image| &image.file).collect(),
        SplitContents::Classes(_) => HashSet::new(),
    };
    let files = listing
        .files
        .into_iter()
        .filter(|file| !of_train.contains(file) && !tables.iter().any(|table| table.place == *file));
    aside.add(Listing { files: files.collect(), folders: Vec::new(), ..listing });
    outlines[0] = Some(train);
    finish(top, outlines, aside)
}

/// Whether a folder of pictures named `train` next to `others` is another class.
fn is_beside_classes(others: &[SourcePath]) -> bool {
    let is_part = |folder: &SourcePath| {
        let name = folder.last().to_ascii_lowercase();
        ["train", "test", "val", "unlabel"].iter().any(|word| name.starts_with(word))
    };
    !others.is_empty() && !others.iter().any(is_part)
}

/// Separates the folders that are named after splits from the others.
fn parts(folders: &[SourcePath]) -> Result<([Option<SourcePath>; 3], Vec<SourcePath>), DataError> {
    // `asl_alphabet_train` is a split if `asl_alphabet_test` lies next to it.
    let within: Vec<_> = folders.iter().map(|folder| Split::within(folder.last())).collect();
    let has_counterpart =
        |split: Split, rest: &[String]| within.iter().flatten().any(|(other, words)| *other != split && words == rest);
    let part_of = |folder: &SourcePath| {
        let paired = || Split::within(folder.last()).filter(|(split, rest)| has_counterpart(*split, rest));
        Split::named(folder.last()).or_else(|| paired().map(|(split, _)| split))
    };
    let (mut parts, mut others) = ([None, None, None], Vec::new());
    for folder in folders {
        match part_of(folder) {
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

/// The layout of `top` according to `tables`.
fn by_tables(top: &SourcePath, tables: &[Table]) -> Result<Option<Layout>, DataError> {
    let inside = walk(top)?;
    let matched = match_tables(top, tables, &inside.files);
    if matched.parts[0].is_empty() {
        return Err(without_files(tables));
    }
    let mut aside = Unused { skipped: matched.skipped, notes: vec![note(tables)], ..Unused::default() };
    aside.add(Listing { files: matched.rest, ..inside });
    let outlines = matched.parts.map(|labelled| {
        let outline = SplitLayout { folder: top.clone(), contents: SplitContents::Labelled(labelled) };
        Some(outline).filter(|outline| !outline.is_flat())
    });
    finish(top, outlines, aside).map(Some)
}

fn finish(top: &SourcePath, parts: [Option<SplitLayout>; 3], mut aside: Unused) -> Result<Layout, DataError> {
    let labels = parts[0].as_ref().map(SplitLayout::classes).unwrap_or_default();
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
