//! Batch norm (arXiv 1502.03167) or bias, and activation, after a convolution. No feature map is changed: the
//! forward pass gives the operations to apply on load, the backward pass the coefficients of the gradient.

use super::activations::Activations;
use super::pass::{Mode, Running};
use crate::config::Activation;
use crate::graph::Norm;
use crate::train::kernels::rows::{BatchNormGrad, Bounds, NormAct};
use crate::train::lanes::LaneMap;
use crate::train::values::Values;

/// Weight of a batch's statistics in the running statistics, as in PyTorch.
const MOMENTUM: f64 = 0.1;

/// Statistics of one channel over a batch.
#[derive(Debug, Clone, Copy)]
pub struct Statistics {
    mean: f64,
    variance: f64,
}

impl Statistics {
    fn deviation(self, epsilon: f64) -> f64 {
        (self.variance + epsilon).sqrt()
    }
}

const fn bounds(activation: Activation) -> Bounds {
    match activation {
        Activation::None => NormAct::PLAIN.bounds,
        Activation::Relu => Bounds { low: 0.0, high: f32::INFINITY },
        Activation::Relu6 => Bounds { low: 0.0, high: 6.0 },
    }
}

/// The norm and activation of `raw`, whose channels have the sums Σ and Σ²; in training with batch norm also the
/// statistics used and the new running statistics.
pub fn norm_and_activation(
    raw: LaneMap,
    sums: &[(f64, f64)],
    norm: Norm,
    activation: Activation,
    values: &Values,
    mode: Mode<'_>,
) -> (Activations, Vec<Statistics>, Option<Running>) {
    let bounds = bounds(activation);
    let is_normed = matches!(norm, Norm::Batch { .. });
    let read = |channel: usize, scale: f32, shift: f32| match mode {
        Mode::Aware(grid, lost) => {
            // Batch norm already subtracts the bias correction with the mean.
            let lost = if is_normed { 0.0 } else { lost.get(channel).copied().unwrap_or(0.0) };
            NormAct { scale, shift: shift + lost, bounds, step: grid.step(channel) }
        }
        Mode::Evaluate | Mode::Train => NormAct { scale, shift, bounds, step: 0.0 },
    };
    let Norm::Batch { epsilon } = norm else {
        let shift = |channel: usize| if norm == Norm::Bias { values.bias()[channel] } else { 0.0 };
        let reads = (0..sums.len()).map(|channel| read(channel, 1.0, shift(channel))).collect();
        return (Activations { map: raw, reads, means: vec![0.0; sums.len()] }, Vec::new(), None);
    };
    let count = (raw.images * raw.shape.pixels()) as f64;
    let statistics: Vec<Statistics> = if matches!(mode, Mode::Evaluate) {
        let pair =
            |(mean, variance): (&f32, &f32)| Statistics { mean: f64::from(*mean), variance: f64::from(*variance) };
        values.mean().iter().zip(values.variance()).map(pair).collect()
    } else {
        let of = |(sum, squares): &(f64, f64)| {
            let mean = sum / count;
            Statistics { mean, variance: (squares / count - mean * mean).max(0.0) }
        };
        sums.iter().map(of).collect()
    };
    let normed = |(channel, own): (usize, &Statistics)| {
        let scale = f64::from(values.gamma()[channel]) / own.deviation(epsilon);
        read(channel, scale as f32, (f64::from(values.beta()[channel]) - own.mean * scale) as f32)
    };
    let reads: Vec<NormAct> = statistics.iter().enumerate().map(normed).collect();
    let means = statistics.iter().map(|own| own.mean as f32).collect();
    let running = match mode {
        Mode::Evaluate => None,
        Mode::Train => Some(running(count, &statistics, values)),
        Mode::Aware(_, lost) => {
            // Running statistics are those of the unrounded weights: the deployed bias compensates for the
            // rounding.
            let mut kept = statistics.clone();
            for ((own, read), lost) in kept.iter_mut().zip(&reads).zip(lost) {
                let lost = f64::from(*lost) / f64::from(read.scale);
                own.mean += if lost.is_finite() { lost } else { 0.0 };
            }
            Some(running(count, &kept, values))
        }
    };
    (Activations { map: raw, reads, means }, statistics, running)
}

/// Running statistics after this batch, with the unbiased variance, as in PyTorch.
fn running(count: f64, statistics: &[Statistics], values: &Values) -> Running {
    let unbiased = if count > 1.0 { count / (count - 1.0) } else { 1.0 };
    let blend = |old: &f32, new: f64| ((1.0 - MOMENTUM) * f64::from(*old) + MOMENTUM * new) as f32;
    let means = values.mean().iter().zip(statistics).map(|(old, now)| blend(old, now.mean)).collect();
    let variances =
        values.variance().iter().zip(statistics).map(|(old, now)| blend(old, now.variance * unbiased)).collect();
    (means, variances)
}

/// The coefficients of the gradient before the norm, from the sums Σg and Σg·(x − mean) of the gradient after it,
/// and the gradients of γ and β or of the bias. `count` is the number of values of a channel in the batch.
pub fn backward(
    sums: &[(f64, f64)],
    count: f64,
    norm: Norm,
    values: &Values,
    statistics: &[Statistics],
) -> (Vec<BatchNormGrad>, Vec<Vec<f32>>) {
    let Norm::Batch { epsilon } = norm else {
        let bias = || sums.iter().map(|(sum, _)| *sum as f32).collect();
        return (Vec::new(), if norm == Norm::Bias { vec![bias()] } else { Vec::new() });
    };
    let (mut norm_grads, mut scales, mut shifts) = (Vec::new(), Vec::new(), Vec::new());
    for (((sum, products), own), scale) in sums.iter().zip(statistics).zip(values.gamma()) {
        let deviation = own.deviation(epsilon);
        scales.push((products / deviation) as f32);
        shifts.push(*sum as f32);
        let a = f64::from(*scale) / deviation;
        let b = -a * products / (count * deviation * deviation);
        norm_grads
            .push(BatchNormGrad { mean: own.mean as f32, factors: [a as f32, b as f32, (-a * sum / count) as f32] });
    }
    (norm_grads, vec![scales, shifts])
}
