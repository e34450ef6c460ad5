//! Squeeze-and-excitation (arXiv 1709.01507), forward and backward. Its dense layers are small, so a block of
//! images is one unit.

use super::activations::{Activations, Flow};
use super::pass::{Backward, Differentiable, Forward, Gradients, Pass};
use super::units::{each_plane, map_units};
use crate::graph::SqueezeExcite;
use crate::train::kernels::elementwise::{Dot, Scale, Total};
use crate::train::kernels::rows::NormAct;
use crate::train::lanes::LaneMap;
use crate::train::profile::Layer as Family;
use crate::train::simd::{Lane, run};
use crate::train::values::Values;
use std::sync::Arc;

impl Differentiable for SqueezeExcite {
    fn family(&self) -> Family {
        Family::SqueezeExcite
    }

    fn forward(&self, pass: Pass<'_>) -> Forward {
        let map = pass.input.written_out();
        let (output, gates) = forward(&map, pass.values);
        let saved = Saved { input: pass.input.clone(), map, gates };
        Forward { output: pass.plain(output), backward: Box::new(saved), running: None }
    }
}

/// The input with norm and activation applied, and the intermediate results of the gates.
struct Saved {
    input: Arc<Activations>,
    map: LaneMap,
    gates: Vec<Gates>,
}

impl Backward for Saved {
    fn run(self: Box<Self>, flow: Flow, values: &Values, _wanted: bool) -> Gradients {
        let (parameters, below) = backward(&self.map, &self.gates, &flow.map, values);
        Gradients { parameters, input: Some(self.input.activation_backward(below)), skip: None }
    }
}

/// Gates of one block and their intermediate results; one lane per unit of each layer.
struct Gates {
    means: Vec<Lane>,
    hidden: Vec<Lane>,
    open: Vec<Lane>,
}

/// `bias[o] + Σᵢ weights[o][i] · from[i]`, each finished by `finish`.
fn dense(weights: &[f32], bias: &[f32], from: &[Lane], finish: impl Fn(f32) -> f32) -> Vec<Lane> {
    let row = |(row, bias): (&[f32], &f32)| {
        let mut sum = [*bias; 16];
        for (weight, lane) in row.iter().zip(from) {
            sum.iter_mut().zip(lane.0).for_each(|(sum, value)| *sum += weight * value);
        }
        Lane(sum.map(&finish))
    };
    weights.chunks_exact(from.len()).zip(bias).map(row).collect()
}

fn plane_lanes<T: Send>(input: &LaneMap, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    map_units(input.blocks() * input.shape.channels, input.shape.pixels(), work)
}

/// Scales every channel by its gate; also returns the gates. `values` are weights and biases of the two dense
/// layers.
fn forward(input: &LaneMap, values: &Values) -> (LaneMap, Vec<Gates>) {
    let (pixels, channels) = (input.shape.pixels(), input.shape.channels);
    let x = &input.values;
    let means = plane_lanes(input, |unit| {
        run(Total(&x[unit * pixels..][..pixels], NormAct::PLAIN)).0.map(|sum| sum / pixels as f32)
    });
    let means: Vec<Lane> = means.into_iter().map(Lane).collect();
    let gates: Vec<Gates> = means
        .chunks_exact(channels)
        .map(|means| {
            let hidden = dense(values.weights_of(0), values.bias_of(0), means, |x| if x < 0.0 { 0.0 } else { x });
            let open = dense(values.weights_of(1), values.bias_of(1), &hidden, |x| 1.0 / (1.0 + (-x).exp()));
            Gates { means: means.to_vec(), hidden, open }
        })
        .collect();
    let mut output = input.pool().map(input.shape, input.images);
    each_plane(&mut output, 2, |unit, output| {
        let factor = gates[unit / channels].open[unit % channels];
        run(Scale { input: &x[unit * pixels..][..pixels], factor, shift: Lane::ZERO, output });
    });
    (output, gates)
}

/// Gradients of the four parameters and of the input.
fn backward(input: &LaneMap, gates: &[Gates], gradient: &LaneMap, values: &Values) -> (Vec<Vec<f32>>, LaneMap) {
    let (pixels, channels) = (input.shape.pixels(), input.shape.channels);
    let (x, g) = (&input.values, &gradient.values);
    let products = plane_lanes(input, |unit| run(Dot(&x[unit * pixels..][..pixels], &g[unit * pixels..][..pixels])));
    let mut sums: Vec<Vec<f32>> = values.sizes().map(|size| vec![0.0; size]).collect();
    let mut shifts: Vec<Lane> = Vec::with_capacity(products.len());
    for (saved, products) in gates.iter().zip(products.chunks_exact(channels)) {
        let excited: Vec<Lane> = products
            .iter()
            .zip(&saved.open)
            .map(|(product, gate)| lanes(|i| product.0[i] * gate.0[i] * (1.0 - gate.0[i])))
            .collect();
        let (expand, rest) = sums.split_at_mut(2);
        accumulate(&excited, &saved.hidden, &mut rest[0]);
        rest[1].iter_mut().zip(&excited).for_each(|(sum, lane)| *sum += lane.sum());
        let hidden = transposed(values.weights_of(1), &excited, saved.hidden.len());
        let reduced: Vec<Lane> = hidden
            .iter()
            .zip(&saved.hidden)
            .map(|(gradient, hidden)| lanes(|i| if hidden.0[i] > 0.0 { gradient.0[i] } else { 0.0 }))
            .collect();
        accumulate(&reduced, &saved.means, &mut expand[0]);
        expand[1].iter_mut().zip(&reduced).for_each(|(sum, lane)| *sum += lane.sum());
        let means = transposed(values.weights_of(0), &reduced, channels);
        shifts.extend(means.into_iter().map(|mean| Lane(mean.0.map(|mean| mean / pixels as f32))));
    }
    let mut below = input.pool().map(input.shape, input.images);
    each_plane(&mut below, 2, |unit, output| {
        let factor = gates[unit / channels].open[unit % channels];
        run(Scale { input: &g[unit * pixels..][..pixels], factor, shift: shifts[unit], output });
    });
    (sums, below)
}

fn lanes(value: impl Fn(usize) -> f32) -> Lane {
    Lane(std::array::from_fn(value))
}

/// `sums[o][i]` += Σ over images of `gradient[o] · from[i]`
fn accumulate(gradient: &[Lane], from: &[Lane], sums: &mut [f32]) {
    for (gradient, sums) in gradient.iter().zip(sums.chunks_exact_mut(from.len())) {
        for (from, sum) in from.iter().zip(sums) {
            *sum += lanes(|i| gradient.0[i] * from.0[i]).sum();
        }
    }
}

/// `out[i] = Σₒ weights[o][i] · gradient[o]`
fn transposed(weights: &[f32], gradient: &[Lane], inputs: usize) -> Vec<Lane> {
    let mut out = vec![Lane::ZERO; inputs];
    for (row, gradient) in weights.chunks_exact(inputs).zip(gradient) {
        for (weight, out) in row.iter().zip(&mut out) {
            out.0.iter_mut().zip(gradient.0).for_each(|(out, gradient)| *out += weight * gradient);
        }
    }
    out
}
