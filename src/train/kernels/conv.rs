//! Standard convolution, one plane after the other. What it reads lies padded and normalised in a
//! map of its own, which every output channel reads again.

use super::Planes;
use super::rows::{self, BatchNormGrad, NormAct, Sums};
use super::windows;
use crate::train::simd::{Kernel, LANES, Lane, Simd};

/// A plane as it is read, with its padding.
pub struct Pad<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The input plane.
    pub input: &'a [Lane],
    /// How it is read.
    pub read: NormAct,
    /// [`Planes::padded_height`] rows of [`Planes::padded_width`] lanes.
    pub output: &'a mut [Lane],
}

impl Kernel for Pad<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let pad = self.planes.window.place(0);
        let columns = self.planes.input.1;
        self.output.fill(Lane::ZERO);
        let rows = self.output.chunks_exact_mut(self.planes.padded_width()).skip(pad);
        for (row, out) in self.input.chunks_exact(columns).zip(rows) {
            rows::read(s, row, self.read, &mut out[pad..pad + columns]);
        }
    }
}

/// One output plane, and Σ and Σ² of it.
pub struct Forward<'a> {
    /// Sizes.
    pub planes: Planes,
    /// Every input plane of the block, [padded](Pad).
    pub input: &'a [Lane],
    /// k×k factors for each of them.
    pub weights: &'a [f32],
    /// The output plane.
    pub output: &'a mut [Lane],
    /// Images that count.
    pub images: usize,
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
        let width = self.planes.padded_width();
        let plane = width * self.planes.padded_height();
        let mut sums = Sums::default();
        for (y, out) in self.output.chunks_exact_mut(self.planes.output.1).enumerate() {
            for (i, input) in self.input.chunks_exact(plane).enumerate() {
                let rows = window::<K>(input, width, y * T);
                windows::correlate::<S, K, T>(s, rows, &self.weights[i * K * K..][..K * K], out, i > 0);
            }
            rows::moments(s, out, &mut sums);
        }
        sums.of(self.images)
    }
}

fn window<const K: usize>(plane: &[Lane], width: usize, first: usize) -> [&[Lane]; K] {
    std::array::from_fn(|k| &plane[(first + k) * width..][..width])
}

/// The gradient of an output plane before its norm, with padding between its rows.
pub struct Gather<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The gradient behind the norm.
    pub gradient: &'a [Lane],
    /// The output plane; empty where it has no norm.
    pub raw: &'a [Lane],
    /// The norm.
    pub pull: Option<BatchNormGrad>,
    /// Images that count.
    pub images: usize,
    /// As many rows as the output has, of [`Planes::gradient_width`] lanes.
    pub output: &'a mut [Lane],
}

impl Kernel for Gather<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (columns, before) = (self.planes.output.1, self.planes.before());
        self.output.fill(Lane::ZERO);
        for (y, out) in self.output.chunks_exact_mut(self.planes.gradient_width()).enumerate() {
            let place = y * columns..(y + 1) * columns;
            let raw = self.raw.get(place.clone()).unwrap_or(&[]);
            rows::pull(s, &self.gradient[place], raw, self.pull, self.images, &mut out[before..][..columns]);
        }
    }
}

/// The gradient of the k×k weights between one input plane and one output plane of a block.
pub struct Taps<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The input plane, [padded](Pad).
    pub input: &'a [Lane],
    /// The [gradient](Gather) of the output plane.
    pub gradient: &'a [Lane],
}

impl Kernel for Taps<'_> {
    type Output = [f32; 25];
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> [f32; 25] {
        super::sized!(self.planes.window, |K, T| self.sized::<S, K, T>(s))
    }
}

impl Taps<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize, const T: usize>(self, s: S) -> [f32; 25] {
        let (width, before) = (self.planes.padded_width(), self.planes.before());
        let mut taps = [Lane::ZERO; 25];
        for (y, row) in self.gradient.chunks_exact(self.planes.gradient_width()).enumerate() {
            let row = &row[before..][..self.planes.output.1];
            windows::taps::<S, K, T>(s, window::<K>(self.input, width, y * T), row, &mut taps);
        }
        taps.map(|lane| lane.sum())
    }
}

/// The gradient of one input plane, and Σg and Σg·(x − mean) of it.
pub struct Spread<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The [gradients](Gather) of every output plane of the block.
    pub gradient: &'a [Lane],
    /// k×k factors for each of them.
    pub weights: &'a [f32],
    /// The input plane.
    pub input: &'a [Lane],
    /// How it is read.
    pub read: NormAct,
    /// The mean of the input plane over the batch.
    pub mean: f32,
    /// The gradient of the input plane.
    pub below: &'a mut [Lane],
    /// Room for [`Planes::backward_scratch`] lanes.
    pub scratch: &'a mut [Lane],
}

impl Kernel for Spread<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f64) {
        super::sized!(self.planes.window, |K, T| self.sized::<S, K, T>(s))
    }
}

impl Spread<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize, const T: usize>(self, s: S) -> (f64, f64) {
        let planes = self.planes;
        let (outputs, columns) = (planes.output.0, planes.input.1);
        let width = planes.gradient_width();
        let wide = &mut self.scratch[..planes.steps() * T];
        let mut sums = Sums::default();
        for (i, (out, raw)) in self.below.chunks_exact_mut(columns).zip(self.input.chunks_exact(columns)).enumerate() {
            let padded = planes.window.place(i);
            wide.fill(Lane::ZERO);
            for (gradient, weights) in self.gradient.chunks_exact(outputs * width).zip(self.weights.chunks_exact(K * K))
            {
                let (sources, count) = sources::<K, T>(padded, outputs, |y| &gradient[y * width..][..width], weights);
                windows::spread::<S, K, T>(s, &sources[..count], wide, true);
            }
            rows::gate_row(s, raw, self.read, self.mean, &wide[planes.window.place(0)..], out, &mut sums);
        }
        sums.of(LANES)
    }
}

/// A row of gradients and the row of weights that it was reached by.
type Source<'a> = (&'a [Lane], &'a [f32]);

/// The rows of gradients that reach the input row `padded` (padding counted), each with the row of
/// weights it reaches it by; and how many there are.
#[inline(always)]
pub fn sources<'a, const K: usize, const T: usize>(
    padded: usize,
    outputs: usize,
    row: impl Fn(usize) -> &'a [Lane],
    weights: &'a [f32],
) -> ([Source<'a>; K], usize) {
    let mut sources: [Source<'_>; K] = [(&[], &[]); K];
    let mut count = 0;
    for k in (padded % T..K).step_by(T) {
        if let Some(y) = (padded / T).checked_sub(k / T).filter(|y| *y < outputs) {
            sources[count] = (row(y), &weights[k * K..][..K]);
            count += 1;
        }
    }
    (sources, count)
}
