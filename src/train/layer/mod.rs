//! Every operation on lanes, forwards and backwards.
//!
//! What is summed over units of work is summed in their order, so results do not depend on the
//! number of threads.

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

/// The passes of an operation: the only place of training that matches on kinds.
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

/// What the time of `op` is counted as; the head, which dfdx computes, is counted as its engine instead.
#[must_use]
pub fn family(op: &Op) -> Layer {
    of(&op.kind).family()
}
