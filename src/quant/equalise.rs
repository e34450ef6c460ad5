//! Channels that a depthwise convolution reads, made about equally large.
//!
//! A map has one step for all its channels. A nearly silent one spends it on a few bytes, and the
//! depthwise filter behind it, whose batch norm makes up for the silence, amplifies the rounding
//! and may reach sums that leave fewer than 16 fractional bits. k·x through a filter divided by k
//! is x through the filter, so the channel may be made larger by the layer before (Nagel et al.
//! 2019, arXiv 1906.04721). Only maps that nobody else reads can be changed so. The other way, of
//! the channels that a pointwise convolution reads, logits got 0.7 dB worse on five trained nets:
//! each of its filters has one step for all of its weights.

use super::calibrate::Calibration;
use crate::config::Activation;
use crate::graph::{Graph, OpId, Source, Weights};

/// A channel becomes at most this much larger. One that is silent would be made of noise, and what
/// its filter loses by a factor the layer before has to bear.
const MOST: f64 = 16.0;
/// How much of the map's range a channel fills: images that were not seen may go beyond.
const FILL: f64 = 0.9;
/// Where ReLU6 ends.
const SIX: f64 = 6.0;

/// `weights` of the folded `graph` for the same function of every image that keeps to what
/// `calibration` saw of them; beyond, ReLU6 may clip.
#[must_use]
pub fn equalised(graph: &Graph, weights: &Weights, calibration: &Calibration) -> Weights {
    let mut weights = weights.clone();
    for op in &graph.ops {
        let Some(depthwise) = op.layer().filter(|layer| layer.is_depthwise) else { continue };
        let Source::Op(from) = op.inputs[0] else { continue };
        let first = &graph.ops[from.0];
        let Some(before) = first.layer().filter(|layer| !layer.is_depthwise) else { continue };
        if readers(graph, from) > 1 {
            continue;
        }
        let factors = factors(calibration.extremes(from), first.activation());
        let inverse: Vec<f64> = factors.iter().map(|factor| 1.0 / factor).collect();
        scale(&mut weights, &before.weight(&first.name), &factors);
        scale(&mut weights, &before.bias(&first.name), &factors);
        scale(&mut weights, &depthwise.weight(&op.name), &inverse);
    }
    weights
}

fn readers(graph: &Graph, id: OpId) -> usize {
    graph.ops.iter().flat_map(|op| &op.inputs).filter(|source| **source == Source::Op(id)).count()
}

/// How much larger each channel of a map may be, at least 1.
fn factors(extremes: &[(f64, f64)], activation: Activation) -> Vec<f64> {
    let least = extremes.iter().map(|range| range.0).fold(0.0, f64::min);
    let largest = extremes.iter().map(|range| range.1).fold(0.0, f64::max);
    let largest = if activation == Activation::Relu6 { largest.min(SIX) } else { largest };
    // A side that a channel does not use does not bound it.
    let room = |whole: f64, part: f64| if part == 0.0 { f64::INFINITY } else { whole / part };
    let factor = |range: &(f64, f64)| (FILL * room(least, range.0).min(room(largest, range.1))).clamp(1.0, MOST);
    extremes.iter().map(factor).collect()
}

/// Multiplies the values of each output channel of a parameter, where there is one of this name.
fn scale(weights: &mut Weights, name: &str, factors: &[f64]) {
    let Some(tensor) = weights.get_mut(name) else { return };
    let each = tensor.values.len() / factors.len();
    for (values, factor) in tensor.values.chunks_mut(each).zip(factors) {
        for value in values {
            *value = (f64::from(*value) * factor) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_factors(ranges: &[(f64, f64)], activation: Activation, wanted: &[f64]) {
        let found = factors(ranges, activation);
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?} {wanted:?}");
    }

    #[test]
    fn quiet_channels_fill_the_range_of_the_loud_ones() {
        let ranges = [(0.0, 4.0), (0.0, 0.9), (0.0, 3.9), (0.0, 0.0), (0.0, 0.01)];
        assert_factors(&ranges, Activation::Relu, &[1.0, 4.0, 1.0, MOST, MOST]);
        // A map has no more than ReLU6 lets through, whatever rounding made of it.
        assert_factors(&[(0.0, 6.1), (0.0, 2.7)], Activation::Relu6, &[1.0, 2.0]);
        // The nearer side counts.
        assert_factors(&[(-2.0, 8.0), (-0.9, 0.1), (0.0, 3.6)], Activation::None, &[1.0, 2.0, 2.0]);
    }
}
