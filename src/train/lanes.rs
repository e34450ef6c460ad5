//! Feature maps of a batch in lanes, laid out `[block][channel][row][column]` with sixteen images per lane, in
//! reusable buffers.

use super::profile::{Work, span};
use super::simd::{LANES, Lane};
use crate::graph::{Pixels, Shape};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pixels of every image that are copied to lanes at a time; they stay in the L1 cache.
const RUN: usize = 64;
/// Minimum number of such runs per task.
const TASK: usize = 8;

/// Free buffers by length.
#[derive(Debug, Clone, Default)]
pub struct Pool(Arc<Mutex<HashMap<usize, Vec<Vec<Lane>>>>>);

impl Pool {
    /// A feature map with undefined values, for kernels that write all of it.
    pub fn map(&self, shape: Shape, images: usize) -> LaneMap {
        let length = images.div_ceil(LANES) * shape.values();
        let free = self.waiting().get_mut(&length).and_then(Vec::pop);
        let values = free.unwrap_or_else(|| vec![Lane::ZERO; length]);
        LaneMap { shape, images, values, pool: self.clone() }
    }

    /// A panic elsewhere cannot leave an inconsistent state here.
    fn waiting(&self) -> MutexGuard<'_, HashMap<usize, Vec<Vec<Lane>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One feature map for every image of a batch.
#[derive(Debug)]
pub struct LaneMap {
    /// Shape for one image.
    pub shape: Shape,
    /// Number of images; lanes beyond them in the last block are undefined.
    pub images: usize,
    /// Values by block, channel, row and column.
    pub values: Vec<Lane>,
    pool: Pool,
}

impl Drop for LaneMap {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        self.pool.waiting().entry(values.len()).or_default().push(values);
    }
}

impl LaneMap {
    /// The pool that this buffer belongs to.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Number of blocks of sixteen images.
    pub fn blocks(&self) -> usize {
        self.images.div_ceil(LANES)
    }

    /// Number of lanes in a block.
    pub fn block_lanes(&self) -> usize {
        self.shape.values()
    }

    /// Normalises images into lanes; lanes without an image become 0.
    pub fn fill(&mut self, images: &[&[u8]], pixels: &Pixels) {
        let (channels, count) = (self.shape.channels, self.shape.pixels());
        let tables: Vec<[f32; 256]> =
            (0..channels).map(|c| std::array::from_fn(|byte| pixels.value(c, byte as u8))).collect();
        let per_block = self.block_lanes();
        for (block, images) in self.values.chunks_exact_mut(per_block).zip(images.chunks(LANES)) {
            if images.len() < LANES {
                block.fill(Lane::ZERO);
            }
            for (channel, plane) in block.chunks_exact_mut(count).enumerate() {
                let table = &tables[channel];
                plane.par_chunks_mut(RUN).enumerate().with_min_len(TASK).for_each(|(run, lanes)| {
                    let _work = span(Work::Batches);
                    for (image, bytes) in images.iter().enumerate() {
                        let samples = &bytes[run * RUN * channels..][..lanes.len() * channels];
                        for (lane, sample) in lanes.iter_mut().zip(samples.chunks_exact(channels)) {
                            lane.0[image] = table[usize::from(sample[channel])];
                        }
                    }
                });
            }
        }
    }

    /// The values as `[image][channel, row, column]`.
    pub fn to_rows(&self) -> Vec<f32> {
        let values = self.shape.values();
        let mut rows = Vec::with_capacity(self.images * values);
        for image in 0..self.images {
            let block = &self.values[image / LANES * values..][..values];
            rows.extend(block.iter().map(|lane| lane.0[image % LANES]));
        }
        rows
    }

    /// Sets the values from `[image][channel, row, column]`; lanes without an image become 0.
    pub fn fill_rows(&mut self, rows: &[f32]) {
        let values = self.shape.values();
        self.values.fill(Lane::ZERO);
        for (image, row) in rows.chunks_exact(values).enumerate() {
            let block = &mut self.values[image / LANES * values..][..values];
            for (lane, value) in block.iter_mut().zip(row) {
                lane.0[image % LANES] = *value;
            }
        }
    }
}

/// The number of images in block `block`: sixteen, or fewer in the last one.
pub fn images_in(images: usize, block: usize) -> usize {
    (images - block * LANES).min(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_the_way_into_lanes_and_back() {
        let pool = Pool::default();
        for images in [1, 15, 16, 17, 40] {
            let mut map = pool.map(Shape::new(2, 3, 1), images);
            let rows: Vec<f32> = (0..images * 6).map(|i| i as f32).collect();
            map.fill_rows(&rows);
            assert_eq!(map.to_rows(), rows);
            assert_eq!((0..map.blocks()).map(|block| images_in(images, block)).sum::<usize>(), images);
        }
    }

    #[test]
    fn images_become_numbers_and_missing_ones_zero() {
        let pool = Pool::default();
        let pixels = Pixels { mean: vec![10, 20, 30], scale: vec![1.0, 0.5, 2.0] };
        let bytes: Vec<u8> = vec![11, 22, 33, 10, 20, 30];
        let mut map = pool.map(Shape::new(3, 1, 2), 1);
        map.fill(&[&bytes], &pixels);
        assert_eq!(map.to_rows(), [1.0, 0.0, 1.0, 0.0, 6.0, 0.0]);
        assert!(map.values.iter().all(|lane| lane.0[1..].iter().all(|x| *x == 0.0)));
    }

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let pool = Pool::default();
        let address = pool.map(Shape::new(1, 2, 2), 5).values.as_ptr();
        assert_eq!(pool.map(Shape::new(4, 1, 1), 5).values.as_ptr(), address);
    }
}
