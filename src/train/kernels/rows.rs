//! Operations on single rows of lanes, from which the kernels for whole feature maps are made.

use super::load;
use crate::train::simd::{LANES, Lane, Simd};

/// Lanes accumulated in f32 at a time: few enough that `E[x²] − E[x]²` stays accurate. The rest is accumulated in
/// f64.
const RUN: usize = 64;

/// Bounds of an activation: the value is clamped to them, the gradient passes between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// −∞ for none.
    pub low: f32,
    /// +∞ for none.
    pub high: f32,
}

/// Batch norm and activation of a plane, fused into every load of it: `clamp(value · scale + shift)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormAct {
    /// γ / √(variance + ε)
    pub scale: f32,
    /// β − mean · scale
    pub shift: f32,
    /// The activation.
    pub bounds: Bounds,
    /// Quantisation step; if larger than 0, values are rounded to its nearest multiple, halves up.
    pub step: f32,
}

impl NormAct {
    /// Identity: neither norm nor activation.
    pub const PLAIN: Self =
        Self { scale: 1.0, shift: 0.0, bounds: Bounds { low: f32::NEG_INFINITY, high: f32::INFINITY }, step: 0.0 };
}

/// The gradient of batch norm: the gradient of its input is `a · gradient + b · (value − mean) + c`, for the
/// gradient of its output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormGrad {
    /// The batch's mean.
    pub mean: f32,
    /// a, b and c.
    pub factors: [f32; 3],
}

/// Two sums over many lanes, per image: Σx and Σx², or Σg and Σg·(x − mean).
pub struct Sums {
    run: [Lane; 2],
    waiting: usize,
    totals: [[f64; LANES]; 2],
}

impl Default for Sums {
    fn default() -> Self {
        Self { run: [Lane::ZERO; 2], waiting: 0, totals: [[0.0; LANES]; 2] }
    }
}

impl Sums {
    /// Records that `lanes` lanes were added.
    #[inline(always)]
    pub fn added(&mut self, lanes: usize) {
        self.waiting += lanes;
        if self.waiting >= RUN {
            self.gather();
        }
    }

    #[inline(always)]
    fn gather(&mut self) {
        for (run, totals) in self.run.iter_mut().zip(&mut self.totals) {
            for (total, value) in totals.iter_mut().zip(run.0) {
                *total += f64::from(value);
            }
            *run = Lane::ZERO;
        }
        self.waiting = 0;
    }

    /// Adds `first` and `second` to the two sums of a part.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, s: S, first: S::V, second: S::V, part: crate::train::simd::Part<S>) {
        let [a, b] = &mut self.run;
        s.store(s.add(s.load(a, part), first), a, part);
        s.store(s.add(s.load(b, part), second), b, part);
    }

    /// The sums over the first `images` images.
    #[inline(always)]
    pub fn of(mut self, images: usize) -> (f64, f64) {
        self.gather();
        (self.totals[0][..images].iter().sum(), self.totals[1][..images].iter().sum())
    }
}

/// A [`NormAct`] loaded into registers.
pub struct HeldNormAct<S: Simd> {
    scale: S::V,
    shift: S::V,
    low: S::V,
    high: S::V,
    is_rounded: bool,
    step: S::V,
    inverse: S::V,
}

impl<S: Simd> HeldNormAct<S> {
    /// Applies norm, activation and rounding to a value.
    #[inline(always)]
    pub fn of(&self, s: S, x: S::V) -> S::V {
        if self.is_rounded { self.rounded(s, x) } else { self.clamped(s, x) }
    }

    #[inline(always)]
    fn clamped(&self, s: S, x: S::V) -> S::V {
        s.at_most(s.at_least(s.fma(x, self.scale, self.shift), self.low), self.high)
    }

    #[inline(always)]
    fn rounded(&self, s: S, x: S::V) -> S::V {
        s.mul(s.floor(s.fma(self.clamped(s, x), self.inverse, s.splat(0.5))), self.step)
    }
}

impl NormAct {
    /// Loads it into registers.
    #[inline(always)]
    pub fn held<S: Simd>(self, s: S) -> HeldNormAct<S> {
        let Bounds { low, high } = self.bounds;
        let is_rounded = self.step > 0.0;
        HeldNormAct {
            scale: s.splat(self.scale),
            shift: s.splat(self.shift),
            low: s.splat(low),
            high: s.splat(high),
            is_rounded,
            step: s.splat(self.step),
            inverse: s.splat(if is_rounded { self.step.recip() } else { 0.0 }),
        }
    }
}

