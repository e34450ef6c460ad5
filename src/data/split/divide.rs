//! Assigns images to training, validation and test by their content alone.
//!
//! Every [`Group`] of identical and near duplicates has a number from 0 to 1, derived from the split seed and the hash
//! of the group. Groups with a number below `validation_split` are for validation, those in the next `test_split` for
//! test, all others for training. The split does therefore not depend on the input size, on channels, or on names and
//! order of the files, and adding or removing images moves only their own group. The fractions of each class vary as
//! random draws do: by √(n · share · (1 − share)) of n groups.
//!
//! Exceptions, by class:
//! - Groups with images of several classes, and groups with more than half of a class, are for training.
//! - A class without training images gets the group with its highest number, one without validation images the group
//!   with the lowest, and one without test images the lowest of the training groups, while at least one group is left
//!   for training.

use sha2::{Digest, Sha256};

use super::group::Group;
use crate::data::source::name::Split;
use crate::random::{Purpose, Stream};

/// Fractions of the images, each below 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SplitFractions {
    pub validation: f64,
    pub test: f64,
}

/// The split of each image, given the `labels` of all images and their `groups`.
pub(crate) fn divide(
    labels: &[u16],
    groups: &[Group],
    classes: usize,
    shares: SplitFractions,
    seed: u32,
) -> Vec<Split> {
    let SplitFractions { validation, test } = shares;
    let mut counts = vec![0_usize; classes];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    let mut of_class: Vec<Vec<(f64, &Group)>> = vec![Vec::new(); classes];
    for group in groups {
        let label = labels[group.images[0]];
        let pure = group.images.iter().all(|&image| labels[image] == label);
        if pure && 2 * group.images.len() <= counts[usize::from(label)] {
            of_class[usize::from(label)].push((number(group, seed), group));
        }
    }
    let mut sides = vec![Split::Train; labels.len()];
    for (mut drawn, count) in of_class.into_iter().zip(counts) {
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        let below = |limit: f64| drawn.partition_point(|(number, _)| *number < limit);
        let (mut held, mut tested) = (below(validation), below(validation + test));
        // One group stays for training unless the class has other training images.
        let eligible: usize = drawn.iter().map(|(_, group)| group.images.len()).sum();
        let most = if eligible == count { drawn.len().saturating_sub(1) } else { drawn.len() };
        if validation > 0.0 {
            held = held.max(1);
        }
        held = held.min(most);
        if test > 0.0 {
            tested = tested.max(held + 1);
        }
        tested = tested.clamp(held, most.max(held));
        for (at, (_, group)) in drawn[..tested].iter().enumerate() {
            let side = if at < held { Split::Validation } else { Split::Test };
            group.images.iter().for_each(|&image| sides[image] = side);
        }
    }
    sides
}

/// The number of a group, uniform in 0 to 1.
fn number(group: &Group, seed: u32) -> f64 {
    let mut digest = Sha256::new();
    digest.update(seed.to_le_bytes());
    digest.update(group.hash);
    let digest = digest.finalize();
    let first = digest.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    first as f64 / (u64::MAX as f64 + 1.0)
}

