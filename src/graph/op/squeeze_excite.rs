//! Squeeze-and-excitation (arXiv 1709.01507): scales each channel by a gate that depends on all channels.

use super::{FilterLayer, Map, Operator, Param, Reads, Role};
use crate::graph::shape::Shape;
use crate::graph::weights::Weights;

/// Channel means, dense layer to `hidden` units, ReLU, dense layer to all channels, sigmoid, multiplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqueezeExcite {
    /// Number of hidden units: max(1, C / ratio).
    pub hidden: usize,
}

impl Operator for SqueezeExcite {
    fn describe(&self) -> String {
        format!("squeeze-and-excitation through {} units", self.hidden)
    }

    fn output(&self, input: Shape) -> Option<Shape> {
        Some(input)
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let channels = input.channels;
        let param = |part, shape, role| Param::of(name, part, shape, role);
        vec![
            param("reduce.weight", vec![self.hidden, channels], Role::Weight { fan_in: channels }),
            param("reduce.bias", vec![self.hidden], Role::Bias),
            param("expand.weight", vec![channels, self.hidden], Role::Weight { fan_in: self.hidden }),
            param("expand.bias", vec![channels], Role::Bias),
        ]
    }

    /// The two dense layers, and one multiplication per value of the feature map.
    fn macs(&self, input: Shape, output: Shape) -> u64 {
        2 * (input.channels * self.hidden) as u64 + output.values() as u64
    }

    fn filters(&self, input: Shape) -> Vec<FilterLayer> {
        let layer = |prefix, outputs, channels| FilterLayer { prefix, outputs, channels, taps: 1, is_depthwise: false };
        vec![layer("reduce.", self.hidden, input.channels), layer("expand.", input.channels, self.hidden)]
    }

    fn reads(&self) -> Reads {
        Reads::Map
    }

    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let input = inputs[0];
        let pixels = input.shape.pixels();
        let means: Vec<f64> = input
            .values
            .chunks(pixels)
            .map(|channel| channel.iter().copied().map(f64::from).sum::<f64>() / pixels as f64)
            .collect();
        let dense = |part: &str, from: &[f64]| -> Vec<f64> {
            let weight = weights.values(&format!("{name}.{part}.weight"));
            let bias = weights.values(&format!("{name}.{part}.bias"));
            let row = |(row, bias): (&[f32], &f32)| {
                row.iter().zip(from).map(|(w, x)| f64::from(*w) * x).sum::<f64>() + f64::from(*bias)
            };
            weight.chunks(from.len()).zip(bias).map(row).collect()
        };
        let hidden: Vec<f64> = dense("reduce", &means).into_iter().map(|x| x.max(0.0)).collect();
        let gates: Vec<f64> = dense("expand", &hidden).into_iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
        let scale = |(i, value): (usize, &f32)| (f64::from(*value) * gates[i / pixels]) as f32;
        Map { shape: output, values: input.values.iter().enumerate().map(scale).collect() }
    }
}
