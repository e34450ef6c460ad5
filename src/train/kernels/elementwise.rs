//! Sums, products and scaling of planes, for squeeze-and-excitation, pooling and skip connections.

use super::rows::{self, NormAct, Sums};
use crate::train::simd::{Kernel, LANES, Lane, Simd};

/// `output = read(input)`
pub struct Apply<'a> {
    /// The input plane.
    pub input: &'a [Lane],
    /// Norm and activation.
    pub read: NormAct,
    /// The output plane.
    pub output: &'a mut [Lane],
}

impl Kernel for Apply<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        rows::read(s, self.input, self.read, self.output);
    }
}

/// Backward pass of an activation: the gradient becomes 0 where the activation clips. Returns Σg
/// and Σg·(x − mean).
pub struct ActivationBackward<'a> {
    /// The input plane before norm and activation.
    pub input: &'a [Lane],
    /// Norm and activation.
    pub read: NormAct,
    /// The mean of the plane over the batch.
    pub mean: f32,
    /// The gradient, before and after.
    pub gradient: &'a mut [Lane],
}

impl Kernel for ActivationBackward<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> (f64, f64) {
        let mut sums = Sums::default();
        rows::activation_backward(s, self.input, self.read, self.mean, self.gradient, &mut sums);
        sums.of(LANES)
    }
}

/// Computes the sum of a plane (norm and activation applied) per image.
pub struct Total<'a>(pub &'a [Lane], pub NormAct);

impl Kernel for Total<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let mut out = Lane::ZERO;
        for part in s.parts() {
            let read = self.1.held(s);
            let sum = self.0.iter().fold(s.splat(0.0), |sum, lane| s.add(sum, read.of(s, s.load(lane, part))));
            s.store(sum, &mut out, part);
        }
        out
    }
}

/// Computes the maximum of a plane (norm and activation applied) per image.
pub struct Largest<'a>(pub &'a [Lane], pub NormAct);

impl Kernel for Largest<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let mut out = Lane::ZERO;
        for part in s.parts() {
            let read = self.1.held(s);
            let largest = self
                .0
                .iter()
                .fold(s.splat(f32::NEG_INFINITY), |largest, lane| s.at_least(read.of(s, s.load(lane, part)), largest));
            s.store(largest, &mut out, part);
        }
        out
    }
}

/// Computes the dot product of two planes per image.
pub struct Dot<'a>(pub &'a [Lane], pub &'a [Lane]);

impl Kernel for Dot<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let mut out = Lane::ZERO;
        for part in s.parts() {
            let pairs = self.0.iter().zip(self.1);
            let sum = pairs.fold(s.splat(0.0), |sum, (a, b)| s.fma(s.load(a, part), s.load(b, part), sum));
            s.store(sum, &mut out, part);
        }
        out
    }
}

/// `output = input · factor + shift`, with a factor and a shift per image.
pub struct Scale<'a> {
    /// The input plane.
    pub input: &'a [Lane],
    /// One factor per image.
    pub factor: Lane,
    /// One shift per image.
    pub shift: Lane,
    /// The output plane.
    pub output: &'a mut [Lane],
}

impl Kernel for Scale<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for part in s.parts() {
            let (factor, shift) = (s.load(&self.factor, part), s.load(&self.shift, part));
            for (x, y) in self.input.iter().zip(&mut *self.output) {
                s.store(s.fma(s.load(x, part), factor, shift), y, part);
            }
        }
    }
}

/// `sum += read(term)`
pub struct AddTo<'a> {
    /// The plane to add.
    pub term: &'a [Lane],
    /// Its norm and activation.
    pub read: NormAct,
    /// The sum, updated in place.
    pub sum: &'a mut [Lane],
}

impl Kernel for AddTo<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for part in s.parts() {
            let read = self.read.held(s);
            for (term, sum) in self.term.iter().zip(&mut *self.sum) {
                let value = s.add(s.load(sum, part), read.of(s, s.load(term, part)));
                s.store(value, sum, part);
            }
        }
    }
}
