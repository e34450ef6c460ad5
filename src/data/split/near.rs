//! Near-duplicate detection: pictures of the same scene, such as re-encoded or slightly resized copies and frames of a
//! burst.
//!
//! Candidates are found by locality-sensitive hashing, without comparing every pair: a perceptual hash has the signs
//! of 512 random projections of the luma of a thumbnail. Two thumbnails at an angle θ differ in each sign with
//! probability θ/π (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). Candidates that
//! share all 16 signs of one of 32 bands are compared directly.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::picture::content::{THUMBNAIL_BYTES, THUMBNAIL_SIDE, Thumbnail, brightness};
use crate::random::{Purpose, Stream};

const BANDS: usize = 32;
const BAND_SIGNS: usize = 16;
const PIXELS: usize = THUMBNAIL_SIDE * THUMBNAIL_SIDE;
/// The largest difference of two near duplicates; 0 is the same picture up to exposure, √2 an unrelated one. Among
/// 4,317 photographs of flowers the 16 pairs up to 0.29 each showed one scene; all other pairs differ by 0.32 or more.
const LARGEST_DIFFERENCE: f64 = 0.30;
/// Pictures with a lower contrast (standard deviation of the bytes) are never near duplicates.
const MIN_CONTRAST: f64 = 4.0;
/// A picture is compared with at most this many others in a band: a thousand frames of one scene need not be compared
/// pairwise.
const MAX_COMPARED: usize = 32;

/// Near duplicates among `thumbnails`, as index pairs of an earlier and a later picture in ascending order: enough
/// pairs to connect every group.
pub(crate) fn pairs(looks: &[Option<&Thumbnail>]) -> Vec<(usize, usize)> {
    let signs = projections();
    let seen: Vec<Option<Candidate<'_>>> = looks
        .par_iter()
        .map(|look| {
            let look = (*look)?;
            let tone = ColourStatistics::of(look);
            (tone.contrast >= MIN_CONTRAST).then(|| Candidate { look, tone, bands: bands(&brightness(look), &signs) })
        })
        .collect();
    let near: Vec<(usize, usize)> = (0..BANDS)
        .into_par_iter()
        .flat_map_iter(|band| {
            let mut buckets: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
            for (place, seen) in seen.iter().enumerate() {
                if let Some(seen) = seen {
                    buckets.entry(seen.bands[band]).or_default().push(place);
                }
            }
            let mut near = Vec::new();
            for bucket in buckets.values() {
                for (at, &later) in bucket.iter().enumerate() {
                    for &earlier in &bucket[at.saturating_sub(MAX_COMPARED)..at] {
                        if let (Some(one), Some(other)) = (&seen[earlier], &seen[later])
                            && difference(one, other) <= LARGEST_DIFFERENCE
                        {
                            near.push((earlier, later));
                        }
                    }
                }
            }
            near
        })
        .collect();
    let mut near = near;
    near.par_sort_unstable();
    near.dedup();
    near
}

/// A picture to compare.
struct Candidate<'a> {
    look: &'a Thumbnail,
    tone: ColourStatistics,
    bands: [u16; BANDS],
}

/// Colour means and contrast, which depend on the exposure.
#[derive(Debug, Clone, Copy)]
struct ColourStatistics {
    /// The means of red, green and blue.
    means: [f64; 3],
    /// The standard deviation of the bytes about the mean of their colour.
    contrast: f64,
}

impl ColourStatistics {
    fn of(look: &Thumbnail) -> Self {
        let values = |colour: usize| look.iter().skip(colour).step_by(3).map(|&byte| f64::from(byte));
        let means = [0, 1, 2].map(|colour| values(colour).sum::<f64>() / PIXELS as f64);
        let squares = |colour: usize| values(colour).map(|value| (value - means[colour]).powi(2)).sum::<f64>();
        let contrast = ([0, 1, 2].map(squares).iter().sum::<f64>() / THUMBNAIL_BYTES as f64).sqrt();
        Self { means, contrast }
    }
}

/// The signs of the projections: one of ±1 for each pixel.
fn projections() -> Vec<[i32; PIXELS]> {
    let projection = |index: usize| {
        let mut stream = Stream::new(0, Purpose::Look, 0, index as u64);
        std::array::from_fn(|_| if stream.coin() { 1 } else { -1 })
    };
    (0..BANDS * BAND_SIGNS).map(projection).collect()
}

