//! What follows a convolution's sums: batch norm or a bias, and the activation.

use super::{Forward, Running, Saved, Values, each_plane, grain, map_units};
use crate::graph::Norm;
use crate::spec::Activation;
use crate::train::kernels::batch_norm::{Apply, Bounds, Gate, InputGradient, Moments, Sums};
use crate::train::kernels::elementwise::Total;
use crate::train::lanes::{LaneMap, images_in};
use crate::train::simd::run;
use rayon::prelude::*;
use std::rc::Rc;

/// Share of a batch's statistics in the running ones, as in PyTorch.
const MOMENTUM: f64 = 0.1;

/// Statistics of one channel over a batch.
#[derive(Debug, Clone, Copy)]
pub struct Statistics {
    mean: f64,
    variance: f64,
}

fn bounds(activation: Activation) -> Bounds {
    match activation {
        Activation::None => Bounds { low: f32::NEG_INFINITY, high: f32::INFINITY },
        Activation::Relu => Bounds { low: 0.0, high: f32::INFINITY },
        Activation::Relu6 => Bounds { low: 0.0, high: 6.0 },
    }
}

/// Norm and activation of `raw`. `values` are γ, β, running mean and variance; or the bias.
pub fn finish(
    raw: LaneMap,
    input: &Rc<LaneMap>,
    norm: Norm,
    activation: Activation,
    values: Values<'_>,
    training: bool,
) -> Forward {
    let channels = raw.shape.channels;
    let save = |raw, output: &Rc<LaneMap>, statistics| {
        training.then(|| Saved::Convolution { input: input.clone(), raw, output: output.clone(), statistics })
    };
    let statistics = match norm {
        Norm::None | Norm::Bias => {
            let bias = |channel: usize| if norm == Norm::Bias { values[0][channel] } else { 0.0 };
            let output = if norm == Norm::None && activation == Activation::None {
                Rc::new(raw)
            } else {
                Rc::new(apply(&raw, activation, |channel| (1.0, bias(channel))))
            };
            return Forward { saved: save(None, &output, Vec::new()), output, running: None };
        }
        Norm::Batch { .. } if training => batch_statistics(&raw),
        Norm::Batch { .. } => {
            let pair =
                |(mean, variance): (&f32, &f32)| Statistics { mean: f64::from(*mean), variance: f64::from(*variance) };
            values[2].iter().zip(&values[3]).map(pair).collect()
        }
    };
    let scales: Vec<(f32, f32)> = (0..channels)
        .map(|c| {
            let scale = f64::from(values[0][c]) / deviation(norm, statistics[c]);
            (scale as f32, (f64::from(values[1][c]) - statistics[c].mean * scale) as f32)
        })
        .collect();
    let output = Rc::new(apply(&raw, activation, |channel| scales[channel]));
    let running = training.then(|| running(&raw, &statistics, values));
    Forward { saved: save(Some(Rc::new(raw)), &output, statistics), output, running }
}

fn deviation(norm: Norm, statistics: Statistics) -> f64 {
    match norm {
        Norm::Batch { epsilon } => (statistics.variance + epsilon).sqrt(),
        Norm::None | Norm::Bias => 1.0,
    }
}

fn apply(raw: &LaneMap, activation: Activation, scale: impl Fn(usize) -> (f32, f32) + Sync + Send) -> LaneMap {
    let (pixels, channels) = (raw.shape.pixels(), raw.shape.channels);
    let bounds = bounds(activation);
    let mut output = raw.pool().map(raw.shape, raw.images);
    let values = &raw.values;
    each_plane(&mut output, 2, |unit, output| {
        let (scale, shift) = scale(unit % channels);
        run(Apply { input: &values[unit * pixels..][..pixels], scale, shift, bounds, output });
    });
    output
}

