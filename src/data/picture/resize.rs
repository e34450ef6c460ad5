//! Resizing in integers, row by row: the one definition for data sets, evaluation and boards.
//!
//! Colour is converted to [`luma`](super::luma) first if the input has one channel; [`frame`] returns
//! the crop of the source and the part of the input that it fills; [`RowResizer`] takes that part's rows
//! in order and gives output rows as soon as they are complete. It holds O(width) memory and
//! computes in `u32` only, so that a microcontroller does the same with rows from its camera.
//!
//! # The arithmetic
//! Each axis is treated alone, columns first. An axis of `n` source and `m` output positions gives
//! output `o` a weighted sum of source positions `i`, with integer weights that add up to `T`:
//!
//! - shrinking (`m < n`), area average: source `i` covers `i·m .. (i+1)·m`, output `o` covers
//!   `o·n .. (o+1)·n`; a weight is the length both share. `T = n`.
//! - growing or equal (`m ≥ n`), bilinear with half-pixel centres and clamped edges: with
//!   `c = max(0, (2o+1)·n − m)`, `i = c / 2m`, `f = c mod 2m`, the weights are `2m − f` for `i` and
//!   `f` for `i + 1`; beyond the last position it is the last alone. `T = 2m`.
//!
//! Columns give 8.8 fixed point, `h = (256·Σ w·p + T/2) / T`, and rows bytes,
//! `(Σ w·h + 128·T) / (256·T)`; divisions round down. Two roundings put a byte at most
//! 1/2 + 1/512 off the exact mean. No sum leaves `u32` while sources have at most 65,535 and
//! outputs at most 32,767 positions. Equal sizes change nothing.

use crate::config::{Input, Resize};

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first column.
    pub x: u32,
    /// Its first row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The crop of a source of `width` × `height` (1 to 65,535 each) and the part of the input that it fills.
///
/// `Fit`: the whole source fills the whole input. `Crop`: the largest centred crop with the aspect ratio of the input
/// fills the input; its side is rounded down, at least 1. `Pad`: the whole source fills the largest centred part of
/// the input with the aspect ratio of the source; its side is rounded half up, at least 1; the rest is black. If a
/// margin is odd, the extra row or column is at the bottom or right.
#[must_use]
pub fn frame(width: u32, height: u32, input: Input, resize: Resize) -> (Window, Window) {
    let all = |width, height| Window { x: 0, y: 0, width, height };
    let centred = |width, height, inside: Window| Window {
        x: (inside.width - width) / 2,
        y: (inside.height - height) / 2,
        width,
        height,
    };
    let (source, target) = (all(width, height), all(input.width, input.height));
    // Sources have at most 16 bits and inputs 12, so these products stay below 2³².
    let wide = width * input.height > height * input.width;
    match resize {
        Resize::Fit => (source, target),
        Resize::Crop if wide => (centred((height * input.width / input.height).max(1), height, source), target),
        Resize::Crop => (centred(width, (width * input.height / input.width).max(1), source), target),
        Resize::Pad if wide => {
            let rows = ((2 * height * input.width + width) / (2 * width)).clamp(1, input.height);
            (source, centred(input.width, rows, target))
        }
        Resize::Pad => {
            let columns = ((2 * width * input.height + height) / (2 * height)).clamp(1, input.width);
            (source, centred(columns, input.height, target))
        }
    }
}

/// The source positions of one output position: `first` to `last`, with these weights at the ends and `Axis::full`
/// between.
#[derive(Debug, Clone, Copy)]
struct Tap {
    first: u32,
    last: u32,
    first_weight: u32,
    last_weight: u32,
}

/// One axis of `from` source and `to` output positions.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: u32,
    to: u32,
}

impl Axis {
    const fn shrinks(self) -> bool {
        self.to < self.from
    }

    /// The sum of all weights of one output position.
    const fn total(self) -> u32 {
        if self.shrinks() { self.from } else { 2 * self.to }
    }

    /// The weight of a source position that one output position covers whole.
    const fn full(self) -> u32 {
        self.to
    }

    fn tap(self, output: u32) -> Tap {
        let Self { from, to } = self;
        if self.shrinks() {
            let (start, end) = (output * from, (output + 1) * from);
            // An output covers more than one source position, so first < last.
            let (first, last) = (start / to, (end - 1) / to);
            Tap { first, last, first_weight: (first + 1) * to - start, last_weight: end - last * to }
        } else {
            let centre = ((2 * output + 1) * from).saturating_sub(to);
            let (first, weight) = (centre / (2 * to), centre % (2 * to));
            if first + 1 < from {
                Tap { first, last: first + 1, first_weight: 2 * to - weight, last_weight: weight }
            } else {
                Tap { first: from - 1, last: from - 1, first_weight: 2 * to, last_weight: 0 }
            }
        }
    }
}

