//! What stands out in a data set: told to the person, never a reason to stop.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::images::Images;
use super::picture::content::ContentHash;
use super::source::skipped::{Skipped, Unreadable};
use super::split::group::Groups;

/// What stood out while a data set was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataCheck {
    /// Images of each class.
    pub classes: Vec<ClassCount>,
    /// Files left out because they cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Entries passed over because they are no pictures, or have no class.
    pub skipped: Vec<Skipped>,
    /// How the source was understood, where that is worth saying: which folder in it was used, for
    /// instance. Names in it are not escaped.
    pub notes: Vec<String>,
    /// Images smaller than the input.
    pub small: SmallImages,
    /// Identical images.
    pub duplicates: Duplicates,
    /// Pictures of the training folder that show nearly the same.
    pub near: NearDuplicates,
    /// Only a part was loaded, so that the sizes of classes mean nothing.
    pub limited: bool,
}

/// How many images a class has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub label: String,
    /// To learn from.
    pub train: usize,
    /// Held out.
    pub validation: usize,
    /// Set apart by the source.
    pub test: usize,
}

/// Images with fewer rows or columns than the input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmallImages {
    /// How many.
    pub count: usize,
    /// One of them: name, width, height.
    pub example: Option<(String, u32, u32)>,
}

/// Images that are the same, byte for byte, as decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// How many images are copies of an earlier one.
    pub copies: usize,
    /// Names of identical images: an earlier one and its copy.
    pub pairs: Vec<(String, String)>,
    /// Those of them that stand in different classes.
    pub across_classes: Vec<(String, String)>,
    /// Those of them that stand in different parts (training, validation, test) of a source that
    /// has its own split.
    pub across_parts: Vec<(String, String)>,
}

/// Pictures that show nearly the same: re-encoded or slightly resized copies, frames of a burst. They
/// are on one side of the split.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearDuplicates {
    /// How many scenes there are of which several pictures, not all identical, were taken.
    pub scenes: usize,
    /// How many pictures those are.
    pub pictures: usize,
    /// Names of an earlier and a later picture of one scene.
    pub pairs: Vec<(String, String)>,
    /// Names of pictures that show nearly the same in different parts (training, validation, test) of a source
    /// that has its own split.
    pub across_parts: Vec<(String, String)>,
    /// Classes whose pictures look alike for the most part, so that looks were not compared.
    pub alike: Vec<String>,
}

impl NearDuplicates {
    pub(super) fn of(groups: &Groups, names: &[String], labels: &[String]) -> Self {
        let pictures: BTreeSet<usize> = groups.near.iter().flat_map(|&(a, b)| [a, b]).collect();
        let of_scene: Vec<usize> = groups
            .all
            .iter()
            .filter(|group| group.images.iter().any(|image| pictures.contains(image)))
            .map(|group| group.images.len())
            .collect();
        // One for each picture, not one for each pair.
        let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
        for &(earlier, later) in &groups.near {
            pairs.entry(later).or_insert(earlier);
        }
        Self {
            scenes: of_scene.len(),
            pictures: of_scene.iter().sum(),
            pairs: pairs.into_iter().map(|(later, earlier)| (names[earlier].clone(), names[later].clone())).collect(),
            across_parts: Vec::new(),
            alike: groups.alike.iter().map(|&class| labels[usize::from(class)].clone()).collect(),
        }
    }
}

impl Duplicates {
    /// Compares all images of `parts`.
    pub(super) fn find(parts: &[&Images]) -> Self {
        let mut first: BTreeMap<&ContentHash, (usize, usize)> = BTreeMap::new();
        let mut found = Self::default();
        for (part, images) in parts.iter().enumerate() {
            for (image, hash) in images.contents.iter().enumerate() {
                let (other_part, other) = *first.entry(hash).or_insert((part, image));
                if (other_part, other) == (part, image) {
                    continue;
                }
                let others = parts[other_part];
                let pair = (others.names[other].clone(), images.names[image].clone());
                found.copies += 1;
                if others.labels[other] != images.labels[image] {
                    found.across_classes.push(pair.clone());
                }
                if other_part != part {
                    found.across_parts.push(pair.clone());
                }
                found.pairs.push(pair);
            }
        }
        found
    }
}
