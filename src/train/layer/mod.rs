//! Every operation on lanes, forwards and backwards.
//!
//! Units of work are planes or groups of planes. What is summed over units is summed in their
//! order, so results do not depend on the number of threads.

mod convolve;
mod elementwise;
mod norm;
mod squeeze_excite;

pub use elementwise::add_to;

use super::lanes::LaneMap;
use super::simd::Lane;
use crate::graph::{Kind, Op};
use rayon::prelude::*;
use std::rc::Rc;

/// What a backward pass needs to know of the forward one.
pub enum Saved {
    /// Input, values before the norm, output, and the batch's statistics (where there is a norm).
    Convolution { input: Rc<LaneMap>, raw: Option<Rc<LaneMap>>, output: Rc<LaneMap>, statistics: Vec<norm::Statistics> },
    /// Input and what led to the gates.
    SqueezeExcite { input: Rc<LaneMap>, gates: Vec<squeeze_excite::Gates> },
    /// Nothing.
    Add,
    /// Input and output.
    Pool { input: Rc<LaneMap>, output: Rc<LaneMap> },
}

/// Running statistics of a batch-normalised operation after a training step: mean and variance.
pub type Running = (Vec<f32>, Vec<f32>);

/// What a forward pass yields.
pub struct Forward {
    /// The output.
    pub output: Rc<LaneMap>,
    /// What the backward pass will need; `None` in evaluation.
    pub saved: Option<Saved>,
    /// New running statistics, in training with batch norm.
    pub running: Option<Running>,
}

/// The values of an operation's parameters, in the order of [`Op::params`].
pub type Values<'a> = &'a [Vec<f32>];

/// The output of `op` for `input` (and `skip`), in training or evaluation mode.
pub fn forward(
    op: &Op,
    input: &Rc<LaneMap>,
    skip: Option<&Rc<LaneMap>>,
    values: Values<'_>,
    training: bool,
) -> Forward {
    match &op.kind {
        Kind::Conv(conv) => {
            let raw = convolve::conv(conv.window, input, &values[0], op.output);
            norm::finish(raw, input, conv.norm, conv.activation, &values[1..], training)
        }
        Kind::Depthwise(depthwise) => {
            let raw = convolve::depthwise(depthwise.window, input, &values[0], op.output);
            norm::finish(raw, input, depthwise.norm, depthwise.activation, &values[1..], training)
        }
        Kind::SqueezeExcite(_) => squeeze_excite::forward(input, values),
        Kind::Add(_) => {
            let output = Rc::new(elementwise::add(input, skip.unwrap_or(input)));
            Forward { output, saved: Some(Saved::Add), running: None }
        }
        Kind::GlobalPool(pool) => {
            let output = Rc::new(elementwise::global_pool(pool.pool, input));
            Forward { saved: Some(Saved::Pool { input: input.clone(), output: output.clone() }), output, running: None }
        }
        Kind::Dense(_) => unreachable!("the head is computed on tensors of dfdx"),
    }
}

/// The gradients of `op`'s parameters (in the order of [`Op::params`]; running statistics have
/// none) and of its input, given that of its output. Without `wanted` the latter is left out.
pub fn backward(
    op: &Op,
    saved: Saved,
    gradient: LaneMap,
    values: Values<'_>,
    wanted: bool,
) -> (Vec<Vec<f32>>, Option<LaneMap>) {
    match (&op.kind, saved) {
        (Kind::Conv(conv), Saved::Convolution { input, raw, output, statistics }) => {
            let (gradient, mut gradients) = norm::backward(
                gradient,
                raw.as_deref(),
                &output,
                conv.norm,
                conv.activation,
                &values[1..],
                &statistics,
            );
            gradients.insert(0, convolve::conv_weights(conv.window, &input, &gradient));
            let below = wanted.then(|| convolve::conv_input(conv.window, &gradient, &values[0], op.input));
            (gradients, below)
        }
        (Kind::Depthwise(depthwise), Saved::Convolution { input, raw, output, statistics }) => {
            let (gradient, mut gradients) = norm::backward(
                gradient,
                raw.as_deref(),
                &output,
                depthwise.norm,
                depthwise.activation,
                &values[1..],
                &statistics,
            );
            gradients.insert(0, convolve::depthwise_weights(depthwise.window, &input, &gradient));
            let below = wanted.then(|| convolve::depthwise_input(depthwise.window, &gradient, &values[0], op.input));
            (gradients, below)
        }
        (Kind::SqueezeExcite(_), Saved::SqueezeExcite { input, gates }) => {
            squeeze_excite::backward(&input, &gates, &gradient, values)
        }
        (Kind::GlobalPool(pool), Saved::Pool { input, output }) => {
            (Vec::new(), Some(elementwise::global_pool_input(pool.pool, &input, &output, &gradient)))
        }
        (_, _) => (Vec::new(), Some(gradient)),
    }
}

/// Lane operations that are worth a task of their own.
const TASK: usize = 16_384;

/// How many units of `cost` lane operations make a task.
fn grain(cost: usize) -> usize {
    (TASK / cost.max(1)).max(1)
}

/// Calls `work` for every plane of `map`, with its number.
fn each_plane(map: &mut LaneMap, cost: usize, work: impl Fn(usize, &mut [Lane]) + Sync + Send) {
    let pixels = map.shape.pixels();
    map.values
        .par_chunks_exact_mut(pixels)
        .enumerate()
        .with_min_len(grain(pixels * cost))
        .for_each(|(unit, plane)| work(unit, plane));
}

/// What `work` yields for each of `units`, in order.
fn map_units<T: Send>(units: usize, cost: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    (0..units).into_par_iter().with_min_len(grain(cost)).map(work).collect()
}
