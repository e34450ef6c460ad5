//! Sizes of maps, and the one place where a kernel's reach over a map is worked out.

use crate::config::Padding;
use std::fmt;

/// The size of a map: channels × height × width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// A map of `channels` × `height` × `width`.
    #[must_use]
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// Pixels of one channel.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Values in all.
    #[must_use]
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }
}

impl fmt::Display for Shape {
    /// Height × width × channels, as people write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.height, self.width, self.channels)
    }
}

/// How a square kernel moves over a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Side of the kernel: 1, 3 or 5.
    pub kernel: usize,
    /// Step between outputs: 1, 2 or 3.
    pub stride: usize,
    /// Zeros on each side of the map.
    pub pad: usize,
}

impl Window {
    /// One pixel at a time.
    pub const PIXEL: Self = Self { kernel: 1, stride: 1, pad: 0 };

    /// The window of a kernel with `padding`: "same" is kernel/2 zeros on each side, as in PyTorch.
    #[must_use]
    pub const fn new(kernel: usize, stride: usize, padding: Padding) -> Self {
        let pad = match padding {
            Padding::Same => kernel / 2,
            Padding::Valid => 0,
        };
        Self { kernel, stride, pad }
    }

    /// How many outputs a side of `size` inputs gives; `None` where the kernel does not fit once.
    #[must_use]
    pub const fn outputs(self, size: usize) -> Option<usize> {
        match (size + 2 * self.pad).checked_sub(self.kernel) {
            Some(room) => Some(room / self.stride + 1),
            None => None,
        }
    }

    /// The input positions that output `at` reads on a side of `size`, with the kernel position
    /// that falls on the first of them; padding is left out.
    #[must_use]
    pub fn reach(self, at: usize, size: usize) -> (std::ops::Range<usize>, usize) {
        let start = at * self.stride;
        let first = start.max(self.pad) - self.pad;
        let last = (start + self.kernel).saturating_sub(self.pad).min(size);
        (first..last.max(first), self.pad.saturating_sub(start))
    }

    /// The outputs on a side of `outputs` whose kernel position `tap` falls on the map of `size`
    /// and not on padding.
    #[must_use]
    pub fn inside(self, tap: usize, size: usize, outputs: usize) -> std::ops::Range<usize> {
        let first = self.pad.saturating_sub(tap).div_ceil(self.stride);
        // The last output with at·stride + tap − pad ≤ size − 1.
        let end = (size + self.pad).checked_sub(tap + 1).map_or(0, |room| room / self.stride + 1);
        first.min(outputs)..end.clamp(first.min(outputs), outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_agree_with_a_table_of_pytorch() {
        // (size, kernel, stride, padding, outputs)
        for (size, kernel, stride, padding, outputs) in [
            (96, 3, 2, Padding::Valid, 47),
            (96, 3, 3, Padding::Valid, 32),
            (47, 3, 1, Padding::Same, 47),
            (47, 3, 2, Padding::Same, 24),
            (24, 3, 2, Padding::Same, 12),
            (5, 5, 1, Padding::Valid, 1),
            (7, 5, 2, Padding::Same, 4),
            (7, 1, 3, Padding::Same, 3),
            (1, 5, 1, Padding::Same, 1),
            (2, 3, 3, Padding::Same, 1),
        ] {
            assert_eq!(Window::new(kernel, stride, padding).outputs(size), Some(outputs), "{size} {kernel} {stride}");
        }
        assert_eq!(Window::new(3, 1, Padding::Valid).outputs(2), None);
        assert_eq!(Window::new(5, 2, Padding::Valid).outputs(4), None);
    }

    #[test]
    fn reach_and_inside_agree_with_trying_every_tap() {
        for kernel in [1, 3, 5] {
            for stride in [1, 2, 3] {
                for padding in [Padding::Same, Padding::Valid] {
                    let window = Window::new(kernel, stride, padding);
                    for size in 1..12 {
                        let outputs = window.outputs(size).unwrap_or(0);
                        for tap in 0..kernel {
                            let hits: Vec<usize> = (0..outputs)
                                .filter(|at| (at * stride + tap).checked_sub(window.pad).is_some_and(|x| x < size))
                                .collect();
                            let range = window.inside(tap, size, outputs);
                            assert_eq!(hits, range.collect::<Vec<_>>(), "{window:?} size {size} tap {tap}");
                        }
                        for at in 0..outputs {
                            let taps: Vec<usize> = (0..kernel)
                                .filter(|tap| (at * stride + tap).checked_sub(window.pad).is_some_and(|x| x < size))
                                .collect();
                            let (range, first) = window.reach(at, size);
                            assert_eq!(range.len(), taps.len());
                            if let Some(tap) = taps.first() {
                                assert_eq!(first, *tap);
                                assert_eq!(range.start + window.pad, at * stride + tap);
                            }
                        }
                    }
                }
            }
        }
    }
}