/// Resizes an image row by row: takes source rows in order and returns output rows.
#[derive(Debug)]
pub struct RowResizer {
    channels: usize,
    columns: Axis,
    rows: Axis,
    taps: Vec<Tap>,
    /// Source rows taken.
    taken: u32,
    /// Output rows given.
    given: u32,
    /// The last source row and, while growing, the one before, at the output's width in 8.8 fixed point.
    current: Vec<u16>,
    previous: Vec<u16>,
    /// While shrinking: the output row under way.
    sums: Vec<u32>,
    out: Vec<u8>,
}

impl RowResizer {
    /// From `from` = (width, height), 1 to 65,535 each, to `to`, 1 to 32,767 each; rows have
    /// `channels` interleaved bytes a pixel.
    #[must_use]
    pub fn new(from: (u32, u32), to: (u32, u32), channels: usize) -> Self {
        let columns = Axis { from: from.0, to: to.0 };
        let values = to.0 as usize * channels;
        Self {
            channels,
            columns,
            rows: Axis { from: from.1, to: to.1 },
            taps: (0..to.0).map(|output| columns.tap(output)).collect(),
            taken: 0,
            given: 0,
            current: vec![0; values],
            previous: vec![0; values],
            sums: vec![0; values],
            out: vec![0; values],
        }
    }

    /// Takes the next source row (width · channels bytes) and passes every completed output row to `give`. Rows beyond
    /// the height of the source are ignored.
    pub fn push(&mut self, row: &[u8], mut give: impl FnMut(&[u8])) {
        if self.taken == self.rows.from {
            return;
        }
        std::mem::swap(&mut self.current, &mut self.previous);
        self.squeeze(row);
        if self.rows.shrinks() {
            self.average(&mut give);
        } else {
            self.interpolate(&mut give);
        }
        self.taken += 1;
    }

    /// `row` at the output's width, into `current`.
    fn squeeze(&mut self, row: &[u8]) {
        let Self { columns, channels, .. } = *self;
        if columns.from == columns.to {
            for (value, &byte) in self.current.iter_mut().zip(row) {
                *value = u16::from(byte) << 8;
            }
            return;
        }
        let total = columns.total();
        for (tap, values) in self.taps.iter().zip(self.current.chunks_exact_mut(channels)) {
            let (first, last) = (tap.first as usize, tap.last as usize);
            for (channel, value) in values.iter_mut().enumerate() {
                let at = |column: usize| u32::from(row[column * channels + channel]);
                let between: u32 = (first + 1..last).map(at).sum();
                let sum = tap.first_weight * at(first) + columns.full() * between + tap.last_weight * at(last);
                *value = ((256 * sum + total / 2) / total) as u16;
            }
        }
    }

    fn average(&mut self, give: &mut impl FnMut(&[u8])) {
        while self.given < self.rows.to {
            let tap = self.rows.tap(self.given);
            let weight = match self.taken {
                row if row < tap.first => return,
                row if row == tap.first => tap.first_weight,
                row if row == tap.last => tap.last_weight,
                _ => self.rows.full(),
            };
            for (sum, &value) in self.sums.iter_mut().zip(&self.current) {
                *sum += weight * u32::from(value);
            }
            if self.taken < tap.last {
                return;
            }
            let total = self.rows.total();
            for (byte, sum) in self.out.iter_mut().zip(&mut self.sums) {
                *byte = ((*sum + 128 * total) / (256 * total)) as u8;
                *sum = 0;
            }
            give(&self.out);
            self.given += 1;
        }
    }

