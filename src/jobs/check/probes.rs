//! Test images for the comparison of two implementations of a network.

use crate::graph::Shape;
use crate::random::{Purpose, Stream};

/// Returns `count` images of the shape `input` as camera bytes (row by row, channels interleaved): black, white, two
/// gradients, a checkerboard, a single pixel, then noise of several brightnesses and contrasts. The same `seed` gives
/// the same images.
#[must_use]
pub fn probe_images(input: Shape, count: usize, seed: u32) -> Vec<Vec<u8>> {
    let (width, size) = (input.width * input.channels, input.values());
    let make = |index: usize| -> Vec<u8> {
        let mut stream = Stream::new(seed, Purpose::Augment, 0, index as u64);
        let (top, floor) = (1 + stream.below(256), stream.below(256));
        let lone = stream.below(size);
        let pixel = |at: usize, noise: usize| match index {
            0 => 0,
            1 => 255,
            2 => at % width * 255 / width,
            3 => 255 - at / width * 255 / input.height,
            4 => (at % width + at / width) % 2 * 255,
            5 => usize::from(at == lone) * 255,
            _ => (floor + noise).min(255),
        };
        (0..size).map(|at| pixel(at, stream.below(top)) as u8).collect()
    };
    (0..count).map(make).collect()
}
