//! Depthwise convolution: one filter per channel.

use super::{FilterLayer, Map, Norm, Operator, Param, Reads, Role, finish, norm_params};
use crate::config::Activation;
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// k×k depthwise convolution without bias, then `norm`, then `activation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Depthwise {
    /// Kernel size, stride and padding.
    pub window: Window,
    /// Batch norm, bias or neither.
    pub norm: Norm,
    /// Activation after the norm.
    pub activation: Activation,
}

impl Operator for Depthwise {
    fn describe(&self) -> String {
        format!("depthwise {}", self.window)
    }

    fn output(&self, input: Shape) -> Option<Shape> {
        Some(Shape::new(input.channels, self.window.outputs(input.height)?, self.window.outputs(input.width)?))
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let kernel = self.window.kernel;
        let role = Role::DepthwiseWeight { fan_in: self.window.taps() };
        let weight = Param::of(name, "weight", vec![input.channels, 1, kernel, kernel], role);
        std::iter::once(weight).chain(norm_params(self.norm, name, input.channels)).collect()
    }

    fn macs(&self, _input: Shape, output: Shape) -> u64 {
        output.values() as u64 * self.window.taps() as u64
    }

    fn filters(&self, input: Shape) -> Vec<FilterLayer> {
        let taps = self.window.taps();
        vec![FilterLayer { prefix: "", outputs: input.channels, channels: 1, taps, is_depthwise: true }]
    }

    fn norm(&self) -> Norm {
        self.norm
    }

    fn set_norm(&mut self, norm: Norm) {
        self.norm = norm;
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn reads(&self) -> Reads {
        Reads::Rows(self.window)
    }

    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let input = inputs[0];
        let kernel = self.window.kernel;
        let weight = weights.values(&format!("{name}.weight"));
        let mut map = Map::zeros(output);
        for c in 0..output.channels {
            for y in 0..output.height {
                let (rows, first_row) = self.window.reach(y, input.shape.height);
                for x in 0..output.width {
                    let (columns, first_column) = self.window.reach(x, input.shape.width);
                    let mut sum = 0.0;
                    for (ky, row) in rows.clone().enumerate() {
                        for (kx, column) in columns.clone().enumerate() {
                            let factor = weight[(c * kernel + first_row + ky) * kernel + first_column + kx];
                            sum += f64::from(factor) * f64::from(input.at(c, row, column));
                        }
                    }
                    map.values[(c * output.height + y) * output.width + x] =
                        finish(sum, c, name, self.norm, self.activation, weights);
                }
            }
        }
        map
    }
}
