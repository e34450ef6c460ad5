//! The fully connected head.

use super::{Map, Operator, Param, Reads, Role};
use crate::graph::shape::Shape;
use crate::graph::weights::Weights;

/// Every output from every input, with a bias: the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dense {
    /// Classes.
    pub outputs: usize,
}

impl Operator for Dense {
    fn output(&self, _input: Shape) -> Option<Shape> {
        Some(Shape::new(self.outputs, 1, 1))
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let fan_in = input.values();
        vec![
            Param::of(name, "weight", vec![self.outputs, fan_in], Role::Weight { fan_in }),
            Param::of(name, "bias", vec![self.outputs], Role::Bias),
        ]
    }

    fn macs(&self, input: Shape, _output: Shape) -> u64 {
        (input.values() * self.outputs) as u64
    }

    fn reads(&self) -> Reads {
        Reads::Map
    }

    fn in_place(&self) -> bool {
        false
    }

    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let weight = weights.values(&format!("{name}.weight"));
        let bias = weights.values(&format!("{name}.bias"));
        let row = |(row, bias): (&[f32], &f32)| {
            let products = row.iter().zip(&inputs[0].values).map(|(w, x)| f64::from(*w) * f64::from(*x));
            (products.sum::<f64>() + f64::from(*bias)) as f32
        };
        Map { shape: output, values: weight.chunks(inputs[0].values.len()).zip(bias).map(row).collect() }
    }
}
