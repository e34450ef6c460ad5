//! Standard convolution: a unit is a plane, or a pair of an input and an output plane.

use super::activations::{Activations, Flow, per_channel};
use super::filters::{self, Products, Sums, Upstream};
use super::pass::{self as layer, Differentiable, Pass};
use super::pointwise::Pointwise;
use super::units::{each_plane, map_planes, map_units, with_scratch};
use crate::graph::{Conv, Shape, Window};
use crate::train::kernels::Planes;
use crate::train::kernels::conv::{Forward, Gather, Pad, Spread, Taps};
use crate::train::lanes::{LaneMap, images_in};
use crate::train::profile::Layer as Family;
use crate::train::simd::{Lane, run};
use std::sync::Arc;

/// The input of a convolution, with padding.
pub enum Padded {
    /// The input itself, if it has neither padding nor pending operations.
    Input(Arc<Activations>),
    /// A padded copy.
    Copy(LaneMap),
}

impl Padded {
    fn new(planes: Planes, input: &Arc<Activations>) -> Self {
        if planes.window.pad == 0 && input.is_plain() {
            return Self::Input(input.clone());
        }
        let shape = Shape::new(input.map.shape.channels, planes.padded_height(), planes.padded_width());
        let mut copy = input.map.pool().map(shape, input.map.images);
        each_plane(&mut copy, 2, |unit, output| {
            run(Pad { planes, input: input.plane(unit), read: input.read(unit), output });
        });
        Self::Copy(copy)
    }

    fn lanes(&self) -> &[Lane] {
        match self {
            Self::Input(input) => &input.map.values,
            Self::Copy(copy) => &copy.values,
        }
    }
}

impl Differentiable for Conv {
    fn family(&self) -> Family {
        if self.window == Window::PIXEL { Family::Pointwise } else { Family::Convolution }
    }

    fn forward(&self, pass: Pass<'_>) -> layer::Forward {
        if self.window == Window::PIXEL {
            filters::forward(Pointwise, self.norm, self.activation, pass)
        } else {
            filters::forward(Standard(self.window), self.norm, self.activation, pass)
        }
    }
}

/// Filters over all channels; weights are O×I×k×k.
#[derive(Debug, Clone, Copy)]
struct Standard(Window);

impl Products for Standard {
    type Kept = Padded;

    fn forward(self, input: &Arc<Activations>, weights: &[f32], output: Shape) -> (LaneMap, Sums, Padded) {
        let planes = Planes::new(self.0, input.map.shape, output);
        let padded = Padded::new(planes, input);
        let (images, channels) = (input.map.images, output.channels);
        let factors = input.map.shape.channels * self.0.taps();
        let block = input.map.shape.channels * planes.padded_height() * planes.padded_width();
        let mut out = input.map.pool().map(output, images);
        let x = padded.lanes();
        let sums = map_planes(&mut out, factors, |unit, output| {
            run(Forward {
                planes,
                input: &x[unit / channels * block..][..block],
                weights: &weights[unit % channels * factors..][..factors],
                output,
                images: images_in(images, unit / channels),
            })
        });
        (out, per_channel(sums.into_iter(), 1, channels), padded)
    }

    fn backward(
        self,
        input: &Activations,
        padded: &Padded,
        above: Upstream<'_>,
        wanted: bool,
    ) -> (Vec<f32>, Option<Flow>) {
        let planes = Planes::new(self.0, input.map.shape, above.output.shape);
        let gradients = gathered(planes, above);
        let gradient = weight_gradient(planes, padded.lanes(), input.map.shape.channels, &gradients);
        let flow = wanted.then(|| input_gradient(planes, input, &gradients, above.weights));
        (gradient, flow)
    }
}

/// The gradient of the convolution's output before the norm, in the layout of the kernels.
fn gathered(planes: Planes, above: Upstream<'_>) -> LaneMap {
    let Upstream { output, flow, norm_grads, .. } = above;
    let (outputs, pixels, images) = (output.shape.channels, output.shape.pixels(), output.images);
    let shape = Shape::new(outputs, output.shape.height, planes.gradient_width());
    let mut gradients = output.pool().map(shape, images);
    each_plane(&mut gradients, 3, |unit, out| {
        let raw = if norm_grads.is_empty() { &[] } else { &output.values[unit * pixels..][..pixels] };
        let gradient = &flow.map.values[unit * pixels..][..pixels];
        let (norm_grad, images) = (norm_grads.get(unit % outputs).copied(), images_in(images, unit / outputs));
        run(Gather { planes, gradient, raw, norm_grad, images, output: out });
    });
    gradients
}

/// The gradient of the weights, from the input and the gradient of the output.
fn weight_gradient(planes: Planes, x: &[Lane], inputs: usize, gradients: &LaneMap) -> Vec<f32> {
    let (outputs, taps) = (gradients.shape.channels, planes.window.taps());
    let (above, below) = (planes.padded_height() * planes.padded_width(), gradients.shape.pixels());
    let g = &gradients.values;
    let units = map_units(gradients.blocks() * outputs * inputs, planes.output.0 * planes.output.1 * taps, |unit| {
        let (block, pair) = (unit / (outputs * inputs), unit % (outputs * inputs));
        let (o, i) = (pair / inputs, pair % inputs);
        let input = &x[(block * inputs + i) * above..][..above];
        let gradient = &g[(block * outputs + o) * below..][..below];
        with_scratch(taps, |scratch| run(Taps { planes, input, gradient, scratch }))
    });
    let mut gradient = vec![0.0; outputs * inputs * taps];
    for (unit, own) in units.iter().enumerate() {
        let sums = &mut gradient[unit % (outputs * inputs) * taps..][..taps];
        sums.iter_mut().zip(own).for_each(|(sum, term)| *sum += term);
    }
    gradient
}

fn input_gradient(planes: Planes, input: &Activations, gradients: &LaneMap, weights: &[f32]) -> Flow {
    let (inputs, outputs) = (input.map.shape.channels, gradients.shape.channels);
    let taps = planes.window.taps();
    // Transposed: each input channel reads every output channel.
    let turned: Vec<f32> = (0..inputs)
        .flat_map(|i| (0..outputs).map(move |o| (o * inputs + i) * taps))
        .flat_map(|first| &weights[first..first + taps])
        .copied()
        .collect();
    let block = gradients.block_lanes();
    let mut below = input.map.pool().map(input.map.shape, input.map.images);
    let sums = map_planes(&mut below, taps * outputs, |unit, below| {
        with_scratch(planes.backward_scratch(), |scratch| {
            run(Spread {
                planes,
                gradient: &gradients.values[unit / inputs * block..][..block],
                weights: &turned[unit % inputs * taps * outputs..][..taps * outputs],
                input: input.plane(unit),
                read: input.read(unit),
                mean: input.means[unit % inputs],
                below,
                scratch,
            })
        })
    });
    Flow { map: below, sums: per_channel(sums.into_iter(), 1, inputs) }
}
