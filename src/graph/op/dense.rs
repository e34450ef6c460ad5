//! Dense layers: the head, and hidden layers before it.

use super::{FilterLayer, Map, Norm, Operator, Param, Reads, Role, finish, norm_params};
use crate::config::Activation;
use crate::graph::shape::{Shape, Window};
use crate::graph::weights::Weights;

/// Dense layer on an input of 1×1 pixel, then `norm`, then `activation`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dense {
    /// Number of outputs; for the head, of classes.
    pub outputs: usize,
    /// Batch norm, bias or neither.
    pub norm: Norm,
    /// Activation after the norm.
    pub activation: Activation,
}

impl Dense {
    /// The head of a network for `classes` classes, with bias and without activation. Its outputs are the logits.
    #[must_use]
    pub const fn logits(classes: usize) -> Self {
        Self { outputs: classes, norm: Norm::Bias, activation: Activation::None }
    }

    /// A hidden layer with `units` outputs, a bias and `activation`.
    #[must_use]
    pub const fn hidden(units: usize, activation: Activation) -> Self {
        Self { outputs: units, norm: Norm::Bias, activation }
    }
}

impl Operator for Dense {
    fn describe(&self) -> String {
        "fully connected".into()
    }

    /// `None` for an input of several pixels, which must be pooled first.
    fn output(&self, input: Shape) -> Option<Shape> {
        (input.pixels() == 1).then_some(Shape::new(self.outputs, 1, 1))
    }

    fn params(&self, name: &str, input: Shape) -> Vec<Param> {
        let fan_in = input.channels;
        let weight = Param::of(name, "weight", vec![self.outputs, fan_in], Role::Weight { fan_in });
        std::iter::once(weight).chain(norm_params(self.norm, name, self.outputs)).collect()
    }

    fn macs(&self, input: Shape, _output: Shape) -> u64 {
        (input.channels * self.outputs) as u64
    }

    fn filters(&self, input: Shape) -> Vec<FilterLayer> {
        vec![FilterLayer { prefix: "", outputs: self.outputs, channels: input.channels, taps: 1, is_depthwise: false }]
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
        Reads::Rows(Window::PIXEL)
    }

    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map {
        let weight = weights.values(&format!("{name}.weight"));
        let row = |(unit, row): (usize, &[f32])| {
            let products = row.iter().zip(&inputs[0].values).map(|(w, x)| f64::from(*w) * f64::from(*x));
            finish(products.sum(), unit, name, self.norm, self.activation, weights)
        };
        Map { shape: output, values: weight.chunks(inputs[0].values.len()).enumerate().map(row).collect() }
    }
}
