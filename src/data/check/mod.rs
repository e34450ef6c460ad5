//! Findings about a data set, such as duplicates and unreadable files. They never prevent training.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::images::Images;
use super::picture::content::ContentHash;
use super::source::skipped::{Skipped, Unreadable};
use super::split::group::Groups;

/// Findings from loading a data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataCheck {
    /// Images of each class.
    pub classes: Vec<ClassCount>,
    /// Files that cannot be decoded and are left out.
    pub unreadable: Vec<Unreadable>,
    /// Entries skipped because they are not pictures or have no class.
    pub skipped: Vec<Skipped>,
    /// The interpretation of the source layout, for example the folder that was used. Names in it are not escaped.
    pub notes: Vec<String>,
    /// Images smaller than the input.
    pub small: SmallImages,
    /// Identical images.
    pub duplicates: Duplicates,
    /// Near duplicates among the training images.
    pub near: NearDuplicates,
    /// Only a sample was loaded, so that class sizes are not checked.
    pub limited: bool,
}

/// Number of images of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub label: String,
    /// Training images.
    pub train: usize,
    /// Validation images.
    pub validation: usize,
    /// Test images.
    pub test: usize,
}

/// Images with fewer rows or columns than the input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SmallImages {
    /// Number of these images.
    pub count: usize,
    /// An example: name, width, height.
    pub example: Option<(String, u32, u32)>,
}

/// Images with identical pixels after decoding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Number of images that are copies of an earlier image.
    pub copies: usize,
    /// Names of identical images: an earlier one and its copy.
    pub pairs: Vec<(String, String)>,
    /// The pairs with different classes.
    pub across_classes: Vec<(String, String)>,
    /// The pairs in different splits (training, validation, test) of a source that provides its own split.
    pub across_parts: Vec<(String, String)>,
}

/// Near duplicates: re-encoded or slightly resized copies, frames of a burst. They are kept in the same split.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearDuplicates {
    /// Number of scenes with several pictures that are not all identical.
    pub scenes: usize,
    /// Number of pictures of these scenes.
    pub pictures: usize,
    /// Names of an earlier and a later picture of the same scene.
    pub pairs: Vec<(String, String)>,
    /// Names of near duplicates in different splits (training, validation, test) of a source that provides its own
    /// split.
    pub across_parts: Vec<(String, String)>,
    /// Classes in which most pictures look alike, so that near duplicates are not grouped.
    pub alike: Vec<String>,
}

impl NearDuplicates {
    pub(super) fn of(groups: &Groups, names: &[String], labels: &[String]) -> Self {
        let pictures: BTreeSet<usize> = groups.near_duplicates.iter().flat_map(|&(a, b)| [a, b]).collect();
        let of_scene: Vec<usize> = groups
            .all
            .iter()
            .filter(|group| group.images.iter().any(|image| pictures.contains(image)))
            .map(|group| group.images.len())
            .collect();
        // One for each picture, not one for each pair.
        let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
        for &(earlier, later) in &groups.near_duplicates {
            pairs.entry(later).or_insert(earlier);
        }
        Self {
            scenes: of_scene.len(),
            pictures: of_scene.iter().sum(),
            pairs: pairs.into_iter().map(|(later, earlier)| (names[earlier].clone(), names[later].clone())).collect(),
            across_parts: Vec::new(),
            alike: groups.uniform_classes.iter().map(|&class| labels[usize::from(class)].clone()).collect(),
        }
    }
}

impl Duplicates {
    /// Compares the content hashes of all images of `parts`.
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
