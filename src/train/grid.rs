//! The steps of the integers that an operation learns to be.

use super::values::Values;
use crate::graph::{Graph, Norm, Op, Tensor, Weights, WeightsError};
use crate::quant::rounded;

/// Where steps stand in a checkpoint.
const PREFIX: &str = "steps/";

/// The steps of an operation's weights and of what it makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// A step of each output channel's weights, as a share of the largest of them; empty where the
    /// operation has no weights that a step could be given. A share, as the largest weight goes on
    /// growing: steps that stay as they are would clip it, and it would grow behind the clip.
    pub weights: Vec<f32>,
    /// What the weights to each input are multiplied by before.
    pub inputs: Vec<f32>,
    /// The mean of each channel of the input.
    pub means: Vec<f32>,
    /// A step of each channel of the output; empty where it is not rounded. Values beyond what bytes
    /// span now are not clipped: calibration will make room for them, and a network that learned
    /// with a clip would lean on it.
    pub steps: Vec<f32>,
}

impl Grid {
    /// The step of channel `channel` of the output; 0 where it is not rounded.
    pub fn step(&self, channel: usize) -> f32 {
        self.steps.get(channel).copied().unwrap_or(0.0)
    }

    /// The weights of `op` as integers will have them, and what is added to each output channel, behind
    /// the norm, because of what they lose. Empty where the operation has no weights to round.
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
                // A channel that batch norm has silenced has no steps.
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

/// Grids as tensors of a checkpoint.
pub fn to_tensors(grids: &[Grid], tensors: &mut Weights) {
    for (index, grid) in grids.iter().enumerate() {
        let parts = [&grid.weights, &grid.inputs, &grid.means, &grid.steps];
        for (part, values) in parts.into_iter().enumerate() {
            let tensor = Tensor { shape: vec![values.len()], values: values.clone() };
            tensors.insert(format!("{PREFIX}{index:05}/{part}"), tensor);
        }
    }
}

/// The grids in a checkpoint's bytes; empty where it has none.
///
/// # Errors
/// Where the bytes are damaged.
pub fn from_bytes(bytes: &[u8], graph: &Graph) -> Result<Vec<Grid>, WeightsError> {
    let tensors = Weights::with_prefix(bytes, PREFIX)?;
    if tensors.iter().next().is_none() {
        return Ok(Vec::new());
    }
    let damaged = || WeightsError::Format("the steps of a training for integers are not whole".into());
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
