//! Convolution of one plane with one k×k kernel, and its two gradients. Depthwise convolution is
//! one such a channel; standard convolution is a sum of them.

use crate::graph::Window;
use crate::train::simd::{Kernel, Lane, Simd};

/// The sizes of an input plane and of the output plane that a window makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    /// How the kernel moves.
    pub window: Window,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Rows and columns of the output.
    pub output: (usize, usize),
}

impl Planes {
    /// Outputs of a row whose whole kernel lies on the map.
    fn interior(&self) -> std::ops::Range<usize> {
        let first = self.window.inside(0, self.input.1, self.output.1);
        let last = self.window.inside(self.window.kernel - 1, self.input.1, self.output.1);
        first.start..last.end.max(first.start)
    }
}

/// `output` (+)= `input` correlated with `weights` (k×k).
pub struct Correlate<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The input plane.
    pub input: &'a [Lane],
    /// k×k factors, row by row.
    pub weights: &'a [f32],
    /// The output plane.
    pub output: &'a mut [Lane],
    /// Whether the result is added to what stands in `output`.
    pub accumulate: bool,
}

impl Kernel for Correlate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        match self.planes.window.kernel {
            1 => self.sized::<S, 1>(s),
            3 => self.sized::<S, 3>(s),
            _ => self.sized::<S, 5>(s),
        }
    }
}

impl Correlate<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize>(self, s: S) {
        let Planes { window, input: (height, width), output: (_, columns) } = self.planes;
        let weights: [[S::V; K]; K] =
            std::array::from_fn(|y| std::array::from_fn(|x| s.splat(self.weights[y * K + x])));
        let interior = self.planes.interior();
        for (y, out) in self.output.chunks_exact_mut(columns).enumerate() {
            let (rows, first) = window.reach(y, height);
            let taps = &weights[first..first + rows.len()];
            let rows = &self.input[rows.start * width..rows.end * width];
            for x in (0..interior.start).chain(interior.end..columns) {
                let (reach, first) = window.reach(x, width);
                let mut sum = if self.accumulate { s.load(&out[x]) } else { s.splat(0.0) };
                for (row, taps) in rows.chunks_exact(width).zip(taps) {
                    for (lane, tap) in row[reach.clone()].iter().zip(&taps[first..]) {
                        sum = s.fma(s.load(lane), *tap, sum);
                    }
                }
                s.store(sum, &mut out[x]);
            }
            let start = interior.start * window.stride;
            for (x, out) in out[interior.clone()].iter_mut().enumerate() {
                let at = start + x * window.stride - window.pad;
                let mut sum = if self.accumulate { s.load(out) } else { s.splat(0.0) };
                for (row, taps) in rows.chunks_exact(width).zip(taps) {
                    let row = &row[at..at + K];
                    for k in 0..K {
                        sum = s.fma(s.load(&row[k]), taps[k], sum);
                    }
                }
                s.store(sum, out);
            }
        }
    }
}

/// `input` += the gradient of [`Correlate`] with respect to its input, given that of its output.
pub struct Scatter<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The gradient of the output plane.
    pub output: &'a [Lane],
    /// k×k factors, row by row.
    pub weights: &'a [f32],
    /// The gradient of the input plane.
    pub input: &'a mut [Lane],
}

impl Kernel for Scatter<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Planes { window, input: (height, width), output: (_, columns) } = self.planes;
        for (y, gradients) in self.output.chunks_exact(columns).enumerate() {
            let (rows, first) = window.reach(y, height);
            for (row, ky) in rows.zip(first..) {
                let row = &mut self.input[row * width..(row + 1) * width];
                for kx in 0..window.kernel {
                    let weight = s.splat(self.weights[ky * window.kernel + kx]);
                    let outputs = window.inside(kx, width, columns);
                    if outputs.is_empty() {
                        continue;
                    }
                    let start = outputs.start * window.stride + kx;
                    let targets = row[start.saturating_sub(window.pad)..].iter_mut().step_by(window.stride);
                    for (gradient, target) in gradients[outputs].iter().zip(targets) {
                        let sum = s.fma(s.load(gradient), weight, s.load(target));
                        s.store(sum, target);
                    }
                }
            }
        }
    }
}

/// `sums` (k×k lanes) = the gradient of [`Correlate`] with respect to its weights, image by image.
pub struct Taps<'a> {
    /// Sizes.
    pub planes: Planes,
    /// The input plane.
    pub input: &'a [Lane],
    /// The gradient of the output plane.
    pub output: &'a [Lane],
}

impl Kernel for Taps<'_> {
    type Output = [Lane; 25];
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> [Lane; 25] {
        match self.planes.window.kernel {
            1 => self.sized::<S, 1>(s),
            3 => self.sized::<S, 3>(s),
            _ => self.sized::<S, 5>(s),
        }
    }
}

impl Taps<'_> {
    #[inline(always)]
    fn sized<S: Simd, const K: usize>(self, s: S) -> [Lane; 25] {
        let Planes { window, input: (height, width), output: (_, columns) } = self.planes;
        let interior = self.planes.interior();
        let start = interior.start * window.stride;
        let mut sums = [[s.splat(0.0); K]; K];
        for (y, gradients) in self.output.chunks_exact(columns).enumerate() {
            let (rows, first) = window.reach(y, height);
            let whole = rows.len() == K;
            let rows = &self.input[rows.start * width..rows.end * width];
            for x in (0..interior.start).chain(interior.end..columns) {
                let (reach, first_column) = window.reach(x, width);
                let gradient = s.load(&gradients[x]);
                for (row, sums) in rows.chunks_exact(width).zip(&mut sums[first..]) {
                    for (lane, sum) in row[reach.clone()].iter().zip(&mut sums[first_column..]) {
                        *sum = s.fma(s.load(lane), gradient, *sum);
                    }
                }
            }
            if whole {
                let rows: [&[Lane]; K] = std::array::from_fn(|ky| &rows[ky * width..(ky + 1) * width]);
                for (x, gradient) in gradients[interior.clone()].iter().enumerate() {
                    let at = start + x * window.stride - window.pad;
                    let gradient = s.load(gradient);
                    for ky in 0..K {
                        let row = &rows[ky][at..at + K];
                        for kx in 0..K {
                            sums[ky][kx] = s.fma(s.load(&row[kx]), gradient, sums[ky][kx]);
                        }
                    }
                }
            } else {
                for (x, gradient) in gradients[interior.clone()].iter().enumerate() {
                    let at = start + x * window.stride - window.pad;
                    let gradient = s.load(gradient);
                    for (row, sums) in rows.chunks_exact(width).zip(&mut sums[first..]) {
                        for (lane, sum) in row[at..at + K].iter().zip(sums) {
                            *sum = s.fma(s.load(lane), gradient, *sum);
                        }
                    }
                }
            }
        }
        let mut out = [Lane::ZERO; 25];
        for (sum, out) in sums.as_flattened().iter().zip(&mut out) {
            s.store(*sum, out);
        }
        out
    }
}
