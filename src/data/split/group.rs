//! Groups of identical and near duplicates, which are kept in the same split.

use std::collections::BTreeMap;

use crate::data::picture::content::{Content, ContentHash};

/// A group with more than this share of a class is reduced to its identical images: if nearly all pictures of a class
/// look alike, as with a fixed camera, nothing could be held out.
const LARGEST_SHARE: f64 = 0.8;

/// Images of one scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Indices in ascending order; at least one.
    pub images: Vec<usize>,
    /// The smallest hash of the images; it identifies the group.
    pub hash: ContentHash,
}

/// The groups, and near duplicates and uniform classes found on the way.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// The groups, ordered by hash; every image is in exactly one.
    pub all: Vec<Group>,
    /// Near duplicates as pairs of an earlier and a later, not identical image.
    pub near_duplicates: Vec<(usize, usize)>,
    /// Indices of classes in which most pictures look alike.
    pub uniform_classes: Vec<u16>,
}

/// Groups images by their `contents` and `labels` (one of each per image) and the pairs `near` of near duplicates.
pub(crate) fn groups(contents: &[Content], labels: &[u16], mut near: Vec<(usize, usize)>) -> Groups {
    near.retain(|&(a, b)| contents[a].hash != contents[b].hash);
    let mut first: BTreeMap<&ContentHash, usize> = BTreeMap::new();
    let identical: Vec<(usize, usize)> = contents
        .iter()
        .enumerate()
        .map(|(image, content)| (*first.entry(&content.hash).or_insert(image), image))
        .filter(|(earlier, image)| earlier != image)
        .collect();

    let joined = connect(contents.len(), identical.iter().chain(&near));
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for &label in labels {
        *counts.entry(label).or_default() += 1;
    }
    let largest = |group: &[usize]| {
        let mut of_class: BTreeMap<u16, usize> = BTreeMap::new();
        for &image in group {
            *of_class.entry(labels[image]).or_default() += 1;
        }
        let alike = of_class
            .into_iter()
            .find(|(label, count)| *count > 1 && *count as f64 > LARGEST_SHARE * counts[label] as f64);
        alike.map(|(label, _)| label)
    };
    let mut found = Groups::default();
    let mut apart = vec![false; contents.len()];
    for group in &joined {
        if let Some(label) = largest(group) {
            found.uniform_classes.push(label);
            for &image in group {
                apart[image] = true;
            }
        }
    }
    found.uniform_classes.sort_unstable();
    found.uniform_classes.dedup();
    near.retain(|&(a, _)| !apart[a]);
    let joined =
        if found.uniform_classes.is_empty() { joined } else { connect(contents.len(), identical.iter().chain(&near)) };
    found.near_duplicates = near;
    found.all = joined
        .into_iter()
        .filter_map(|images| {
            let hash = images.iter().map(|&image| contents[image].hash).min()?;
            Some(Group { images, hash })
        })
        .collect();
    found.all.sort_by_key(|group| group.hash);
    found
}

/// The connected components of `count` images with these `links`; each in ascending order.
fn connect<'a>(count: usize, links: impl Iterator<Item = &'a (usize, usize)>) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..count).collect();
    let root = |parent: &mut Vec<usize>, mut at: usize| {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    };
    for &(a, b) in links {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b)] = a.min(b);
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for image in 0..count {
        parts.entry(root(&mut parent, image)).or_default().push(image);
    }
    parts.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;
    use crate::data::picture::content::THUMBNAIL_BYTES;

    /// Content number `number`, with the look of scene `scene`.
    fn content(number: u8, scene: Option<u8>) -> Content {
        let look = scene.map(|scene| {
            let wave = |i: usize| (128.0 + 100.0 * ((1 + scene) as f32 * i as f32 / 17.0).sin()) as u8;
            Box::new(std::array::from_fn::<u8, THUMBNAIL_BYTES, _>(wave))
        });
        Content { hash: [number.wrapping_mul(151); 32], size: (64, 64), look }
    }

    fn grouped(contents: &[Content], labels: &[u16]) -> Groups {
        let looks: Vec<_> = contents.iter().map(|content| content.look.as_deref()).collect();
        groups(contents, labels, near::pairs(&looks))
    }

    fn images(groups: &Groups) -> Vec<Vec<usize>> {
        let mut images: Vec<_> = groups.all.iter().map(|group| group.images.clone()).collect();
        images.sort();
        images
    }

    #[test]
    fn identical_and_near_duplicates_are_one_group() {
        let contents = [content(0, Some(0)), content(1, Some(3)), content(0, Some(0)), content(2, Some(0))];
        let contents = [&contents[..], &[content(9, None), content(9, None), content(8, None)]].concat();
        let found = grouped(&contents, &[0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(images(&found), [vec![0, 2, 3], vec![1], vec![4, 5], vec![6]]);
        assert_eq!(found.near_duplicates, [(0, 3), (2, 3)]);
        assert!(found.uniform_classes.is_empty());
        assert!(found.all.windows(2).all(|pair| pair[0].hash < pair[1].hash));
    }

    #[test]
    fn a_class_whose_pictures_all_look_alike_is_taken_apart() {
        let mut contents: Vec<_> = (0..10).map(|number| content(number, Some(1))).collect();
        contents.push(contents[4].clone());
        contents.extend((20..23).map(|number| content(number, Some(number))));
        contents.push(content(24, Some(20)));
        let labels: Vec<u16> = (0..15).map(|image| u16::from(image > 10)).collect();
        let found = grouped(&contents, &labels);
        assert_eq!(found.uniform_classes, [0]);
        assert_eq!(found.near_duplicates, [(11, 14)]);
        assert_eq!(found.all.len(), 10 + 3);
    }
}
