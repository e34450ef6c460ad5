//! Common parts of all filter layers: products, norm and activation.

use super::activations::{Activations, Flow};
use super::norm;
use super::pass::{Backward, Forward, Gradients, Pass};
use crate::config::Activation;
use crate::graph::{Norm, Shape};
use crate::train::kernels::rows::BatchNormGrad;
use crate::train::lanes::LaneMap;
use crate::train::values::Values;
use std::sync::Arc;

/// Σ and Σ² of each output channel.
pub type Sums = Vec<(f64, f64)>;

/// Input of the backward pass of filters.
#[derive(Clone, Copy)]
pub struct Upstream<'a> {
    /// The output of the forward pass, before the norm.
    pub output: &'a LaneMap,
    /// The gradient after the norm.
    pub flow: &'a Flow,
    /// The gradient of batch norm, per channel; empty without batch norm.
    pub norm_grads: &'a [BatchNormGrad],
    /// The weights.
    pub weights: &'a [f32],
}

/// The parts that differ between pointwise, standard and depthwise convolution.
pub trait Products: Copy + 'static {
    /// Data of the forward pass that the backward pass needs.
    type Kept: 'static;

    /// The output before the norm, and Σ and Σ² of each channel.
    fn forward(self, input: &Arc<Activations>, weights: &[f32], output: Shape) -> (LaneMap, Sums, Self::Kept);

    /// The gradients of the weights and of the input; the latter may be omitted unless `wanted`.
    fn backward(
        self,
        input: &Activations,
        kept: &Self::Kept,
        above: Upstream<'_>,
        wanted: bool,
    ) -> (Vec<f32>, Option<Flow>);
}

/// The forward pass of filters with `norm` and `activation`.
pub fn forward<P: Products>(products: P, norm: Norm, activation: Activation, pass: Pass<'_>) -> Forward {
    let Pass { input, values, output, mode, .. } = pass;
    let (raw, sums, read) = products.forward(input, values.weights(), output);
    let (output, statistics, running) = norm::norm_and_activation(raw, &sums, norm, activation, values, mode);
    let output = Arc::new(output);
    let saved = Saved { products, input: input.clone(), output: output.clone(), read, norm, statistics };
    Forward { output, backward: Box::new(saved), running }
}

/// Data of the forward pass that the backward pass needs.
struct Saved<P: Products> {
    products: P,
    input: Arc<Activations>,
    output: Arc<Activations>,
    read: P::Kept,
    norm: Norm,
    /// The batch's statistics, with batch norm.
    statistics: Vec<norm::Statistics>,
}

impl<P: Products> Backward for Saved<P> {
    fn run(self: Box<Self>, flow: Flow, values: &Values, wanted: bool) -> Gradients {
        let output = &self.output.map;
        let count = (output.images * output.shape.pixels()) as f64;
        let (norm_grads, of_norm) = norm::backward(&flow.sums, count, self.norm, values, &self.statistics);
        let above = Upstream { output, flow: &flow, norm_grads: &norm_grads, weights: values.weights() };
        let (own, input) = self.products.backward(&self.input, &self.read, above, wanted);
        let parameters = std::iter::once(own).chain(of_norm).collect();
        Gradients { parameters, input, skip: None }
    }
}
