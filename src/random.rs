//! Reproducible random numbers, determined by a seed and their purpose.
//!
//! Every use has its own stream, identified by purpose, epoch and index, so that results do not depend on the order of
//! work or the number of threads, and a resumed run needs no saved state beyond seed and epoch. The generator is
//! `ChaCha8`, whose output is fixed by its definition.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The purpose of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// The order of images in an epoch.
    Order = 2,
    /// Augmentation of one image.
    Augment = 3,
    /// Dropout masks.
    Dropout = 4,
    /// Sampling of images.
    Split = 5,
    /// Mixup coefficients.
    Mixup = 6,
    /// Random projections for near-duplicate detection.
    Look = 7,
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `seed` for `purpose`, for item `index` of epoch `epoch`.
    #[must_use]
    pub fn new(seed: u32, purpose: Purpose, epoch: u32, index: u64) -> Self {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&seed.to_le_bytes());
        key[4..8].copy_from_slice(&(purpose as u32).to_le_bytes());
        key[8..12].copy_from_slice(&epoch.to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in 0..1, a multiple of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Uniform in −limit..limit.
    pub fn symmetric(&mut self, limit: f32) -> f32 {
        limit * (2.0 * self.uniform() - 1.0)
    }

    /// Uniform integer in 0..n (0 if n is 0); the bias is below n / 2⁶⁴.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// True with probability 1/2.
    pub fn coin(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// Shuffles `items` (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_all_it_is_named_by() {
        let draw = |seed, purpose, epoch, index| Stream::new(seed, purpose, epoch, index).0.next_u64();
        let first = draw(1, Purpose::Order, 0, 0);
        assert_eq!(first, draw(1, Purpose::Order, 0, 0));
        for other in [
            draw(2, Purpose::Order, 0, 0),
            draw(1, Purpose::Split, 0, 0),
            draw(1, Purpose::Order, 1, 0),
            draw(1, Purpose::Order, 0, 1),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn draws_stay_in_range_and_a_shuffle_loses_nothing() {
        let mut stream = Stream::new(7, Purpose::Order, 0, 0);
        assert!((0..1000).map(|_| stream.uniform()).all(|x| (0.0..1.0).contains(&x)));
        assert!((0..1000).map(|_| stream.below(3)).all(|x| x < 3));
        let mut items: Vec<u32> = (0..100).collect();
        stream.shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
