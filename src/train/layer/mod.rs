//! Forward and backward passes of every operation, on lanes.
//!
//! Sums over units of work are computed in their order, so that results do not depend on the number of threads.

mod activations;
mod convolve;
mod depthwise;
mod elementwise;
mod filters;
mod norm;
mod pass;
mod pointwise;
mod squeeze_excite;
mod units;

pub use activations::{Activations, Flow};
pub use pass::{Backward, Differentiable, Forward, Mode, Pass, Running};

use crate::graph::{Kind, Op};
use crate::train::profile::Layer;

/// The passes of an operation; the only place in training that matches on the kind.
pub fn of(kind: &Kind) -> &dyn Differentiable {
    match kind {
        Kind::Conv(op) => op,
        Kind::Depthwise(op) => op,
        Kind::SqueezeExcite(op) => op,
        Kind::Add(op) => op,
        Kind::GlobalPool(op) => op,
        Kind::Dense(op) => op,
    }
}

/// The profile category of `op`; the head, which dfdx computes, is counted as [`super::Work::Engine`] instead.
#[must_use]
pub fn family(op: &Op) -> Layer {
    of(&op.kind).family()
}
