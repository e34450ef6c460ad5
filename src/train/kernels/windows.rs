//! Correlation of rows with a window, and its gradients with respect to weights and input.
//!
//! Rows are stored with padding around them, so that the inner loops need no border checks.

use super::load;
use crate::train::simd::{Lane, Simd};

/// Outputs of a row computed together.
const TILE: usize = 4;

/// Columns `first` to `first + count` of each row.
#[inline(always)]
fn columns<const K: usize>(mut rows: [&[Lane]; K], first: usize, count: usize) -> [&[Lane]; K] {
    for row in &mut rows {
        *row = &row[first..][..count];
    }
    rows
}

/// `out` (+)= Σ over K rows of `rows`, each correlated with one row of `weights` (K×K), with stride T.
#[inline(always)]
pub fn correlate<S: Simd, const K: usize, const T: usize>(
    s: S,
    rows: [&[Lane]; K],
    weights: &[f32],
    out: &mut [Lane],
    accumulate: bool,
) {
    let mut splat = [[s.splat(0.0); K]; K];
    for y in 0..K {
        for x in 0..K {
            splat[y][x] = s.splat(weights[y * K + x]);
        }
    }
    let weights = splat;
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    let done = tiles.len() * TILE;
    for part in s.parts() {
        for (tile, out) in tiles.iter_mut().enumerate() {
            let mut sums = [s.splat(0.0); TILE];
            if accumulate {
                sums = load(s, out, part);
            }
            for y in 0..K {
                let row = &rows[y][tile * TILE * T..][..(TILE - 1) * T + K];
                for x in 0..K {
                    for t in 0..TILE {
                        sums[t] = s.fma(s.load(&row[t * T + x], part), weights[y][x], sums[t]);
                    }
                }
            }
            for t in 0..TILE {
                s.store(sums[t], &mut out[t], part);
            }
        }
        for (x, out) in rest.iter_mut().enumerate() {
            let rows = columns(rows, (done + x) * T, K);
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
    // As many sums as there are registers for, beside their factors.
    if S::REGISTERS >= 32 || K < 5 {
        return taps_of_rows::<S, K, T, K>(s, &rows, gradient, sums);
    }
    let (pairs, last) = rows.as_chunks::<2>();
    let (sums, sums_of_last) = sums.split_at_mut(2 * pairs.len() * K);
    for (pair, sums) in pairs.iter().zip(sums.chunks_exact_mut(2 * K)) {
        taps_of_rows::<S, K, T, 2>(s, pair, gradient, sums);
    }
    taps_of_rows::<S, K, T, 1>(s, last, gradient, sums_of_last);
}

/// The sums over the images of each lane of [`taps`]; 0 from K×K on.
#[inline(always)]
pub fn sums_of_taps<S: Simd>(s: S, taps: &[Lane]) -> [f32; 25] {
    let mut sums = [0.0; 25];
    for (sum, lane) in sums.iter_mut().zip(taps) {
        *sum = s.sum(lane);
    }
    sums
}

/// [`taps`] of R rows.
#[inline(always)]
fn taps_of_rows<S: Simd, const K: usize, const T: usize, const R: usize>(
    s: S,
    rows: &[&[Lane]],
    gradient: &[Lane],
    sums: &mut [Lane],
) {
    let (rows, sums) = (&rows[..R], &mut sums[..R * K]);
    for part in s.parts() {
        let mut own = [[s.splat(0.0); K]; R];
        for y in 0..R {
            for x in 0..K {
                own[y][x] = s.load(&sums[y * K + x], part);
            }
        }
        for (t, gradient) in gradient.iter().enumerate() {
            let gradient = s.load(gradient, part);
            for y in 0..R {
                let row = &rows[y][t * T..][..K];
                for x in 0..K {
                    own[y][x] = s.fma(s.load(&row[x], part), gradient, own[y][x]);
                }
            }
        }
        for y in 0..R {
            for x in 0..K {
                s.store(own[y][x], &mut sums[y * K + x], part);
            }
        }
    }
}

/// The gradient of one padded row that [`correlate`] reads: `below` (+)= Σ over rows of gradients, each with its
/// row of weights. `below` has T columns per step, and the rows of gradients have (K−1)/T columns of padding before
/// the first gradient.
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
        // The K weights of a row contribute to the T columns in turn.
        let mut sums = [[s.splat(0.0); N]; T];
        if accumulate {
            for r in 0..T {
                for n in 0..N {
                    sums[r][n] = s.load(&below[n * T + r], part);
                }
            }
        }
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
