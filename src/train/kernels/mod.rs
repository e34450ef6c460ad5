//! The kernels: functions on lanes, each for one unit of work.
//!
//! A feature map of `blocks` × 16 images is stored as `[block][channel][row][column]` of lanes, as written by a
//! convolution: norm and activation are applied when it is read. A unit is a band of one plane, or of all planes of
//! a block. The units do not depend on the number of threads, and sums over units are computed in their order.
#![expect(clippy::inline_always, reason = "a kernel must be compiled for the instruction set it runs on")]
pub mod conv;
pub mod depthwise;
pub mod elementwise;
mod planes;
pub mod pointwise;
pub mod rows;
mod windows;

pub use planes::Planes;

use crate::train::simd::{Lane, Part, Simd};

/// Loads the same part of the first N of `lanes`.
// Kernels fill arrays in loops: the closure of `array::from_fn` or `map` may become a function of its own, which
// lacks the instruction set, so that every load in it is a call.
#[inline(always)]
fn load<S: Simd, const N: usize>(s: S, lanes: &[Lane], part: Part<S>) -> [S::V; N] {
    let lanes = &lanes[..N];
    let mut values = [s.splat(0.0); N];
    for i in 0..N {
        values[i] = s.load(&lanes[i], part);
    }
    values
}

/// Evaluates an expression with kernel size and stride as constants.
macro_rules! sized {
    ($window:expr, |$k:ident, $t:ident| $work:expr) => {{
        macro_rules! at {
            ($side:literal, $stride:literal) => {{
                const $k: usize = $side;
                const $t: usize = $stride;
                $work
            }};
        }
        match ($window.kernel, $window.stride) {
            (1, 1) => at!(1, 1),
            (1, 2) => at!(1, 2),
            (1, _) => at!(1, 3),
            (3, 1) => at!(3, 1),
            (3, 2) => at!(3, 2),
            (3, _) => at!(3, 3),
            (_, 1) => at!(5, 1),
            (_, 2) => at!(5, 2),
            (_, _) => at!(5, 3),
        }
    }};
}
use sized;
