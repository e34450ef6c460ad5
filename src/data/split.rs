//! Which images are held out: stratified, reproducible, and never one of several identical ones.

use std::collections::BTreeMap;

use crate::random::{Purpose, Stream};

/// SHA-256 of an image as the network sees it.
pub(super) type Hash = [u8; 32];

/// For each image whether it is for validation.
///
/// Images with the same hash form a group that stays together. Of each class `share` of its
/// images, rounded, but at least one and not all, are held out: its groups, ordered by hash and
/// then shuffled with `seed`, are taken while they fit. A group that stands in several classes is
/// for training, so that no validation image has a doubtful label. The result depends on hashes,
/// labels, share and seed, not on the order of the images or their names. A class whose images
/// are all identical, or that has one, has none held out.
pub(super) fn held_out(labels: &[u16], hashes: &[Hash], classes: usize, share: f64, seed: u32) -> Vec<bool> {
    let mut groups: BTreeMap<&Hash, Vec<usize>> = BTreeMap::new();
    for (image, hash) in hashes.iter().enumerate() {
        groups.entry(hash).or_default().push(image);
    }
    let mut counts = vec![0_usize; classes];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    let mut of_class: Vec<Vec<&[usize]>> = vec![Vec::new(); classes];
    for group in groups.values() {
        let label = labels[group[0]];
        if group.iter().all(|&image| labels[image] == label) {
            of_class[usize::from(label)].push(group);
        }
    }
    let mut held = vec![false; labels.len()];
    for (class, (mut groups, count)) in of_class.into_iter().zip(counts).enumerate() {
        if count < 2 {
            continue;
        }
        let target = ((share * count as f64).round() as usize).clamp(1, count - 1);
        Stream::new(seed, Purpose::Split, 0, class as u64).shuffle(&mut groups);
        let mut have = 0;
        for group in &groups {
            if have + group.len() <= target {
                have += group.len();
                group.iter().for_each(|&image| held[image] = true);
            }
        }
        let smallest = groups.iter().min_by_key(|group| group.len());
        if let Some(group) = smallest.filter(|group| have == 0 && group.len() < count) {
            group.iter().for_each(|&image| held[image] = true);
        }
    }
    held
}

/// At most `limit` places of `labels`, in rising order: of each class about the same share, its
/// images drawn with `seed`, but `least` of each class first.
pub(super) fn sample(labels: &[u16], classes: usize, limit: usize, least: usize, seed: u32) -> Vec<usize> {
    let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (image, &label) in labels.iter().enumerate() {
        of_class[usize::from(label)].push(image);
    }
    let mut ranked = Vec::with_capacity(labels.len());
    for (class, mut images) in of_class.into_iter().enumerate() {
        // Epoch 1 sets this stream apart from that of the split.
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

    use super::*;

    fn hash(content: u8) -> Hash {
        // Not in the order of the contents.
        [content.wrapping_mul(151); 32]
    }

    proptest! {
        #[test]
        fn a_split_is_stratified_and_parts_no_identical_images(
            images in prop::collection::vec((0_u16..4, 0_u8..60), 1..200), share in 0.01..0.9, seed: u32,
        ) {
            let labels: Vec<u16> = images.iter().map(|image| image.0).collect();
            let hashes: Vec<Hash> = images.iter().map(|image| hash(image.1)).collect();
            let held = held_out(&labels, &hashes, 4, share, seed);
            for i in 0..images.len() {
                for j in 0..i {
                    prop_assert!(hashes[i] != hashes[j] || held[i] == held[j]);
                }
            }
            for class in 0..4 {
                let of = |i: &usize| labels[*i] == class;
                let all = (0..images.len()).filter(of).count();
                let out = (0..images.len()).filter(of).filter(|&i| held[i]).count();
                let target = ((share * all as f64).round() as usize).clamp(1, all.saturating_sub(1).max(1));
                let mut pure = BTreeMap::<Hash, usize>::new();
                for i in (0..images.len()).filter(of) {
                    if (0..images.len()).all(|j| hashes[j] != hashes[i] || labels[j] == class) {
                        *pure.entry(hashes[i]).or_default() += 1;
                    }
                }
                prop_assert!(all == 0 || out < all, "training has an image of every class");
                let smallest = pure.values().copied().min();
                prop_assert!(out <= target.max(smallest.unwrap_or(0)));
                if let Some(smallest) = smallest.filter(|&smallest| smallest < all) {
                    prop_assert!(out >= 1);
                    let left = (0..images.len()).filter(of).filter(|&i| !held[i] && pure.contains_key(&hashes[i]));
                    if let Some(left) = left.map(|i| pure[&hashes[i]]).min() {
                        prop_assert!(out + left > target || left + out >= all || out == smallest);
                    }
                }
            }
        }

        #[test]
        fn a_split_does_not_depend_on_the_order_of_images(
            images in prop::collection::vec((0_u16..3, any::<u8>()), 1..100), seed: u32, order_seed: u32,
        ) {
            let mut order: Vec<usize> = (0..images.len()).collect();
            Stream::new(order_seed, Purpose::Order, 0, 0).shuffle(&mut order);
            let split = |images: &[(u16, u8)]| {
                let labels: Vec<u16> = images.iter().map(|image| image.0).collect();
                let hashes: Vec<Hash> = images.iter().map(|image| hash(image.1)).collect();
                held_out(&labels, &hashes, 3, 0.3, seed)
            };
            let straight = split(&images);
            let shuffled = split(&order.iter().map(|&i| images[i]).collect::<Vec<_>>());
            prop_assert_eq!(order.iter().map(|&i| straight[i]).collect::<Vec<_>>(), shuffled);
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
    fn without_copies_the_share_is_exact_and_another_seed_splits_otherwise() {
        let labels: Vec<u16> = (0..200).map(|i| i % 2).collect();
        let hashes: Vec<Hash> = (0..200).map(hash).collect();
        let split = |seed| held_out(&labels, &hashes, 2, 0.2, seed);
        for class in 0..2 {
            assert_eq!((0..200).filter(|&i| labels[i] == class && split(7)[i]).count(), 20);
        }
        assert_eq!(split(7), split(7));
        assert_ne!(split(7), split(8));
    }
}