fn bands(pixels: &[u8; PIXELS], projections: &[[i32; PIXELS]]) -> [u16; BANDS] {
    let sum: i32 = pixels.iter().map(|&pixel| i32::from(pixel)).sum();
    // Times the number of pixels, so that the mean is whole.
    let centred = pixels.map(|pixel| i32::from(pixel) * PIXELS as i32 - sum);
    let is_positive = |signs: &[i32; PIXELS]| {
        let along: i64 = signs.iter().zip(&centred).map(|(sign, pixel)| i64::from(sign * pixel)).sum();
        along > 0
    };
    let mut bands = [0; BANDS];
    for (index, signs) in projections.iter().enumerate() {
        bands[index / BAND_SIGNS] |= u16::from(is_positive(signs)) << (index % BAND_SIGNS);
    }
    bands
}

/// The root of the mean squared difference of two thumbnails once both have mean 0 in every colour and
/// contrast 1: √(2 − 2ρ) with their correlation ρ.
fn difference(a: &Candidate<'_>, b: &Candidate<'_>) -> f64 {
    let products: u32 = a.look.iter().zip(b.look).map(|(&a, &b)| u32::from(a) * u32::from(b)).sum();
    let means: f64 = a.tone.means.iter().zip(b.tone.means).map(|(a, b)| a * b).sum();
    let covariance = f64::from(products) / THUMBNAIL_BYTES as f64 - means / 3.0;
    (2.0 - 2.0 * covariance / (a.tone.contrast * b.tone.contrast)).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scene of sixteen patches of random colours.
    fn scene(seed: u32) -> Thumbnail {
        let mut stream = Stream::new(seed, Purpose::Order, 0, 0);
        let patches: Vec<u8> = (0..48).map(|_| stream.below(256) as u8).collect();
        let patch = |pixel: usize| pixel / THUMBNAIL_SIDE / 4 * 4 + pixel % THUMBNAIL_SIDE / 4;
        std::array::from_fn(|i| patches[patch(i / 3) * 3 + i % 3])
    }

    fn noisy(look: &Thumbnail, seed: u32, noise: f32) -> Thumbnail {
        let mut stream = Stream::new(seed, Purpose::Mixup, 0, 0);
        look.map(|byte| (f32::from(byte) + stream.symmetric(noise)).clamp(0.0, 255.0) as u8)
    }

    #[test]
    fn frames_of_a_scene_are_found_and_other_scenes_are_not() {
        let looks: Vec<Thumbnail> =
            (0..50).flat_map(|s| (0..8).map(move |frame| noisy(&scene(s), 8 * s + frame, 20.0))).collect();
        let looks: Vec<Option<&Thumbnail>> = looks.iter().map(Some).collect();
        let pairs = pairs(&looks);
        assert!(pairs.iter().all(|(a, b)| a < b && a / 8 == b / 8), "{pairs:?}");
        for frame in (0..400).filter(|frame| frame % 8 > 0) {
            assert!(pairs.iter().any(|&(_, later)| later == frame), "frame {frame}");
        }
    }

    #[test]
    fn exposure_and_colour_make_no_other_scene() {
        let one = scene(7);
        let brighter = one.map(|byte| (f32::from(byte) * 0.7 + 60.0) as u8);
        let darker = one.map(|byte| (f32::from(byte) * 0.5) as u8);
        assert_eq!(pairs(&[Some(&one), Some(&brighter), Some(&darker)]), [(0, 1), (0, 2), (1, 2)]);
        let negative = one.map(|byte| 255 - byte);
        assert_eq!(pairs(&[Some(&one), Some(&negative)]), []);
    }

    #[test]
    fn flat_pictures_are_like_none() {
        let flat = [100; THUMBNAIL_BYTES];
        assert_eq!(pairs(&[Some(&flat), Some(&flat), None]), []);
    }

    #[test]
    fn thousands_of_one_scene_are_connected_without_comparing_all() {
        let one = scene(3);
        let looks = vec![Some(&one); 1_000];
        let pairs = pairs(&looks);
        assert!(pairs.len() <= 1_000 * MAX_COMPARED);
        assert!((1..1_000).all(|later| pairs.binary_search(&(later - 1, later)).is_ok()));
    }
}
