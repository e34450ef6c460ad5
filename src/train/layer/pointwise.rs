//! Pointwise convolution and dense layers, which are equal on a feature map of one pixel. A unit is a band of
//! pixels of all planes of a block.

use super::activations::{Activations, Flow};
use super::filters::{self, Products, Sums, Upstream};
use super::pass::{self as layer, Differentiable, Pass};
use super::units::{map_owned, of_blocks, pixel_bands, with_scratch};
use crate::graph::{Dense, Shape};
use crate::train::kernels::pointwise::{Backward, Forward, HIGH, pack, pack_transposed};
use crate::train::lanes::{LaneMap, images_in};
use crate::train::profile::Layer as Family;
use crate::train::simd::run;
use std::sync::Arc;

impl Differentiable for Dense {
    fn family(&self) -> Family {
        Family::Pointwise
    }

    fn forward(&self, pass: Pass<'_>) -> layer::Forward {
        filters::forward(Pointwise, self.norm, self.activation, pass)
    }
}

/// 1×1 filters; weights have one row per output channel.
#[derive(Debug, Clone, Copy)]
pub struct Pointwise;

impl Products for Pointwise {
    type Kept = ();

    fn forward(self, input: &Arc<Activations>, weights: &[f32], output: Shape) -> (LaneMap, Sums, ()) {
        let (inputs, pixels, images) = (input.map.shape.channels, output.pixels(), input.map.images);
        let packed = pack(weights, inputs);
        let bands = pixel_bands(pixels);
        let mut out = input.map.pool().map(output, images);
        let cost = pixels * inputs * output.channels / bands.len();
        let sums = map_owned(of_blocks(&mut out, &bands), cost, |unit, output| {
            let (block, band) = (unit / bands.len(), bands[unit % bands.len()].clone());
            with_scratch(inputs * band.len(), |scratch| {
                run(Forward {
                    input: &input.map.values[block * inputs * pixels..][..inputs * pixels],
                    reads: &input.reads,
                    pixels,
                    band,
                    weights: &packed,
                    output,
                    images: images_in(images, block),
                    scratch,
                })
            })
        });
        (out, in_order(sums.iter(), output.channels), ())
    }

    fn backward(self, input: &Activations, _read: &(), above: Upstream<'_>, wanted: bool) -> (Vec<f32>, Option<Flow>) {
        let Upstream { output, flow, norm_grads, weights } = above;
        let (inputs, outputs) = (input.map.shape.channels, output.shape.channels);
        let (pixels, images) = (output.shape.pixels(), output.images);
        let packed = pack_transposed(weights, inputs);
        let bands = pixel_bands(pixels);
        let mut below = wanted.then(|| input.map.pool().map(input.map.shape, images));
        let units: Vec<_> = match &mut below {
            Some(below) => of_blocks(below, &bands).into_iter().map(Some).collect(),
            None => (0..output.blocks() * bands.len()).map(|_| None).collect(),
        };
        let raw = !norm_grads.is_empty();
        let results = map_owned(units, 2 * pixels * inputs * outputs / bands.len(), |unit, below| {
            let (block, band) = (unit / bands.len(), bands[unit % bands.len()].clone());
            let own = block * outputs * pixels..(block + 1) * outputs * pixels;
            with_scratch((inputs + outputs) * band.len() + HIGH * inputs, |scratch| {
                run(Backward {
                    input: &input.map.values[block * inputs * pixels..][..inputs * pixels],
                    reads: &input.reads,
                    means: &input.means,
                    pixels,
                    band,
                    gradient: &flow.map.values[own.clone()],
                    raw: if raw { &output.values[own] } else { &[] },
                    norm_grads,
                    weights: &packed,
                    below,
                    images: images_in(images, block),
                    scratch,
                })
            })
        });
        let mut gradient = vec![0.0; inputs * outputs];
        for unit in &results {
            gradient.iter_mut().zip(&unit.weights).for_each(|(sum, term)| *sum += term);
        }
        let sums = in_order(results.iter().map(|unit| &unit.sums), inputs);
        (gradient, below.map(|map| Flow { map, sums }))
    }
}

/// Sums over units, channel by channel.
fn in_order<'a>(units: impl Iterator<Item = &'a Vec<(f64, f64)>>, channels: usize) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); channels];
    for unit in units {
        sums.iter_mut().zip(unit).for_each(|(sum, own)| *sum = (sum.0 + own.0, sum.1 + own.1));
    }
    sums
}
