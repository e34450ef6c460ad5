//! Batch normalisation (arXiv 1502.03167) and the activation behind it, plane by plane.
//!
//! Sums run in single precision over at most [`RUN`] lanes and in double precision beyond, so that
//! `E[x²] − E[x]²` loses nothing that matters.

use crate::train::simd::{Kernel, LANES, Lane, Simd};

/// Lanes summed in single precision at a time.
const RUN: usize = 64;

/// Bounds of an activation: the value is clamped to them, the gradient passes between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// −∞ for none.
    pub low: f32,
    /// +∞ for none.
    pub high: f32,
}

/// Σx and Σx² of a plane over the first `images` images of its lanes.
pub struct Moments<'a> {
    /// The plane.
    pub plane: &'a [Lane],
    /// Images that count.
    pub images: usize,
}

impl Kernel for Moments<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f64) {
        let mut totals = [[0.0; LANES]; 2];
        for run in self.plane.chunks(RUN) {
            let (mut sum, mut squares) = (s.splat(0.0), s.splat(0.0));
            for lane in run {
                let x = s.load(lane);
                sum = s.add(sum, x);
                squares = s.fma(x, x, squares);
            }
            gather(s, sum, &mut totals[0]);
            gather(s, squares, &mut totals[1]);
        }
        (totals[0][..self.images].iter().sum(), totals[1][..self.images].iter().sum())
    }
}

#[inline(always)]
fn gather<S: Simd>(s: S, value: S::V, totals: &mut [f64; LANES]) {
    let mut lane = Lane::ZERO;
    s.store(value, &mut lane);
    for (total, value) in totals.iter_mut().zip(lane.0) {
        *total += f64::from(value);
    }
}

/// `output = clamp(input · scale + shift)`
pub struct Apply<'a> {
    /// The plane before.
    pub input: &'a [Lane],
    /// γ / √(variance + ε)
    pub scale: f32,
    /// β − mean · scale
    pub shift: f32,
    /// The activation.
    pub bounds: Bounds,
    /// The plane after.
    pub output: &'a mut [Lane],
}

impl Kernel for Apply<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (scale, shift) = (s.splat(self.scale), s.splat(self.shift));
        let (low, high) = (s.splat(self.bounds.low), s.splat(self.bounds.high));
        for (x, y) in self.input.iter().zip(self.output) {
            let value = s.fma(s.load(x), scale, shift);
            s.store(s.at_most(s.at_least(value, low), high), y);
        }
    }
}

/// `gradient` = 0 where the activation's output is at or beyond its bounds.
pub struct Gate<'a> {
    /// The output of the activation.
    pub output: &'a [Lane],
    /// The activation.
    pub bounds: Bounds,
    /// The gradient, before and after.
    pub gradient: &'a mut [Lane],
}

impl Kernel for Gate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (low, high) = (s.splat(self.bounds.low), s.splat(self.bounds.high));
        for (y, gradient) in self.output.iter().zip(self.gradient) {
            let passed = s.inside(s.load(gradient), s.load(y), low, high);
            s.store(passed, gradient);
        }
    }
}

/// Passes the gradient of a plane through the activation and sums it: Σg and Σg·(x − mean). The
/// gated gradient takes the place of `gradient`.
pub struct Sums<'a> {
    /// The plane before normalisation.
    pub input: &'a [Lane],
    /// The plane after the activation.
    pub output: &'a [Lane],
    /// The batch's mean of this channel.
    pub mean: f32,
    /// The activation.
    pub bounds: Bounds,
    /// The gradient of `output`, then that before the activation.
    pub gradient: &'a mut [Lane],
}

impl Kernel for Sums<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f64) {
        let mean = s.splat(self.mean);
        let (low, high) = (s.splat(self.bounds.low), s.splat(self.bounds.high));
        let mut totals = [[0.0; LANES]; 2];
        let runs = self.input.chunks(RUN).zip(self.output.chunks(RUN)).zip(self.gradient.chunks_mut(RUN));
        for ((input, output), gradients) in runs {
            let (mut sum, mut products) = (s.splat(0.0), s.splat(0.0));
            for ((x, y), gradient) in input.iter().zip(output).zip(gradients) {
                let passed = s.inside(s.load(gradient), s.load(y), low, high);
                s.store(passed, gradient);
                sum = s.add(sum, passed);
                products = s.fma(passed, s.sub(s.load(x), mean), products);
            }
            gather(s, sum, &mut totals[0]);
            gather(s, products, &mut totals[1]);
        }
        (totals[0].iter().sum(), totals[1].iter().sum())
    }
}

/// `gradient = a · gradient + b · (input − mean) + c` in the first `images` lanes, 0 in the others:
/// the gradient of batch norm's input, given that of its output.
pub struct InputGradient<'a> {
    /// The plane before normalisation.
    pub input: &'a [Lane],
    /// The batch's mean of this channel.
    pub mean: f32,
    /// a, b, c
    pub factors: [f32; 3],
    /// Images that count.
    pub images: usize,
    /// The gradient, before and after.
    pub gradient: &'a mut [Lane],
}

impl Kernel for InputGradient<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let mean = s.splat(self.mean);
        let [a, b, c] = self.factors.map(|factor| s.splat(factor));
        for (x, gradient) in self.input.iter().zip(self.gradient.iter_mut()) {
            let pulled = s.fma(b, s.sub(s.load(x), mean), c);
            s.store(s.fma(a, s.load(gradient), pulled), gradient);
        }
        if self.images < LANES {
            for gradient in self.gradient {
                gradient.0[self.images..].fill(0.0);
            }
        }
    }
}
