//! Units of work: planes, bands of planes, bands of pixels of all planes of a block. The units follow from shapes
//! alone, never from the number of threads.

use crate::train::lanes::LaneMap;
use crate::train::simd::Lane;
use rayon::prelude::*;
use std::cell::RefCell;
use std::ops::Range;

/// Minimum lane operations per task.
const TASK: usize = 4_096;
/// Maximum lane operations of a band: planes are divided so that four cores are busy even with few channels.
const BAND: usize = 12_288;
/// Pixels of a band of all channels: few enough to stay in the L2 cache with hundreds of channels, many enough to make
/// the reduction afterwards cheap. A batch of 32 is two units where a map has no more pixels.
const PIXELS: usize = 48;

/// The number of units of `cost` lane operations in a task.
fn grain(cost: usize) -> usize {
    (TASK / cost.max(1)).max(1)
}

/// Calls `work` for every plane of `map`, with its index.
pub fn each_plane(map: &mut LaneMap, cost: usize, work: impl Fn(usize, &mut [Lane]) + Sync + Send) {
    let pixels = map.shape.pixels();
    map.values
        .par_chunks_exact_mut(pixels)
        .enumerate()
        .with_min_len(grain(pixels * cost))
        .for_each(|(unit, plane)| work(unit, plane));
}

/// The results of `work` for every plane of `map`, in order; `cost` is per pixel.
pub fn map_planes<T: Send>(
    map: &mut LaneMap,
    cost: usize,
    work: impl Fn(usize, &mut [Lane]) -> T + Sync + Send,
) -> Vec<T> {
    let pixels = map.shape.pixels();
    map.values
        .par_chunks_exact_mut(pixels)
        .enumerate()
        .with_min_len(grain(pixels * cost))
        .map(|(unit, plane)| work(unit, plane))
        .collect()
}

/// The results of `work` for each of `units`, in order.
pub fn map_units<T: Send>(units: usize, cost: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    (0..units).into_par_iter().with_min_len(grain(cost)).map(work).collect()
}

/// The results of `work` for each of `units`, each with exclusive output memory.
pub fn map_owned<U: Send, T: Send>(units: Vec<U>, cost: usize, work: impl Fn(usize, U) -> T + Sync + Send) -> Vec<T> {
    units.into_par_iter().enumerate().with_min_len(grain(cost)).map(|(unit, own)| work(unit, own)).collect()
}

/// Divides `length` steps of `cost` lane operations into bands of similar size.
pub fn bands(length: usize, cost: usize) -> Vec<Range<usize>> {
    let count = (length * cost).div_ceil(BAND).clamp(1, length);
    cut(length, length.div_ceil(count))
}

/// Divides the pixels of a plane into bands; the size of all but the last is a multiple of a tile.
pub fn pixel_bands(pixels: usize) -> Vec<Range<usize>> {
    cut(pixels, pixels.div_ceil(pixels.div_ceil(PIXELS)).next_multiple_of(4))
}

fn cut(length: usize, size: usize) -> Vec<Range<usize>> {
    (0..length).step_by(size).map(|start| start..length.min(start + size)).collect()
}

/// For each block of `map` and each of `bands`, the band of every plane.
pub fn of_blocks<'a>(map: &'a mut LaneMap, bands: &[Range<usize>]) -> Vec<Vec<&'a mut [Lane]>> {
    let (channels, pixels, lanes) = (map.shape.channels, map.shape.pixels(), map.block_lanes());
    let mut units: Vec<Vec<&mut [Lane]>> = Vec::with_capacity(map.blocks() * bands.len());
    for block in map.values.chunks_exact_mut(lanes) {
        let first = units.len();
        units.extend((0..bands.len()).map(|_| Vec::with_capacity(channels)));
        for plane in block.chunks_exact_mut(pixels) {
            units[first..].iter_mut().zip(split(plane, bands.iter().cloned())).for_each(|(unit, own)| unit.push(own));
        }
    }
    units
}

/// For each plane of `map` and each of `rows`, those rows of the plane.
pub fn of_planes<'a>(map: &'a mut LaneMap, rows: &[Range<usize>]) -> Vec<&'a mut [Lane]> {
    let (pixels, width) = (map.shape.pixels(), map.shape.width);
    let planes = map.values.chunks_exact_mut(pixels);
    planes.flat_map(|plane| split(plane, rows.iter().map(|rows| rows.start * width..rows.end * width))).collect()
}

/// Splits `plane` into adjacent pieces.
fn split(mut plane: &mut [Lane], pieces: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = &mut [Lane]> {
    pieces.map(move |piece| {
        let (own, rest) = std::mem::take(&mut plane).split_at_mut(piece.len());
        plane = rest;
        own
    })
}

/// Calls `work` with scratch memory of `length` lanes with undefined content; each thread has its own.
pub fn with_scratch<T>(length: usize, work: impl FnOnce(&mut [Lane]) -> T) -> T {
    thread_local!(static SCRATCH: RefCell<Vec<Lane>> = const { RefCell::new(Vec::new()) });
    SCRATCH.with_borrow_mut(|lanes| {
        if lanes.len() < length {
            lanes.resize(length, Lane::ZERO);
        }
        work(&mut lanes[..length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_each_other_and_cover_all() {
        for length in 1..200 {
            for bands in [bands(length, 1), bands(length, 500), bands(length, 1 << 20), pixel_bands(length)] {
                assert_eq!(bands[0].start, 0);
                assert_eq!(bands[bands.len() - 1].end, length);
                assert!(bands.windows(2).all(|pair| pair[0].end == pair[1].start && !pair[1].is_empty()));
            }
            let pixels = pixel_bands(length);
            assert!(pixels[..pixels.len() - 1].iter().all(|band| band.len() % 4 == 0 && band.len() <= PIXELS));
        }
    }
}
