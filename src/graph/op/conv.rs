//! Standard convolution; with a kernel of 1 it is the pointwise one.

use super::{Map, Norm, Operator, Param, Reads, Role, finish, norm_params};
use crate::config::Activation;
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// k×k convolution without bias, then `norm`, then `activation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv {
    /// Output channels.
    pub filters: usize,
    /// How the kernel moves.
    pub window: Window,
    /// What follows the sum.
    pub norm: Norm,
    /// What follows that.
    pub activation: Activation,
}

impl Operator for Conv {
    fn output(&self, input: Shape) -> Option<Shape> {
        Some(Shape::new(self.filters, self.window.outputs(input.height)?, self.window.outputs(input.width)?))
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let kernel = self.window.kernel;
        let role = Role::Weight { fan_in: input.channels * kernel * kernel };
        let weight = Param::of(name, "weight", vec![self.filters, input.channels, kernel, kernel], role);
        std::iter::once(weight).chain(norm_params(self.norm, name, self.filters)).collect()
    }

    fn macs(&self, input: Shape, output: Shape) -> u64 {
        output.values() as u64 * (input.channels * self.window.kernel.pow(2)) as u64
    }

    fn reads(&self) -> Reads {
        Reads::Rows(self.window)
    }

    fn in_place(&self) -> bool {
        self.window == Window::PIXEL
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