/// `out = read(input)`
#[inline(always)]
pub fn read<S: Simd>(s: S, input: &[Lane], how: NormAct, out: &mut [Lane]) {
    let how = how.held(s);
    for part in s.parts() {
        if how.is_rounded {
            for (x, y) in input.iter().zip(&mut *out) {
                s.store(how.rounded(s, s.load(x, part)), y, part);
            }
        } else {
            for (x, y) in input.iter().zip(&mut *out) {
                s.store(how.clamped(s, s.load(x, part)), y, part);
            }
        }
    }
}

/// Adds the row's Σx and Σx² to `sums`.
#[inline(always)]
pub fn moments<S: Simd>(s: S, row: &[Lane], sums: &mut Sums) {
    for piece in row.chunks(RUN) {
        let (fours, rest) = piece.as_chunks::<4>();
        for part in s.parts() {
            let (mut sum, mut squares) = (s.splat(0.0), s.splat(0.0));
            for four in fours {
                let [a, b, c, d]: [S::V; 4] = load(s, four, part);
                sum = s.add(sum, s.add(s.add(a, b), s.add(c, d)));
                squares = s.add(squares, s.fma(b, b, s.mul(a, a)));
                squares = s.add(squares, s.fma(d, d, s.mul(c, c)));
            }
            for lane in rest {
                let x = s.load(lane, part);
                sum = s.add(sum, x);
                squares = s.fma(x, x, squares);
            }
            sums.add(s, sum, squares, part);
        }
        sums.added(piece.len());
    }
}

/// The gradient before a norm; lanes from `images` on, which have no image, become 0. Without a norm it equals the
/// gradient after it, and `raw` is not read.
#[inline(always)]
pub fn norm_grad<S: Simd>(
    s: S,
    gradient: &[Lane],
    raw: &[Lane],
    norm_grad: Option<BatchNormGrad>,
    images: usize,
    out: &mut [Lane],
) {
    let Some(BatchNormGrad { mean, factors }) = norm_grad else {
        out.copy_from_slice(gradient);
        return;
    };
    let mean = s.splat(mean);
    let [a, b, c] = [s.splat(factors[0]), s.splat(factors[1]), s.splat(factors[2])];
    for part in s.parts() {
        for ((g, x), out) in gradient.iter().zip(raw).zip(&mut *out) {
            let pulled = s.fma(b, s.sub(s.load(x, part), mean), c);
            s.store(s.fma(a, s.load(g, part), pulled), out, part);
        }
    }
    if images < LANES {
        for lane in out {
            lane.0[images..].fill(0.0);
        }
    }
}

/// The register values of [`activation_backward`].
struct HeldBackward<S: Simd> {
    how: HeldNormAct<S>,
    mean: S::V,
    sum: S::V,
    products: S::V,
}

impl<S: Simd> HeldBackward<S> {
    #[inline(always)]
    fn new(s: S, how: NormAct, mean: f32) -> Self {
        Self { how: how.held(s), mean: s.splat(mean), sum: s.splat(0.0), products: s.splat(0.0) }
    }

    #[inline(always)]
    fn pass(&mut self, s: S, gradient: S::V, x: S::V) -> S::V {
        let how = &self.how;
        let passed = s.inside(gradient, s.fma(x, how.scale, how.shift), how.low, how.high);
        self.sum = s.add(self.sum, passed);
        self.products = s.fma(passed, s.sub(x, self.mean), self.products);
        passed
    }
}

/// Backward pass of an activation, adding Σg and Σg·(value − mean) to `sums`.
#[inline(always)]
pub fn activation_backward<S: Simd>(
    s: S,
    raw: &[Lane],
    how: NormAct,
    mean: f32,
    gradient: &mut [Lane],
    sums: &mut Sums,
) {
    for (raw, gradient) in raw.chunks(RUN).zip(gradient.chunks_mut(RUN)) {
        for part in s.parts() {
            let mut passing = HeldBackward::new(s, how, mean);
            for (x, g) in raw.iter().zip(&mut *gradient) {
                s.store(passing.pass(s, s.load(g, part), s.load(x, part)), g, part);
            }
            sums.add(s, passing.sum, passing.products, part);
        }
        sums.added(raw.len());
    }
}

/// [`activation_backward`] from one row to another, of at most a few hundred lanes.
#[inline(always)]
pub fn activation_backward_row<S: Simd>(
    s: S,
    raw: &[Lane],
    how: NormAct,
    mean: f32,
    from: &[Lane],
    to: &mut [Lane],
    sums: &mut Sums,
) {
    for part in s.parts() {
        let mut passing = HeldBackward::new(s, how, mean);
        for ((x, from), to) in raw.iter().zip(from).zip(&mut *to) {
            s.store(passing.pass(s, s.load(from, part), s.load(x, part)), to, part);
        }
        sums.add(s, passing.sum, passing.products, part);
    }
    sums.added(raw.len());
}