/// A stratified sample of at most `limit` indices into `labels`, in ascending order: about the same fraction of each
/// class, drawn with `seed`, but first `least` images of each class.
pub(crate) fn sample(labels: &[u16], classes: usize, limit: usize, least: usize, seed: u32) -> Vec<usize> {
    let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (image, &label) in labels.iter().enumerate() {
        of_class[usize::from(label)].push(image);
    }
    let mut ranked = Vec::with_capacity(labels.len());
    for (class, mut images) in of_class.into_iter().enumerate() {
        Stream::new(seed, Purpose::Split, 1, class as u64).shuffle(&mut images);
        let count = images.len() as f64;
        let share = |rank: usize| if rank < least { 0.0 } else { rank as f64 / count };
        ranked.extend(images.into_iter().enumerate().map(|(rank, image)| (share(rank), class, image)));
    }
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    ranked.truncate(limit);
    let mut places: Vec<usize> = ranked.into_iter().map(|(_, _, image)| image).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    /// Images as (class, scene): one group for each scene.
    fn grouped(images: &[(u16, u8)]) -> (Vec<u16>, Vec<Group>) {
        let mut scenes: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
        for (image, (_, scene)) in images.iter().enumerate() {
            scenes.entry(*scene).or_default().push(image);
        }
        let group = |(scene, images)| Group { images, hash: [u8::wrapping_mul(scene, 151); 32] };
        (images.iter().map(|image| image.0).collect(), scenes.into_iter().map(group).collect())
    }

    fn split(images: &[(u16, u8)], classes: usize, validation: f64, test: f64, seed: u32) -> Vec<Split> {
        let (labels, groups) = grouped(images);
        divide(&labels, &groups, classes, SplitFractions { validation, test }, seed)
    }

    proptest! {
        #[test]
        fn groups_stay_together_and_every_class_has_images_to_learn_from_and_to_validate_with(
            images in prop::collection::vec((0_u16..4, 0_u8..60), 1..200),
            validation in 0.01..0.6, test in prop_oneof![Just(0.0), 0.01..0.3], seed: u32,
        ) {
            let sides = split(&images, 4, validation, test, seed);
            for i in 0..images.len() {
                for j in 0..i {
                    prop_assert!(images[i].1 != images[j].1 || sides[i] == sides[j]);
                }
            }
            for class in 0..4 {
                let of = |i: &usize| images[*i].0 == class;
                let count = |side| (0..images.len()).filter(of).filter(|&i| sides[i] == side).count();
                let all = (0..images.len()).filter(of).count();
                prop_assert!(all == 0 || count(Split::Train) > 0, "training has an image of every class");
                let (_, groups) = grouped(&images);
                let eligible = groups.iter().filter(|group| {
                    group.images.iter().all(|&i| images[i].0 == class) && 2 * group.images.len() <= all
                });
                let sizes: Vec<usize> = eligible.map(|group| group.images.len()).collect();
                let whole = sizes.iter().sum::<usize>() == all;
                let free = sizes.len() - usize::from(whole && !sizes.is_empty());
                prop_assert_eq!(free > 0, count(Split::Validation) > 0);
                prop_assert!(test > 0.0 || count(Split::Test) == 0);
            }
        }

        #[test]
        fn a_scene_that_comes_or_goes_moves_no_other(
            images in prop::collection::vec((0_u16..2, 0_u8..200), 150..300), seed: u32, gone in 0_usize..150,
        ) {
            // With so many scenes an exception is too rare a draw to be seen.
            let images: Vec<(u16, u8)> = images.into_iter().map(|(_, scene)| (u16::from(scene % 2), scene)).collect();
            let before = split(&images, 2, 0.3, 0.3, seed);
            let scene = images[gone].1;
            let rest: Vec<usize> = (0..images.len()).filter(|&i| images[i].1 != scene).collect();
            let after = split(&rest.iter().map(|&i| images[i]).collect::<Vec<_>>(), 2, 0.3, 0.3, seed);
            for (at, &i) in rest.iter().enumerate() {
                prop_assert_eq!(before[i], after[at]);
            }
        }

        #[test]
        fn a_sample_is_stratified_and_small(
            labels in prop::collection::vec(0_u16..5, 0..200), limit in 0_usize..250, least in 0_usize..3, seed: u32,
        ) {
            let places = sample(&labels, 5, limit, least, seed);
            prop_assert_eq!(places.len(), limit.min(labels.len()));
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
            for class in 0..5 {
                let all = labels.iter().filter(|&&label| label == class).count();
                let taken = places.iter().filter(|&&i| labels[i] == class).count();
                let fair = all as f64 * limit as f64 / labels.len().max(1) as f64;
                prop_assert!(taken == all || (taken as f64 - fair).abs() < 12.0, "{} of {}", taken, all);
                prop_assert!(taken >= least.min(all) || limit < 5 * least);
            }
        }
    }

    #[test]
    fn shares_are_about_those_asked_for_and_another_seed_splits_otherwise() {
        let images: Vec<(u16, u8)> = (0..=255).flat_map(|scene| [(0, scene); 1]).collect();
        let of = |seed| split(&images, 1, 0.2, 0.1, seed);
        let (mut validation, mut test) = (0, 0);
        for seed in 0..40 {
            validation += of(seed).iter().filter(|side| **side == Split::Validation).count();
            test += of(seed).iter().filter(|side| **side == Split::Test).count();
        }
        let share = |count: usize| count as f64 / (40.0 * 256.0);
        assert!((share(validation) - 0.2).abs() < 0.015 && (share(test) - 0.1).abs() < 0.012);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn what_is_most_of_a_class_is_for_training_and_so_is_a_doubtful_label() {
        let images: Vec<(u16, u8)> = [vec![(0, 1); 7], vec![(0, 2); 5], vec![(1, 3); 2], vec![(0, 3)]].concat();
        for seed in 0..30 {
            let sides = split(&images, 2, 0.5, 0.0, seed);
            assert_eq!(sides[..7], [Split::Train; 7]);
            assert_eq!(sides[7..12], [Split::Validation; 5]);
            assert_eq!(sides[12..], [Split::Train; 3], "scene 3 stands in both classes");
        }
    }
}