    fn interpolate(&mut self, give: &mut impl FnMut(&[u8])) {
        while self.given < self.rows.to {
            let tap = self.rows.tap(self.given);
            if tap.last > self.taken {
                return;
            }
            let first = if tap.first == self.taken { &self.current } else { &self.previous };
            let total = self.rows.total();
            for ((byte, &first), &last) in self.out.iter_mut().zip(first).zip(&self.current) {
                let sum = tap.first_weight * u32::from(first) + tap.last_weight * u32::from(last);
                *byte = ((sum + 128 * total) / (256 * total)) as u8;
            }
            give(&self.out);
            self.given += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The whole image through [`RowResizer`].
    fn resized(pixels: &[u8], from: (u32, u32), to: (u32, u32), channels: usize) -> Vec<u8> {
        let mut resizer = RowResizer::new(from, to, channels);
        let mut out = Vec::new();
        for row in pixels.chunks_exact(from.0 as usize * channels) {
            resizer.push(row, |row| out.extend_from_slice(row));
        }
        out
    }

    /// The weight of every source position, from the definition in real numbers.
    fn weights(from: u32, to: u32, output: u32) -> Vec<f64> {
        let (n, m, o) = (f64::from(from), f64::from(to), f64::from(output));
        let mut weights = vec![0.0; from as usize];
        if to < from {
            let (start, end) = (o * n / m, (o + 1.0) * n / m);
            for (i, weight) in weights.iter_mut().enumerate() {
                let shared = (i as f64 + 1.0).min(end) - (i as f64).max(start);
                *weight = shared.max(0.0) * m / n;
            }
        } else {
            let centre = ((o + 0.5) * n / m - 0.5).clamp(0.0, n - 1.0);
            let first = centre.floor() as usize;
            weights[first] += 1.0 - centre.fract();
            weights[(first + 1).min(from as usize - 1)] += centre.fract();
        }
        weights
    }

    fn side() -> impl Strategy<Value = u32> {
        1_u32..40
    }

    proptest! {
        #[test]
        fn a_resized_byte_is_at_most_half_and_a_512th_off_the_exact_mean(
            from in (side(), side()), to in (side(), side()), channels in prop_oneof![Just(1_usize), Just(3)], seed: u64,
        ) {
            let bytes = from.0 as usize * from.1 as usize * channels;
            let pixels: Vec<u8> = (0..bytes as u64).map(|i| (seed.wrapping_mul(2 * i + 1) >> 56) as u8).collect();
            let out = resized(&pixels, from, to, channels);
            prop_assert_eq!(out.len(), to.0 as usize * to.1 as usize * channels);
            for y in 0..to.1 {
                let down = weights(from.1, to.1, y);
                for x in 0..to.0 {
                    let across = weights(from.0, to.0, x);
                    for channel in 0..channels {
                        let mut exact = 0.0;
                        for (i, row) in pixels.chunks_exact(from.0 as usize * channels).enumerate() {
                            for (j, pixel) in row.chunks_exact(channels).enumerate() {
                                exact += down[i] * across[j] * f64::from(pixel[channel]);
                            }
                        }
                        let got = f64::from(out[((y * to.0 + x) as usize) * channels + channel]);
                        prop_assert!((got - exact).abs() <= 0.5 + 1.0 / 512.0 + 1e-9, "{} for {} at {}, {}", got, exact, x, y);
                    }
                }
            }
        }

        #[test]
        fn equal_sizes_change_nothing(size in (side(), side()), seed: u64) {
            let bytes = u64::from(size.0 * size.1);
            let pixels: Vec<u8> = (0..bytes).map(|i| (seed.wrapping_mul(2 * i + 1) >> 56) as u8).collect();
            prop_assert_eq!(resized(&pixels, size, size, 1), pixels);
        }

        #[test]
        fn parts_lie_inside_and_keep_proportions(
            width in 1_u32..=65535, height in 1_u32..=65535, input in (1_u32..=4096, 1_u32..=4096),
        ) {
            let input = Input { width: input.0, height: input.1, channels: 1 };
            for resize in [Resize::Fit, Resize::Crop, Resize::Pad] {
                let (source, target) = frame(width, height, input, resize);
                for (window, within) in [(source, (width, height)), (target, (input.width, input.height))] {
                    prop_assert!(window.width >= 1 && window.x + window.width <= within.0);
                    prop_assert!(window.height >= 1 && window.y + window.height <= within.1);
                    prop_assert!((within.0 - window.width).abs_diff(2 * window.x) <= 1);
                    prop_assert!((within.1 - window.height).abs_diff(2 * window.y) <= 1);
                }
                match resize {
                    Resize::Fit => prop_assert!(source.width == width && source.height == height),
                    Resize::Crop => {
                        prop_assert!(source.width == width || source.height == height);
                        let off = (u64::from(source.width) * u64::from(input.height))
                            .abs_diff(u64::from(source.height) * u64::from(input.width));
                        prop_assert!(off < u64::from(input.width.max(input.height)) || source.width == 1 || source.height == 1);
                    }
                    Resize::Pad => prop_assert!(target.width == input.width || target.height == input.height),
                }
            }
        }
    }

    #[test]
    fn the_largest_sources_do_not_overflow() {
        for (from, to) in
            [((65535, 3), (1, 1)), ((3, 65535), (2, 4096)), ((1, 2), (4096, 4096)), ((65535, 2), (4096, 1))]
        {
            let white = vec![255; from.0 as usize * from.1 as usize];
            assert!(resized(&white, from, to, 1).iter().all(|&byte| byte == 255), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn an_output_row_comes_as_soon_as_its_last_source_row() {
        let mut resizer = RowResizer::new((1, 4), (1, 2), 1);
        let mut given = Vec::new();
        for row in [10, 20, 30, 41] {
            let before = given.len();
            resizer.push(&[row], |row| given.push(row[0]));
            assert_eq!(given.len() - before, usize::from(row == 20 || row == 41));
        }
        assert_eq!(given, [15, 36]);
        resizer.push(&[99], |_| panic!("the source has ended"));
    }

    #[test]
    fn growing_interpolates_between_centres_and_clamps_at_the_edges() {
        assert_eq!(resized(&[0, 100], (2, 1), (4, 1), 1), [0, 25, 75, 100]);
        assert_eq!(resized(&[0, 100], (1, 2), (1, 4), 1), [0, 25, 75, 100]);
    }
}
