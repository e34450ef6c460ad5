//! Standard convolution; pointwise with a 1×1 kernel.

use super::{FilterLayer, Map, Norm, Operator, Param, Reads, Role, finish, norm_params};
use crate::config::Activation;
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// k×k convolution without bias, then `norm`, then `activation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv {
    /// Output channels.
    pub filters: usize,
    /// Kernel size, stride and padding.
    pub window: Window,
    /// Batch norm, bias or neither.
    pub norm: Norm,
    /// Activation after the norm.
    pub activation: Activation,
}

impl Operator for Conv {
    fn describe(&self) -> String {
        if self.window == Window::PIXEL { "pointwise".into() } else { format!("convolution {}", self.window) }
    }

    fn output(&self, input: Shape) -> Option<Shape> {
        Some(Shape::new(self.filters, self.window.outputs(input.height)?, self.window.outputs(input.width)?))
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let kernel = self.window.kernel;
        let role = Role::Weight { fan_in: input.channels * self.window.taps() };
        let weight = Param::of(name, "weight", vec![self.filters, input.channels, kernel, kernel], role);
        std::iter::once(weight).chain(norm_params(self.norm, name, self.filters)).collect()
    }

    fn macs(&self, input: Shape, output: Shape) -> u64 {
        output.values() as u64 * (input.channels * self.window.taps()) as u64
    }

    fn filters(&self, input: Shape) -> Vec<FilterLayer> {
        let taps = self.window.taps();
        vec![FilterLayer { prefix: "", outputs: self.filters, channels: input.channels, taps, is_depthwise: false }]
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
        for o in 0..output.channels {
            for y in 0..output.height {
                let (rows, first_row) = self.window.reach(y, input.shape.height);
                for x in 0..output.width {
                    let (columns, first_column) = self.window.reach(x, input.shape.width);
                    let mut sum = 0.0;
                    for i in 0..input.shape.channels {
                        for (ky, row) in rows.clone().enumerate() {
                            for (kx, column) in columns.clone().enumerate() {
                                let tap = ((o * input.shape.channels + i) * kernel + first_row + ky) * kernel;
                                let factor = weight[tap + first_column + kx];
                                sum += f64::from(factor) * f64::from(input.at(i, row, column));
                            }
                        }
                    }
                    map.values[(o * output.height + y) * output.width + x] =
                        finish(sum, o, name, self.norm, self.activation, weights);
                }
            }
        }
        map
    }
}
