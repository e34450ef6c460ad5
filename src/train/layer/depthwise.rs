//! Depthwise convolution: a unit is a band of rows of one plane.

use super::activations::{Activations, Flow, per_channel};
use super::units::{bands, map_owned, of_planes, with_scratch};
use crate::graph::{Shape, Window};
use crate::train::kernels::Planes;
use crate::train::kernels::depthwise::{Backward, Forward};
use crate::train::kernels::rows::Pull;
use crate::train::lanes::{LaneMap, images_in};
use crate::train::simd::{Lane, run};

/// The output, and Σ and Σ² of each channel; `weights` is C×k×k.
pub fn forward(window: Window, input: &Activations, weights: &[f32], output: Shape) -> (LaneMap, Vec<(f64, f64)>) {
    let planes = Planes::new(window, input.map.shape, output);
    let (taps, channels, images) = (window.kernel * window.kernel, output.channels, input.map.images);
    let bands = bands(output.height, output.width * taps);
    let mut out = input.map.pool().map(output, images);
    let units: Vec<_> = of_planes(&mut out, &bands).into_iter().zip(&bands).flat_map(spread_out).collect();
    let sums = map_owned(units, output.pixels() * taps / bands.len(), |_, (band, plane, output)| {
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
    (out, per_channel(sums.into_iter(), channels))
}

type Unit<'a> = (std::ops::Range<usize>, usize, &'a mut [Lane]);

/// The units of one band: its rows, a plane, and what is written.
fn spread_out<'a>(
    (own, band): (Vec<(usize, &'a mut [Lane])>, &std::ops::Range<usize>),
) -> impl Iterator<Item = Unit<'a>> {
    let band = band.clone();
    own.into_iter().map(move |(plane, lanes)| (band.clone(), plane, lanes))
}

/// The gradients of the weights and of the input, given that of the output and its norm.
pub fn backward(
    window: Window,
    input: &Activations,
    output: &LaneMap,
    flow: &Flow,
    pulls: &[Pull],
    weights: &[f32],
) -> (Vec<f32>, Flow) {
    let planes = Planes::new(window, input.map.shape, output.shape);
    let (taps, channels, images) = (window.kernel * window.kernel, output.shape.channels, output.images);
    let (pixels, raw) = (output.shape.pixels(), !pulls.is_empty());
    let bands = bands(output.shape.height, output.shape.width * taps * 2);
    let rows: Vec<_> = bands.iter().map(|band| planes.input_rows(band)).collect();
    let mut below = input.map.pool().map(input.map.shape, images);
    let units: Vec<_> = of_planes(&mut below, &rows).into_iter().zip(&bands).flat_map(spread_out).collect();
    let results = map_owned(units, pixels * taps * 2 / bands.len(), |_, (band, plane, below)| {
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
                pull: pulls.get(channel).copied(),
                weights: &weights[channel * taps..][..taps],
                below: Some(below),
                images: images_in(images, plane / channels),
                scratch,
            })
        })
    });
    let mut gradient = vec![0.0; channels * taps];
    for (unit, (taps_of, _)) in results.iter().enumerate() {
        let own = &mut gradient[unit % channels * taps..][..taps];
        own.iter_mut().zip(taps_of).for_each(|(sum, term)| *sum += term);
    }
    let sums = per_channel(results.into_iter().map(|(_, sums)| sums), channels);
    (gradient, Flow { map: below, sums })
}
