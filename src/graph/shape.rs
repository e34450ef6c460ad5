//! Shapes of feature maps, and the geometry of windows: kernel, stride and padding. Only this module computes it.

use crate::config::Padding;
use std::fmt;

/// Shape of a feature map: channels × height × width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Shape {
    /// Number of channels.
    pub channels: usize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl Shape {
    /// The shape `channels` × `height` × `width`.
    #[must_use]
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// Number of pixels of one channel.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Number of values.
    #[must_use]
    pub const fn values(self) -> usize {
        self.channels * self.height * self.width
    }
}

impl fmt::Display for Shape {
    /// Formats height × width × channels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.height, self.width, self.channels)
    }
}

/// Geometry of a square kernel on a feature map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Kernel size: 1, 3 or 5.
    pub kernel: usize,
    /// Stride: 1, 2 or 3.
    pub stride: usize,
    /// Padding on each side.
    pub pad: usize,
}

impl Window {
    /// Kernel 1×1, stride 1, no padding.
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

    /// Weights of a filter for one channel: kernel².
    #[must_use]
    pub const fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    /// `size` plus padding on both sides.
    #[must_use]
    pub const fn padded(self, size: usize) -> usize {
        size + 2 * self.pad
    }

    /// Converts position `at` of the map to a position with padding.
    #[must_use]
    pub const fn place(self, at: usize) -> usize {
        at + self.pad
    }

    /// Converts `place`, a position with padding, to a position of the map with `size` positions; `None` for padding.
    #[must_use]
    pub fn position(self, place: usize, size: usize) -> Option<usize> {
        place.checked_sub(self.pad).filter(|at| *at < size)
    }

    /// Index of the input row that completes the window of output row 0.
    #[must_use]
    pub const fn ahead(self) -> usize {
        self.kernel - 1 - self.pad
    }

    /// Number of input rows that must be buffered in addition to the newest one.
    #[must_use]
    pub const fn kept(self) -> usize {
        self.kernel - 1
    }

    /// Number of preceding outputs whose windows may overlap the first input of an output.
    #[must_use]
    pub const fn overlap(self) -> usize {
        (self.kernel - 1) / self.stride
    }

    /// Number of output rows that can be computed from the first `rows` input rows, if more rows follow.
    #[must_use]
    pub fn ready(self, rows: usize) -> usize {
        (rows + self.pad).checked_sub(self.kernel).map_or(0, |room| room / self.stride + 1)
    }

    /// Number of strides from the first position of padding until the last of `size` positions is passed.
    #[must_use]
    pub const fn steps(self, size: usize) -> usize {
        (size - 1 + self.pad) / self.stride + 1
    }

    /// The first of `size` input positions that output `at` reads; `size` if it reads none.
    #[must_use]
    pub fn first(self, at: usize, size: usize) -> usize {
        (at * self.stride).saturating_sub(self.pad).min(size)
    }

    /// Number of outputs for `size` input positions; `None` if the kernel is larger than the padded input.
    #[must_use]
    pub const fn outputs(self, size: usize) -> Option<usize> {
        match self.padded(size).checked_sub(self.kernel) {
            Some(room) => Some(room / self.stride + 1),
            None => None,
        }
    }

    /// The input positions, of `size`, that output `at` reads without padding, and the kernel position of the first
    /// one.
    #[must_use]
    pub fn reach(self, at: usize, size: usize) -> (std::ops::Range<usize>, usize) {
        let start = at * self.stride;
        let first = start.max(self.pad) - self.pad;
        let last = (start + self.kernel).saturating_sub(self.pad).min(size);
        (first..last.max(first), self.pad.saturating_sub(start))
    }

    /// The range of `outputs` whose window contains no padding, for `size` input positions.
    #[must_use]
    pub fn inner(self, size: usize, outputs: usize) -> std::ops::Range<usize> {
        let first = self.pad.div_ceil(self.stride).min(outputs);
        first..self.ready(size).clamp(first, outputs)
    }

