//! Depthwise convolution: a unit is a band of rows of one plane.

use super::activations::{Activations, Flow, per_channel};
use super::filters::{self, Products, Sums, Upstream};
use super::pass::{self as layer, Differentiable, Pass};
use super::units::{bands, map_owned, of_planes, with_scratch};
use crate::graph::{Depthwise as DepthwiseOp, Shape, Window};
use crate::train::kernels::Planes;
use crate::train::kernels::depthwise::{Backward, Forward};
use crate::train::lanes::{LaneMap, images_in};
use crate::train::profile::Layer as Family;
use crate::train::simd::run;
use std::sync::Arc;

impl Differentiable for DepthwiseOp {
    fn family(&self) -> Family {
        Family::Depthwise
    }

    fn forward(&self, pass: Pass<'_>) -> layer::Forward {
        filters::forward(ByChannel(self.window), self.norm, self.activation, pass)
    }
}

/// One filter per channel; weights are C×k×k.
#[derive(Debug, Clone, Copy)]
struct ByChannel(Window);

impl Products for ByChannel {
    type Kept = ();

    fn forward(self, input: &Arc<Activations>, weights: &[f32], output: Shape) -> (LaneMap, Sums, ()) {
        let planes = Planes::new(self.0, input.map.shape, output);
        let (taps, channels, images) = (self.0.taps(), output.channels, input.map.images);
        let bands = bands(output.height, output.width * taps);
        let mut out = input.map.pool().map(output, images);
        let cost = output.pixels() * taps / bands.len();
        let sums = map_owned(of_planes(&mut out, &bands), cost, |unit, output| {
            let (plane, band) = (unit / bands.len(), bands[unit % bands.len()].clone());
            with_scratch(planes.forward_scratch(), |scratch| {
                run(Forward {
                    planes,
                    band,
                    input: input.plane(plane),
                    read: input.read(plane),
                    weights: &weights[plane % channels * taps..][..taps],
                    output,
                    images: images_in(images, plane / channels),
                    scratch,
                })
            })
        });
        (out, per_channel(sums.into_iter(), bands.len(), channels), ())
    }

    fn backward(self, input: &Activations, _read: &(), above: Upstream<'_>, _wanted: bool) -> (Vec<f32>, Option<Flow>) {
        let Upstream { output, flow, norm_grads, weights } = above;
        let planes = Planes::new(self.0, input.map.shape, output.shape);
        let (taps, channels, images) = (self.0.taps(), output.shape.channels, output.images);
        let (pixels, raw) = (output.shape.pixels(), !norm_grads.is_empty());
        let bands = bands(output.shape.height, output.shape.width * taps * 2);
        let rows: Vec<_> = bands.iter().map(|band| planes.input_rows(band)).collect();
        let mut below = input.map.pool().map(input.map.shape, images);
        let cost = pixels * taps * 2 / bands.len();
        let results = map_owned(of_planes(&mut below, &rows), cost, |unit, below| {
            let (plane, band) = (unit / bands.len(), bands[unit % bands.len()].clone());
            let channel = plane % channels;
            with_scratch(planes.backward_scratch(), |scratch| {
                run(Backward {
                    planes,
                    band,
                    input: input.plane(plane),
                    read: input.read(plane),
                    mean: input.means[channel],
                    gradient: &flow.map.values[plane * pixels..][..pixels],
                    raw: if raw { &output.values[plane * pixels..][..pixels] } else { &[] },
                    norm_grad: norm_grads.get(channel).copied(),
                    weights: &weights[channel * taps..][..taps],
                    below,
                    images: images_in(images, plane / channels),
                    scratch,
                })
            })
        });
        let mut gradient = vec![0.0; channels * taps];
        for (unit, (taps_of, _)) in results.iter().enumerate() {
            let own = &mut gradient[unit / bands.len() % channels * taps..][..taps];
            own.iter_mut().zip(taps_of).for_each(|(sum, term)| *sum += term);
        }
        let sums = per_channel(results.into_iter().map(|(_, sums)| sums), bands.len(), channels);
        (gradient, Some(Flow { map: below, sums }))
    }
}
