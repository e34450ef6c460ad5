//! Standard convolution, plane by plane. The padded and normalised input is stored in a feature map of its own,
//! since every output channel reads it.

use super::Planes;
use super::rows::{self, BatchNormGrad, NormAct, Sums};
use super::windows;
use crate::train::simd::{Kernel, LANES, Lane, Simd};

/// Normalises and pads one plane.
pub struct Pad<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The input plane.
    pub input: &'a [Lane],
    /// Norm and activation of the input.
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

/// Computes one output plane, and its Σ and Σ².
pub struct Forward<'a> {
    /// Shapes.
    pub planes: Planes,
    /// All input planes of the block, [padded](Pad).
    pub input: &'a [Lane],
    /// k×k weights per input plane.
    pub weights: &'a [f32],
    /// The output plane.
    pub output: &'a mut [Lane],
    /// Number of images in the block.
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

#[inline(always)]
fn window<const K: usize>(plane: &[Lane], width: usize, first: usize) -> [&[Lane]; K] {
    let mut rows: [&[Lane]; K] = [&[]; K];
    for (k, row) in rows.iter_mut().enumerate() {
        *row = &plane[(first + k) * width..][..width];
    }
    rows
}

/// Computes the gradient of an output plane before its norm, with padding between its rows.
pub struct Gather<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The gradient after the norm.
    pub gradient: &'a [Lane],
    /// The output plane; empty without a norm.
    pub raw: &'a [Lane],
    /// The gradient of the norm.
    pub norm_grad: Option<BatchNormGrad>,
    /// Number of images in the block.
    pub images: usize,
    /// One row of [`Planes::gradient_width`] lanes per output row.
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
            rows::norm_grad(s, &self.gradient[place], raw, self.norm_grad, self.images, &mut out[before..][..columns]);
        }
    }
}

/// Computes the gradient of the k×k weights between one input plane and one output plane of a block.
pub struct Taps<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The input plane, [padded](Pad).
    pub input: &'a [Lane],
    /// The [gradient](Gather) of the output plane.
    pub gradient: &'a [Lane],
    /// Scratch memory of a lane per weight.
    // A local array would be kept in registers, which the sums of the next row need.
    pub scratch: &'a mut [Lane],
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
        let taps = &mut self.scratch[..K * K];
        taps.fill(Lane::ZERO);
        for (y, row) in self.gradient.chunks_exact(self.planes.gradient_width()).enumerate() {
            let row = &row[before..][..self.planes.output.1];
            windows::taps::<S, K, T>(s, window::<K>(self.input, width, y * T), row, taps);
        }
        windows::sums_of_taps(s, taps)
    }
}

/// Computes the gradient of one input plane, and its Σg and Σg·(x − mean).
pub struct Spread<'a> {
    /// Shapes.
    pub planes: Planes,
    /// The [gradients](Gather) of all output planes of the block.
    pub gradient: &'a [Lane],
    /// k×k weights per output plane.
    pub weights: &'a [f32],
    /// The input plane.
    pub input: &'a [Lane],
    /// Norm and activation of the input.
    pub read: NormAct,
    /// The mean of the input plane over the batch.
    pub mean: f32,
    /// The gradient of the input plane.
    pub below: &'a mut [Lane],
    /// Scratch memory of [`Planes::backward_scratch`] lanes.
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
            rows::activation_backward_row(
                s,
                raw,
                self.read,
                self.mean,
                &wide[planes.window.place(0)..],
                out,
                &mut sums,
            );
        }
        sums.of(LANES)
    }
}

/// A row of gradients and the row of weights that connects it to the input row.
type Source<'a> = (&'a [Lane], &'a [f32]);

/// The rows of gradients that contribute to the input row `padded` (index with padding), each with its row of
/// weights; and their number.
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