fn batch_statistics(raw: &LaneMap) -> Vec<Statistics> {
    let (pixels, channels, images) = (raw.shape.pixels(), raw.shape.channels, raw.images);
    let values = &raw.values;
    let units = map_units(raw.blocks() * channels, pixels * 2, |unit| {
        run(Moments { plane: &values[unit * pixels..][..pixels], images: images_in(images, unit / channels) })
    });
    let count = (images * pixels) as f64;
    (0..channels)
        .map(|channel| {
            let own = units.iter().skip(channel).step_by(channels);
            let (sum, squares) = own.fold((0.0, 0.0), |(sum, squares), unit| (sum + unit.0, squares + unit.1));
            let mean = sum / count;
            Statistics { mean, variance: (squares / count - mean * mean).max(0.0) }
        })
        .collect()
}

/// Running statistics after this batch; the variance is the unbiased one, as in PyTorch.
fn running(raw: &LaneMap, statistics: &[Statistics], values: Values<'_>) -> Running {
    let count = (raw.images * raw.shape.pixels()) as f64;
    let unbiased = if count > 1.0 { count / (count - 1.0) } else { 1.0 };
    let blend = |old: &f32, new: f64| ((1.0 - MOMENTUM) * f64::from(*old) + MOMENTUM * new) as f32;
    let means = values[2].iter().zip(statistics).map(|(old, now)| blend(old, now.mean)).collect();
    let variances = values[3].iter().zip(statistics).map(|(old, now)| blend(old, now.variance * unbiased)).collect();
    (means, variances)
}

/// From the gradient of the activation's output to that of the convolution's sums, and the
/// gradients of γ and β, or of the bias.
pub fn backward(
    mut gradient: LaneMap,
    raw: Option<&LaneMap>,
    output: &LaneMap,
    norm: Norm,
    activation: Activation,
    values: Values<'_>,
    statistics: &[Statistics],
) -> (LaneMap, Vec<Vec<f32>>) {
    let (pixels, channels, images) = (output.shape.pixels(), output.shape.channels, output.images);
    let bounds = bounds(activation);
    let Some(raw) = raw else {
        let y = &output.values;
        if activation != Activation::None {
            each_plane(&mut gradient, 2, |unit, gradient| {
                run(Gate { output: &y[unit * pixels..][..pixels], bounds, gradient });
            });
        }
        let gradients = if norm == Norm::Bias { vec![channel_sums(&gradient)] } else { Vec::new() };
        return (gradient, gradients);
    };
    let (x, y) = (&raw.values, &output.values);
    let units: Vec<(f64, f64)> = gradient
        .values
        .par_chunks_exact_mut(pixels)
        .enumerate()
        .with_min_len(grain(pixels * 4))
        .map(|(unit, gradient)| {
            run(Sums {
                input: &x[unit * pixels..][..pixels],
                output: &y[unit * pixels..][..pixels],
                mean: statistics[unit % channels].mean as f32,
                bounds,
                gradient,
            })
        })
        .collect();
    let count = (images * pixels) as f64;
    let (mut scales, mut shifts, mut factors) = (Vec::new(), Vec::new(), Vec::new());
    for channel in 0..channels {
        let own = units.iter().skip(channel).step_by(channels);
        let (sum, products) = own.fold((0.0, 0.0), |(sum, products), unit| (sum + unit.0, products + unit.1));
        let deviation = deviation(norm, statistics[channel]);
        scales.push((products / deviation) as f32);
        shifts.push(sum as f32);
        let a = f64::from(values[0][channel]) / deviation;
        let b = -a * products / (count * deviation * deviation);
        factors.push([a as f32, b as f32, (-a * sum / count) as f32]);
    }
    each_plane(&mut gradient, 3, |unit, gradient| {
        let channel = unit % channels;
        run(InputGradient {
            input: &x[unit * pixels..][..pixels],
            mean: statistics[channel].mean as f32,
            factors: factors[channel],
            images: images_in(images, unit / channels),
            gradient,
        });
    });
    (gradient, vec![scales, shifts])
}

/// The sum of each channel over the batch: the gradient of a bias.
fn channel_sums(gradient: &LaneMap) -> Vec<f32> {
    let (pixels, channels) = (gradient.shape.pixels(), gradient.shape.channels);
    let values = &gradient.values;
    let units =
        map_units(gradient.blocks() * channels, pixels, |unit| run(Total(&values[unit * pixels..][..pixels])).sum());
    (0..channels).map(|channel| units.iter().skip(channel).step_by(channels).sum()).collect()
}
