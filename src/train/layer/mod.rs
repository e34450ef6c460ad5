//! Every operation on lanes, forwards and backwards.
//!
//! What is summed over units of work is summed in their order, so results do not depend on the
//! number of threads.

mod activations;
mod convolve;
mod depthwise;
mod elementwise;
mod norm;
mod pointwise;
mod squeeze_excite;
mod units;

pub use activations::{Activations, Flow};

use super::aware::Grid;
use super::kernels::rows::Read;
use super::lanes::LaneMap;
use super::simd::Lane;
use crate::graph::{Kind, Op, Window};
use std::sync::Arc;

/// What a backward pass needs to know of the forward one.
pub enum Saved {
    /// Input, output, and the batch's statistics (where there is a norm).
    Convolution {
        input: Arc<Activations>,
        output: Arc<Activations>,
        statistics: Vec<norm::Statistics>,
        read: Option<convolve::Padded>,
    },
    /// Input, its values as they are read, and what led to the gates.
    SqueezeExcite { input: Arc<Activations>, values: LaneMap, gates: Vec<squeeze_excite::Gates> },
    /// Both inputs.
    Add { input: Arc<Activations>, skip: Arc<Activations> },
    /// Input and output.
    Pool { input: Arc<Activations>, output: Arc<Activations> },
}

/// Running statistics of a batch-normalised operation after a training step: mean and variance.
pub type Running = (Vec<f32>, Vec<f32>);

/// What a forward pass yields.
pub struct Forward {
    /// The output.
    pub output: Arc<Activations>,
    /// What the backward pass will need.
    pub saved: Saved,
    /// New running statistics, in training with batch norm.
    pub running: Option<Running>,
}

/// The values of an operation's parameters, in the order of [`Op::params`].
pub type Values<'a> = &'a [Vec<f32>];

/// What a forward pass is for.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// Answers, with running statistics.
    Evaluate,
    /// Learning, with the batch's statistics.
    Train,
    /// Learning what the integers will do.
    /// And what is added to each output channel because of the rounding of its weights.
    Aware(&'a Grid, &'a [f32]),
}

/// The output of `op` for `input` (and `skip`).
pub fn forward(
    op: &Op,
    input: &Arc<Activations>,
    skip: Option<&Arc<Activations>>,
    values: Values<'_>,
    mode: Mode<'_>,
) -> Forward {
    let plain = |map| {
        let mut made = Activations::plain(map);
        if let Mode::Aware(grid, _) = mode {
            for (channel, read) in made.reads.iter_mut().enumerate() {
                *read = Read { step: grid.step(channel), ..*read };
            }
        }
        Arc::new(made)
    };
    let (raw, sums, norm, activation, read) = match &op.kind {
        Kind::Conv(conv) if conv.window == Window::PIXEL => {
            let (raw, sums) = pointwise::forward(input, &values[0], op.output);
            (raw, sums, conv.norm, conv.activation, None)
        }
        Kind::Conv(conv) => {
            let (raw, sums, read) = convolve::forward(conv.window, input, &values[0], op.output);
            (raw, sums, conv.norm, conv.activation, Some(read))
        }
        Kind::Depthwise(depthwise) => {
            let (raw, sums) = depthwise::forward(depthwise.window, input, &values[0], op.output);
            (raw, sums, depthwise.norm, depthwise.activation, None)
        }
        Kind::SqueezeExcite(_) => {
            let own = input.written_out();
            let (output, gates) = squeeze_excite::forward(&own, values);
            let saved = Saved::SqueezeExcite { input: input.clone(), values: own, gates };
            return Forward { output: plain(output), saved, running: None };
        }
        Kind::Add(_) => {
            let skip = skip.unwrap_or(input);
            let saved = Saved::Add { input: input.clone(), skip: skip.clone() };
            return Forward { output: plain(elementwise::add(input, skip)), saved, running: None };
        }
        Kind::GlobalPool(pool) => {
            let output = plain(elementwise::global_pool(pool.pool, input));
            let saved = Saved::Pool { input: input.clone(), output: output.clone() };
            return Forward { output, saved, running: None };
        }
        Kind::Dense(_) => unreachable!("the head is computed on tensors of dfdx"),
    };
    let (output, statistics, running) = norm::finish(raw, &sums, norm, activation, &values[1..], mode);
    let output = Arc::new(output);
    let saved = Saved::Convolution { input: input.clone(), output: output.clone(), statistics, read };
    Forward { output, saved, running }
}

/// What a backward pass yields.
pub struct Backward {
    /// The gradients of the parameters, in the order of [`Op::params`]; running statistics have none.
    pub parameters: Vec<Vec<f32>>,
    /// The gradient of the input, where it was wanted.
    pub input: Option<Flow>,
    /// The gradient of the second input.
    pub skip: Option<Flow>,
}

/// The gradients of what `op` was made of, given that of its output. Without `wanted` that of its
/// input is left out.
pub fn backward(op: &Op, saved: Saved, flow: Flow, values: Values<'_>, wanted: bool) -> Backward {
    let of_input = |input| Backward { parameters: Vec::new(), input: Some(input), skip: None };
    match saved {
        Saved::Convolution { input, output, statistics, read } => {
            let output = &output.map;
            let count = (output.images * output.shape.pixels()) as f64;
            let norm = match &op.kind {
                Kind::Conv(conv) => conv.norm,
                Kind::Depthwise(depthwise) => depthwise.norm,
                _ => unreachable!("only convolutions save this"),
            };
            let (pulls, mut parameters) = norm::backward(&flow.sums, count, norm, &values[1..], &statistics);
            let weights = &values[0];
            let (own, input) = match (&op.kind, read) {
                (Kind::Depthwise(depthwise), _) => {
                    let (own, below) = depthwise::backward(depthwise.window, &input, output, &flow, &pulls, weights);
                    (own, Some(below))
                }
                (Kind::Conv(conv), Some(read)) => {
                    convolve::backward(conv.window, (&input, &read), output, &flow, &pulls, weights, wanted)
                }
                (_, _) => pointwise::backward(&input, output, &flow, &pulls, weights, wanted),
            };
            parameters.insert(0, own);
            Backward { parameters, input, skip: None }
        }
        Saved::SqueezeExcite { input, values: own, gates } => {
            let (parameters, below) = squeeze_excite::backward(&own, &gates, &flow.map, values);
            Backward { parameters, input: Some(input.gate(below)), skip: None }
        }
        Saved::Add { input, skip } => {
            let mut copy = flow.map.pool().map(flow.map.shape, flow.map.images);
            copy.values.copy_from_slice(&flow.map.values);
            Backward { skip: Some(skip.gate(copy)), ..of_input(input.gate(flow.map)) }
        }
        Saved::Pool { input, output } => match &op.kind {
            Kind::GlobalPool(pool) => {
                of_input(elementwise::global_pool_input(pool.pool, &input, &output.map, &flow.map))
            }
            _ => unreachable!("only pooling saves this"),
        },
    }
}