    /// The range of `outputs` for which kernel position `tap` reads one of `size` input positions instead of padding.
    #[must_use]
    pub fn inside(self, tap: usize, size: usize, outputs: usize) -> std::ops::Range<usize> {
        let first = self.pad.saturating_sub(tap).div_ceil(self.stride);
        // The last output with at·stride + tap − pad ≤ size − 1.
        let end = (size + self.pad).checked_sub(tap + 1).map_or(0, |room| room / self.stride + 1);
        first.min(outputs)..end.clamp(first.min(outputs), outputs)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, stride, pad } = self;
        write!(f, "{kernel}x{kernel}, stride {stride}, padding {pad}")
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

    /// Every window, and sides of even and odd sizes.
    fn windows() -> impl Iterator<Item = (Window, usize)> {
        let kernels = [1, 3, 5].into_iter().flat_map(|kernel| [1, 2, 3].map(|stride| (kernel, stride)));
        let windows = kernels.flat_map(|(kernel, stride)| {
            [Padding::Same, Padding::Valid].map(|padding| Window::new(kernel, stride, padding))
        });
        windows.flat_map(|window| (1..12).map(move |size| (window, size)))
    }

    #[test]
    fn rows_and_places_agree_with_trying_every_position() {
        for (window, size) in windows() {
            let Window { kernel, stride, pad } = window;
            let outputs = window.outputs(size).unwrap_or(0);
            // The places that output `at` reads, counted with padding, and the positions among them.
            let places = |at: usize| at * stride..at * stride + kernel;
            let positions = |at: usize| places(at).filter_map(|place| window.position(place, size)).collect::<Vec<_>>();
            assert_eq!(window.padded(size), pad + size + pad);
            for at in 0..size {
                assert_eq!(window.position(window.place(at), size), Some(at));
            }
            assert!((0..pad).all(|place| window.position(place, size).is_none()));
            let is_inner = |at: &usize| places(*at).all(|place| window.position(place, size).is_some());
            let inner = window.inner(size, outputs);
            assert_eq!(
                inner.collect::<Vec<_>>(),
                (0..outputs).filter(is_inner).collect::<Vec<_>>(),
                "{window:?} {size}"
            );
            for rows in 0..size {
                let is_ready = |at: &usize| places(*at).end <= window.place(rows);
                assert_eq!(window.ready(rows), (0..outputs + 9).take_while(is_ready).count(), "{window:?} {rows}");
            }
            let passed = (0..99).take_while(|step| step * stride <= window.place(size - 1)).count();
            assert_eq!(window.steps(size), passed);
            for at in 0..outputs {
                if let Some(first) = positions(at).first() {
                    assert_eq!(window.first(at, size), *first, "{window:?} {size} {at}");
                }
                let reads_too = |before: &usize| places(*before).end > places(at).start;
                assert_eq!((0..at).filter(reads_too).count(), window.overlap().min(at));
            }
            assert_eq!(window.place(window.ahead()) + 1, kernel);
            assert_eq!((window.kept() + 1).pow(2), window.taps());
        }
    }

    #[test]
    fn reach_and_inside_agree_with_trying_every_tap() {
        for (window, size) in windows() {
            let Window { kernel, stride, .. } = window;
            let outputs = window.outputs(size).unwrap_or(0);
            for tap in 0..kernel {
                let hits: Vec<usize> =
                    (0..outputs).filter(|at| window.position(at * stride + tap, size).is_some()).collect();
                let range = window.inside(tap, size, outputs);
                assert_eq!(hits, range.collect::<Vec<_>>(), "{window:?} size {size} tap {tap}");
            }
            for at in 0..outputs {
                let taps: Vec<usize> =
                    (0..kernel).filter(|tap| window.position(at * stride + tap, size).is_some()).collect();
                let (range, first) = window.reach(at, size);
                assert_eq!(range.len(), taps.len());
                if let Some(tap) = taps.first() {
                    assert_eq!(first, *tap);
                    assert_eq!(window.place(range.start), at * stride + tap);
                }
            }
        }
    }
}
