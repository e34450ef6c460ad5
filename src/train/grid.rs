//! Quantisation grid of an operation in quantisation-aware training.

use super::values::Values;
use crate::graph::{Graph, Norm, Op, Tensor, Weights, WeightsError};
use crate::quant::rounded;

/// Prefix of the grids' tensors in a checkpoint.
const PREFIX: &str = "steps/";

/// The scales of an operation's weights and outputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Scale of each output channel's weights, as a fraction of the channel's largest weight; empty if the
    /// operation has no quantised weights. It is relative because the largest weight continues to grow: a fixed
    /// scale would clip it.
    pub weights: Vec<f32>,
    /// Factor of the weights of each input.
    pub inputs: Vec<f32>,
    /// Mean of each input channel.
    pub means: Vec<f32>,
    /// Scale of each output channel; empty if the output is not rounded. Values outside the current range are not
    /// clipped: the final calibration adapts the range, and a network trained with clipping would depend on it.
    pub steps: Vec<f32>,
}

impl Grid {
    /// The scale of output channel `channel`; 0 if it is not rounded.
    pub fn step(&self, channel: usize) -> f32 {
        self.steps.get(channel).copied().unwrap_or(0.0)
    }

    /// The rounded weights of `op`, and the bias correction of each output channel, to be added after the norm.
    /// Empty if the operation has no weights to round.
    pub fn rounded(&self, op: &Op, values: &Values) -> (Vec<f32>, Vec<f32>) {
        let Some(layer) = op.layer() else { return (Vec::new(), Vec::new()) };
        let (taps, own) = (layer.taps, values.weights());
        let (mut weights, mut lost) = (Vec::with_capacity(own.len()), Vec::with_capacity(self.weights.len()));
        for (channel, (filter, step)) in own.chunks_exact(layer.fan_in()).zip(&self.weights).enumerate() {
            let factor = match op.norm() {
                Norm::Batch { epsilon } => {
                    f64::from(values.gamma()[channel]) / (f64::from(values.variance()[channel]) + epsilon).sqrt()
                }
                Norm::None | Norm::Bias => 1.0,
            };
            let input_of = |at: usize| f64::from(self.inputs[at / taps % self.inputs.len()]);
            let seen = filter.iter().enumerate().map(|(at, weight)| (f64::from(*weight) * factor * input_of(at)).abs());
            let step = f64::from(*step) * seen.fold(0.0, f64::max);
            let mut loss = 0.0;
            for (i, plane) in filter.chunks_exact(taps).enumerate() {
                let step = step / (factor * input_of(i * taps));
                // A channel with γ = 0 has no scale.
                let plane_of = |weight: &f32| f64::from(*weight) / step;
                if plane.iter().all(|weight| plane_of(weight).is_finite()) {
                    let exact: Vec<f64> = plane.iter().map(plane_of).collect();
                    let mean = self.means[if layer.is_depthwise { channel } else { i }];
                    for (weight, byte) in plane.iter().zip(rounded(&exact, 1.0)) {
                        let near = (f64::from(byte) * step) as f32;
                        loss += f64::from(weight - near) * factor * f64::from(mean);
                        weights.push(near);
                    }
                } else {
                    weights.extend(plane);
                }
            }
            lost.push(loss as f32);
        }
        (weights, lost)
    }
}

/// Adds grids to the tensors of a checkpoint.
pub fn to_tensors(grids: &[Grid], tensors: &mut Weights) {
    for (index, grid) in grids.iter().enumerate() {
        let parts = [&grid.weights, &grid.inputs, &grid.means, &grid.steps];
        for (part, values) in parts.into_iter().enumerate() {
            let tensor = Tensor { shape: vec![values.len()], values: values.clone() };
            tensors.insert(format!("{PREFIX}{index:05}/{part}"), tensor);
        }
    }
}

/// Reads the grids from the bytes of a checkpoint; empty if there are none.
///
/// # Errors
/// If the bytes are damaged.
pub fn from_bytes(bytes: &[u8], graph: &Graph) -> Result<Vec<Grid>, WeightsError> {
    let tensors = Weights::with_prefix(bytes, PREFIX)?;
    if tensors.iter().next().is_none() {
        return Ok(Vec::new());
    }
    let damaged = || WeightsError::Format("the grids of quantisation-aware training are incomplete".into());
    let part = |index: usize, part: usize| -> Result<Vec<f32>, WeightsError> {
        let tensor = tensors.get(&format!("{PREFIX}{index:05}/{part}")).ok_or_else(damaged)?;
        Ok(tensor.values.clone())
    };
    let grid = |(index, op): (usize, &Op)| {
        let grid =
            Grid { weights: part(index, 0)?, inputs: part(index, 1)?, means: part(index, 2)?, steps: part(index, 3)? };
        let channels = op.output.channels;
        let fits = |values: &[f32]| values.is_empty() || values.len() == channels;
        let is_whole = [&grid.weights, &grid.steps].into_iter().all(|values| fits(values))
            && (grid.weights.is_empty() || (!grid.inputs.is_empty() && grid.means.len() == op.input.channels));
        if is_whole { Ok(grid) } else { Err(damaged()) }
    };
    graph.ops.iter().enumerate().map(grid).collect()
}
