//! Cross-layer equalisation of the channels that a depthwise convolution reads.
//!
//! A feature map has one scale for all channels. A channel with small values uses only a few byte values, and the
//! depthwise filter after it, whose batch norm compensates for the small values, amplifies the rounding error and
//! may need sums that leave fewer than 16 fractional bits. Multiplying a channel by k in the previous layer and
//! dividing its depthwise filter by k leaves the function unchanged (Nagel et al. 2019, arXiv 1906.04721). This is
//! only possible for feature maps with a single reader. Equalising the input channels of pointwise convolutions
//! made the logits 0.7 dB worse on five trained networks, because each pointwise filter has one scale for all its
//! weights.

use super::calibrate::Calibration;
use crate::config::Activation;
use crate::graph::{Graph, OpId, Source, Weights};

/// Maximum factor of a channel: the factor amplifies the noise of a channel without signal, and the error moves
/// from the depthwise filter to the previous layer.
const MAX_FACTOR: f64 = 16.0;
/// Fraction of the feature map's range that a channel may fill, as a margin for images outside the calibration set.
const FILL_RATIO: f64 = 0.9;
/// Upper bound of ReLU6.
const RELU6_MAX: f64 = 6.0;

/// `weights` of the folded `graph` with equalised channels. They compute the same function for images within the
/// ranges of `calibration`; ReLU6 may clip larger values.
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

/// The factor of each channel of a feature map, at least 1.
fn factors(extremes: &[(f64, f64)], activation: Activation) -> Vec<f64> {
    let least = extremes.iter().map(|range| range.0).fold(0.0, f64::min);
    let largest = extremes.iter().map(|range| range.1).fold(0.0, f64::max);
    let largest = if activation == Activation::Relu6 { largest.min(RELU6_MAX) } else { largest };
    // A channel without negative (positive) values has no lower (upper) bound.
    let room = |whole: f64, part: f64| if part == 0.0 { f64::INFINITY } else { whole / part };
    let factor =
        |range: &(f64, f64)| (FILL_RATIO * room(least, range.0).min(room(largest, range.1))).clamp(1.0, MAX_FACTOR);
    extremes.iter().map(factor).collect()
}

/// Multiplies each output channel of the parameter `name` by its factor, if the parameter exists.
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
        assert_factors(&ranges, Activation::Relu, &[1.0, 4.0, 1.0, MAX_FACTOR, MAX_FACTOR]);
        // The range is limited to that of ReLU6, also after rounding.
        assert_factors(&[(0.0, 6.1), (0.0, 2.7)], Activation::Relu6, &[1.0, 2.0]);
        // The nearer side counts.
        assert_factors(&[(-2.0, 8.0), (-0.9, 0.1), (0.0, 3.6)], Activation::None, &[1.0, 2.0, 2.0]);
    }
}
