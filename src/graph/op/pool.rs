//! Global pooling.

use super::{Map, Operator, Param, Reads};
use crate::config::Pool;
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// Reduces each channel to one value: maximum or mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalPool {
    /// Maximum or mean.
    pub pool: Pool,
}

impl Operator for GlobalPool {
    fn describe(&self) -> String {
        "pool".into()
    }

    fn output(&self, input: Shape) -> Option<Shape> {
        Some(Shape::new(input.channels, 1, 1))
    }

    fn params(&self, _name: &str, _input: Shape) -> Vec<Param> {
        Vec::new()
    }

    fn macs(&self, _input: Shape, _output: Shape) -> u64 {
        0
    }

    /// Each row updates a running maximum or sum.
    fn reads(&self) -> Reads {
        Reads::Rows(Window::PIXEL)
    }

    fn pool(&self) -> Option<Pool> {
        Some(self.pool)
    }

    fn reference(&self, _name: &str, _weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let pixels = inputs[0].shape.pixels();
        let pool = |channel: &[f32]| match self.pool {
            Pool::Max => channel.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            Pool::Avg => (channel.iter().copied().map(f64::from).sum::<f64>() / pixels as f64) as f32,
        };
        Map { shape: output, values: inputs[0].values.chunks(pixels).map(pool).collect() }
    }
}
