//! What is done to single rows of lanes, of which the kernels for whole maps are made.
//!
//! A row that a window slides along has its padding around it, so that no step of an inner loop
//! looks whether it is at a border.

use crate::train::simd::{LANES, Lane, Simd};

/// Lanes summed in single precision at a time: so few that `E[x²] − E[x]²` loses nothing that
/// matters. What is beyond is summed in double precision.
const RUN: usize = 64;

/// Outputs of a row that are computed together.
const TILE: usize = 4;

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
    /// Where larger than 0: what is read is the nearest multiple of it, halves up.
    pub step: f32,
}

impl NormAct {
    /// Values are read as they are.
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

/// Two sums over many lanes, image by image: Σx and Σx², or Σg and Σg·(x − mean).
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
    /// Takes note that `lanes` lanes were added.
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

/// A [`NormAct`] in registers.
pub struct Held<S: Simd> {
    scale: S::V,
    shift: S::V,
    low: S::V,
    high: S::V,
    is_rounded: bool,
    step: S::V,
    inverse: S::V,
}

impl<S: Simd> Held<S> {
    /// What a value is read as.
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
    /// In registers.
    #[inline(always)]
    pub fn held<S: Simd>(self, s: S) -> Held<S> {
        let Bounds { low, high } = self.bounds;
        let is_rounded = self.step > 0.0;
        Held {
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
                let [a, b, c, d] = four.each_ref().map(|lane| s.load(lane, part));
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

/// The gradient before a norm; lanes from `images` on, which hold no image, become 0. Without a
/// norm (`pull`) it is what it is behind it, and `raw` is not looked at.
#[inline(always)]
pub fn pull<S: Simd>(
    s: S,
    gradient: &[Lane],
    raw: &[Lane],
    pull: Option<BatchNormGrad>,
    images: usize,
    out: &mut [Lane],
) {
    let Some(BatchNormGrad { mean, factors }) = pull else {
        out.copy_from_slice(gradient);
        return;
    };
    let mean = s.splat(mean);
    let [a, b, c] = factors.map(|factor| s.splat(factor));
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

/// What [`gate`] keeps in registers.
struct Passing<S: Simd> {
    how: Held<S>,
    mean: S::V,
    sum: S::V,
    products: S::V,
}

impl<S: Simd> Passing<S> {
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

/// Lets a gradient pass where the activation does, and adds Σg and Σg·(value − mean) to `sums`.
#[inline(always)]
pub fn gate<S: Simd>(s: S, raw: &[Lane], how: NormAct, mean: f32, gradient: &mut [Lane], sums: &mut Sums) {
    for (raw, gradient) in raw.chunks(RUN).zip(gradient.chunks_mut(RUN)) {
        for part in s.parts() {
            let mut passing = Passing::new(s, how, mean);
            for (x, g) in raw.iter().zip(&mut *gradient) {
                s.store(passing.pass(s, s.load(g, part), s.load(x, part)), g, part);
            }
            sums.add(s, passing.sum, passing.products, part);
        }
        sums.added(raw.len());
    }
}

/// [`gate`] from one row to another, which is at most a few hundred lanes long.
#[inline(always)]
pub fn gate_row<S: Simd>(s: S, raw: &[Lane], how: NormAct, mean: f32, from: &[Lane], to: &mut [Lane], sums: &mut Sums) {
    for part in s.parts() {
        let mut passing = Passing::new(s, how, mean);
        for ((x, from), to) in raw.iter().zip(from).zip(&mut *to) {
            s.store(passing.pass(s, s.load(from, part), s.load(x, part)), to, part);
        }
        sums.add(s, passing.sum, passing.products, part);
    }
    sums.added(raw.len());
}

/// `out` (+)= Σ over the K rows of `rows` correlated with one row of `weights` (K×K) each, every
/// T-th place.
#[inline(always)]
pub fn correlate<S: Simd, const K: usize, const T: usize>(
    s: S,
    rows: [&[Lane]; K],
    weights: &[f32],
    out: &mut [Lane],
    accumulate: bool,
) {
    let weights: [[S::V; K]; K] = std::array::from_fn(|y| std::array::from_fn(|x| s.splat(weights[y * K + x])));
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let done = tiles.len() * TILE;
    for part in s.parts() {
        for (tile, out) in tiles.iter_mut().enumerate() {
            let rows = rows.map(|row| &row[tile * TILE * T..][..(TILE - 1) * T + K]);
            let mut sums: [S::V; TILE] =
                if accumulate { out.each_ref().map(|lane| s.load(lane, part)) } else { [s.splat(0.0); TILE] };
            for y in 0..K {
                for x in 0..K {
                    for t in 0..TILE {
                        sums[t] = s.fma(s.load(&rows[y][t * T + x], part), weights[y][x], sums[t]);
                    }
                }
            }
            for t in 0..TILE {
                s.store(sums[t], &mut out[t], part);
            }
        }
        for (x, out) in rest.iter_mut().enumerate() {
            let rows = rows.map(|row| &row[(done + x) * T..][..K]);
            let mut sum = if accumulate { s.load(out, part) } else { s.splat(0.0) };
            for y in 0..K {
                for x in 0..K {
                    sum = s.fma(s.load(&rows[y][x], part), weights[y][x], sum);
                }
            }
            s.store(sum, out, part);
        }
    }
}

/// `sums` (K×K lanes) += the gradient of [`correlate`] with respect to its weights.
#[inline(always)]
pub fn taps<S: Simd, const K: usize, const T: usize>(s: S, rows: [&[Lane]; K], gradient: &[Lane], sums: &mut [Lane]) {
    let sums = &mut sums[..K * K];
    let (tiles, rest) = gradient.as_chunks::<TILE>();
    let done = tiles.len() * TILE;
    for part in s.parts() {
        let mut own: [[S::V; K]; K] = std::array::from_fn(|y| std::array::from_fn(|x| s.load(&sums[y * K + x], part)));
        for (tile, gradients) in tiles.iter().enumerate() {
            let rows = rows.map(|row| &row[tile * TILE * T..][..(TILE - 1) * T + K]);
            let gradients = gradients.each_ref().map(|lane| s.load(lane, part));
            for t in 0..TILE {
                for y in 0..K {
                    for x in 0..K {
                        own[y][x] = s.fma(s.load(&rows[y][t * T + x], part), gradients[t], own[y][x]);
                    }
                }
            }
        }
        for (x, gradient) in rest.iter().enumerate() {
            let rows = rows.map(|row| &row[(done + x) * T..][..K]);
            let gradient = s.load(gradient, part);
            for y in 0..K {
                for x in 0..K {
                    own[y][x] = s.fma(s.load(&rows[y][x], part), gradient, own[y][x]);
                }
            }
        }
        for y in 0..K {
            for x in 0..K {
                s.store(own[y][x], &mut sums[y * K + x], part);
            }
        }
    }
}

/// The gradient of one row (padding included) that [`correlate`] reads: `below` (+)= Σ over rows of
/// gradients, each with the row of weights it was reached by. `below` has T places for each step,
/// and the rows (K−1)/T places of padding before their first gradient.
#[inline(always)]
pub fn spread<S: Simd, const K: usize, const T: usize>(
    s: S,
    rows: &[(&[Lane], &[f32])],
    below: &mut [Lane],
    accumulate: bool,
) {
    let steps = below.len() / T;
    let mut step = 0;
    while step + TILE <= steps {
        spread_tile::<S, K, T, TILE>(s, rows, step, &mut below[step * T..][..TILE * T], accumulate);
        step += TILE;
    }
    while step < steps {
        spread_tile::<S, K, T, 1>(s, rows, step, &mut below[step * T..][..T], accumulate);
        step += 1;
    }
}

#[inline(always)]
fn spread_tile<S: Simd, const K: usize, const T: usize, const N: usize>(
    s: S,
    rows: &[(&[Lane], &[f32])],
    step: usize,
    below: &mut [Lane],
    accumulate: bool,
) {
    let before = (K - 1) / T;
    for part in s.parts() {
        // The K weights of a row fall on T columns in turn.
        let mut sums: [[S::V; N]; T] = if accumulate {
            std::array::from_fn(|r| std::array::from_fn(|n| s.load(&below[n * T + r], part)))
        } else {
            [[s.splat(0.0); N]; T]
        };
        for (row, weights) in rows {
            let (row, weights) = (&row[step..][..before + N], &weights[..K]);
            for k in 0..K {
                let weight = s.splat(weights[k]);
                for n in 0..N {
                    let gradient = s.load(&row[before + n - k / T], part);
                    sums[k % T][n] = s.fma(gradient, weight, sums[k % T][n]);
                }
            }
        }
        for r in 0..T {
            for n in 0..N {
                s.store(sums[r][n], &mut below[n * T + r], part);
            }
        }
    }
}
