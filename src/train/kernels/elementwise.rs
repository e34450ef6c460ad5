//! Sums, products and scalings of planes, for squeeze-and-excitation, pooling and skips.

use crate::train::simd::{Kernel, Lane, Simd};

/// The sum of a plane, image by image.
pub struct Total<'a>(pub &'a [Lane]);

impl Kernel for Total<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let sum = self.0.iter().fold(s.splat(0.0), |sum, lane| s.add(sum, s.load(lane)));
        let mut out = Lane::ZERO;
        s.store(sum, &mut out);
        out
    }
}

/// The sum of the products of two planes, image by image.
pub struct Dot<'a>(pub &'a [Lane], pub &'a [Lane]);

impl Kernel for Dot<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let pairs = self.0.iter().zip(self.1);
        let sum = pairs.fold(s.splat(0.0), |sum, (a, b)| s.fma(s.load(a), s.load(b), sum));
        let mut out = Lane::ZERO;
        s.store(sum, &mut out);
        out
    }
}

/// The largest value of a plane, image by image.
pub struct Largest<'a>(pub &'a [Lane]);

impl Kernel for Largest<'_> {
    type Output = Lane;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Lane {
        let start = s.splat(f32::NEG_INFINITY);
        let largest = self.0.iter().fold(start, |largest, lane| s.at_least(s.load(lane), largest));
        let mut out = Lane::ZERO;
        s.store(largest, &mut out);
        out
    }
}

/// `output = input · factor + shift`, image by image.
pub struct Scale<'a> {
    /// The plane before.
    pub input: &'a [Lane],
    /// One factor an image.
    pub factor: Lane,
    /// One number an image.
    pub shift: Lane,
    /// The plane after.
    pub output: &'a mut [Lane],
}

impl Kernel for Scale<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (factor, shift) = (s.load(&self.factor), s.load(&self.shift));
        for (x, y) in self.input.iter().zip(self.output) {
            s.store(s.fma(s.load(x), factor, shift), y);
        }
    }
}

/// `sum += term`
pub struct AddTo<'a> {
    /// What is added.
    pub term: &'a [Lane],
    /// What it is added to.
    pub sum: &'a mut [Lane],
}

impl Kernel for AddTo<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for (term, sum) in self.term.iter().zip(self.sum) {
            let value = s.add(s.load(sum), s.load(term));
            s.store(value, sum);
        }
    }
}
