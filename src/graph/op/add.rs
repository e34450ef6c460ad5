//! Residual addition of a bottleneck.

use super::{Map, Operator, Param, Reads};
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// The sum of two feature maps of the same shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Add;

impl Operator for Add {
    fn describe(&self) -> String {
        "the skip is added".into()
    }

    fn output(&self, input: Shape) -> Option<Shape> {
        Some(input)
    }

    fn params(&self, _name: &str, _input: Shape) -> Vec<Param> {
        Vec::new()
    }

    fn macs(&self, _input: Shape, _output: Shape) -> u64 {
        0
    }

    fn reads(&self) -> Reads {
        Reads::Rows(Window::PIXEL)
    }

    fn reference(&self, _name: &str, _weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let values = inputs[0].values.iter().zip(&inputs[1].values).map(|(a, b)| a + b).collect();
        Map { shape: output, values }
    }
}
