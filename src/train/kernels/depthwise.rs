//! Depthwise convolution of one plane, with fused operations: norm and activation are applied when the input is
//! read, statistics are computed when the output is written, and the backward pass includes both norms. Rows are
//! kept in a ring buffer that stays in the L1 cache.

use super::Planes;
use super::conv::sources;
use super::rows::{self, BatchNormGrad, NormAct, Sums};
use super::windows;
use crate::train::simd::{Kernel, LANES, Lane, Simd};
use std::ops::Range;

/// Computes a band of output rows of a plane, and their Σ and Σ².
pub struct Forward<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The output rows to compute.
    pub band: Range<usize>,
    /// The input plane.
    pub input: &'a [Lane],
    /// Norm and activation of the input.
    pub read: NormAct,
    /// k×k weights, row by row.
    pub weights: &'a [f32],
    /// The band of the output plane.
    pub output: &'a mut [Lane],
    /// Number of images in the block.
    pub images: usize,
    /// Scratch memory of [`Planes::forward_scratch`] lanes.
    pub scratch: &'a mut [Lane],
}

impl Kernel for Forward<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f64) {
        super::sized!(self.planes.window, |K, T| self.sized::<S, K, T>(s))
    }
}

impl Forward<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize, const T: usize>(self, s: S) -> (f64, f64) {
        let columns = self.planes.output.1;
        let mut ring = Ring::<K>::new(self.planes, self.band.start * T, self.scratch);
        let mut sums = Sums::default();
        for (y, out) in self.band.zip(self.output.chunks_exact_mut(columns)) {
            ring.fill(s, y * T + K, self.input, self.read);
            windows::correlate::<S, K, T>(s, ring.window(y * T), self.weights, out, false);
            rows::moments(s, out, &mut sums);
        }
        sums.of(self.images)
    }
}

/// Ring buffer of the last K rows of a plane with their padding.
struct Ring<'a, const K: usize> {
    planes: Planes,
    /// Lanes of a padded row.
    width: usize,
    /// Index of the next row to read, with padding.
    next: usize,
    lanes: &'a mut [Lane],
}

impl<'a, const K: usize> Ring<'a, K> {
    #[inline(always)]
    fn new(planes: Planes, first: usize, lanes: &'a mut [Lane]) -> Self {
        let width = planes.padded_width();
        let lanes = &mut lanes[..K * width];
        // The padding remains 0 from here on.
        lanes.fill(Lane::ZERO);
        Self { planes, width, next: first, lanes }
    }

    /// Reads the rows before `end`.
    #[inline(always)]
    fn fill<S: Simd>(&mut self, s: S, end: usize, input: &[Lane], read: NormAct) {
        let (height, width) = self.planes.input;
        let window = self.planes.window;
        for row in self.next.max(end.saturating_sub(K))..end {
            let slot = &mut self.lanes[row % K * self.width + window.place(0)..][..width];
            match window.position(row, height) {
                Some(y) => rows::read(s, &input[y * width..][..width], read, slot),
                None => slot.fill(Lane::ZERO),
            }
        }
        self.next = self.next.max(end);
    }

    #[inline(always)]
    fn window(&self, first: usize) -> [&[Lane]; K] {
        let mut rows: [&[Lane]; K] = [&[]; K];
        for (k, row) in rows.iter_mut().enumerate() {
            *row = &self.lanes[(first + k) % K * self.width..][..self.width];
        }
        rows
    }
}

/// Backward pass of a band: gradients of the weights, and of the input rows that belong to the band.
pub struct Backward<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The output rows of the band.
    pub band: Range<usize>,
    /// The input plane.
    pub input: &'a [Lane],
    /// Norm and activation of the input.
    pub read: NormAct,
    /// The mean of the input plane over the batch.
    pub mean: f32,
    /// The gradient of the output plane, after its norm.
    pub gradient: &'a [Lane],
    /// The output plane; empty without a norm.
    pub raw: &'a [Lane],
    /// The gradient of the output's norm.
    pub norm_grad: Option<BatchNormGrad>,
    /// k×k weights, row by row.
    pub weights: &'a [f32],
    /// Output: the gradient of the input rows [`Planes::input_rows`].
    pub below: &'a mut [Lane],
    /// Number of images in the block.
    pub images: usize,
    /// Scratch memory of [`Planes::backward_scratch`] lanes.
    pub scratch: &'a mut [Lane],
}

impl Kernel for Backward<'_> {
    type Output = ([f32; 25], (f64, f64));
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        super::sized!(self.planes.window, |K, T| self.sized::<S, K, T>(s))
    }
}

impl Backward<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize, const T: usize>(mut self, s: S) -> ([f32; 25], (f64, f64)) {
        let planes = self.planes;
        let (outputs, columns) = planes.output;
        let (taps, scratch) = std::mem::take(&mut self.scratch).split_at_mut(K * K);
        taps.fill(Lane::ZERO);
        let (scratch, gradients) = scratch.split_at_mut(K * planes.padded_width());
        let mut ring = Ring::<K>::new(planes, self.band.start * T, scratch);
        let before = (K - 1) / T;
        let width = planes.gradient_width();
        let (gradients, wide) = gradients.split_at_mut(K * width);
        let wide = &mut wide[..planes.steps() * T];
        gradients.fill(Lane::ZERO);
        let mut sums = Sums::default();
        let below = std::mem::take(&mut self.below);
        let mut rows_below = planes.input_rows(&self.band);
        let first = rows_below.start;
        for y in self.band.start.saturating_sub(before)..self.band.end {
            let row = &mut gradients[y % K * width + before..][..columns];
            let place = y * columns..(y + 1) * columns;
            let raw = self.raw.get(place.clone()).unwrap_or(&[]);
            rows::norm_grad(s, &self.gradient[place], raw, self.norm_grad, self.images, row);
            if y < self.band.start {
                continue;
            }
            ring.fill(s, y * T + K, self.input, self.read);
            windows::taps::<S, K, T>(s, ring.window(y * T), row, taps);
            // Input rows that no later output row contributes to.
            let last = y + 1 == outputs;
            while !rows_below.is_empty() && (last || planes.window.place(rows_below.start) / T <= y) {
                let i = rows_below.start;
                rows_below.start += 1;
                let ring = |y: usize| &gradients[y % K * width..][..width];
                let (sources, count) = sources::<K, T>(planes.window.place(i), outputs, ring, self.weights);
                windows::spread::<S, K, T>(s, &sources[..count], wide, false);
                let columns = planes.input.1;
                let out = &mut below[(i - first) * columns..][..columns];
                let (raw, from) = (&self.input[i * columns..][..columns], &wide[planes.window.place(0)..]);
                rows::activation_backward_row(s, raw, self.read, self.mean, from, out, &mut sums);
            }
        }
        (windows::sums_of_taps(s, taps), sums.of(LANES))
    }
}
