//! Convolutions: standard, pointwise and depthwise.

use super::{each_plane, grain, map_units};
use crate::graph::{Shape, Window};
use crate::train::kernels::plane::{Correlate, Planes, Scatter, Taps};
use crate::train::kernels::pointwise::{GROUP, Mix, MixTaps};
use crate::train::lanes::LaneMap;
use crate::train::simd::{Lane, run};
use rayon::prelude::*;

fn planes(window: Window, input: Shape, output: Shape) -> Planes {
    Planes { window, input: (input.height, input.width), output: (output.height, output.width) }
}

/// Depthwise convolution; `weights` is C×k×k.
pub fn depthwise(window: Window, input: &LaneMap, weights: &[f32], output: Shape) -> LaneMap {
    let planes = planes(window, input.shape, output);
    let taps = window.kernel * window.kernel;
    let (pixels, channels) = (input.shape.pixels(), input.shape.channels);
    let mut out = input.pool().map(output, input.images);
    let values = &input.values;
    each_plane(&mut out, taps, |unit, plane| {
        let weights = &weights[unit % channels * taps..][..taps];
        run(Correlate { planes, input: &values[unit * pixels..][..pixels], weights, output: plane, accumulate: false });
    });
    out
}

/// The gradient of a depthwise convolution's input.
pub fn depthwise_input(window: Window, gradient: &LaneMap, weights: &[f32], input: Shape) -> LaneMap {
    let taps = window.kernel * window.kernel;
    let channels = input.channels;
    let below = Below::new(window, input, gradient.shape);
    let weights = below.arranged(weights);
    let pixels = gradient.shape.pixels();
    let mut out = gradient.pool().map(input, gradient.images);
    let values = &gradient.values;
    each_plane(&mut out, taps, |unit, plane| {
        let weights = &weights[unit % channels * taps..][..taps];
        below.add(&values[unit * pixels..][..pixels], weights, plane, true);
    });
    out
}

/// The gradient of a depthwise convolution's weights.
pub fn depthwise_weights(window: Window, input: &LaneMap, gradient: &LaneMap) -> Vec<f32> {
    let planes = planes(window, input.shape, gradient.shape);
    let taps = window.kernel * window.kernel;
    let channels = input.shape.channels;
    let (above, below) = (input.shape.pixels(), gradient.shape.pixels());
    let (x, g) = (&input.values, &gradient.values);
    let units = map_units(input.blocks() * channels, below * taps, |unit| {
        run(Taps { planes, input: &x[unit * above..][..above], output: &g[unit * below..][..below] })
    });
    let mut sums = vec![0.0; channels * taps];
    for (unit, lanes) in units.iter().enumerate() {
        let sums = &mut sums[unit % channels * taps..][..taps];
        sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane.sum());
    }
    sums
}

/// Standard convolution; `weights` is O×I×k×k.
pub fn conv(window: Window, input: &LaneMap, weights: &[f32], output: Shape) -> LaneMap {
    if window == Window::PIXEL {
        return mix(input, weights, output);
    }
    let planes = planes(window, input.shape, output);
    let taps = window.kernel * window.kernel;
    let (pixels, inputs) = (input.shape.pixels(), input.shape.channels);
    let mut out = input.pool().map(output, input.images);
    let values = &input.values;
    each_plane(&mut out, taps * inputs, |unit, plane| {
        let (block, o) = (unit / output.channels, unit % output.channels);
        let block = &values[block * inputs * pixels..][..inputs * pixels];
        for (i, input) in block.chunks_exact(pixels).enumerate() {
            let weights = &weights[(o * inputs + i) * taps..][..taps];
            run(Correlate { planes, input, weights, output: plane, accumulate: i > 0 });
        }
    });
    out
}

/// The gradient of a standard convolution's input.
pub fn conv_input(window: Window, gradient: &LaneMap, weights: &[f32], input: Shape) -> LaneMap {
    let (outputs, inputs) = (gradient.shape.channels, input.channels);
    if window == Window::PIXEL {
        let transposed: Vec<f32> =
            (0..inputs * outputs).map(|at| weights[at % outputs * inputs + at / outputs]).collect();
        return mix(gradient, &transposed, input);
    }
    let taps = window.kernel * window.kernel;
    let below = Below::new(window, input, gradient.shape);
    let weights = below.arranged(weights);
    let pixels = gradient.shape.pixels();
    let mut out = gradient.pool().map(input, gradient.images);
    let values = &gradient.values;
    each_plane(&mut out, taps * outputs, |unit, plane| {
        let (block, i) = (unit / inputs, unit % inputs);
        let block = &values[block * outputs * pixels..][..outputs * pixels];
        for (o, gradient) in block.chunks_exact(pixels).enumerate() {
            below.add(gradient, &weights[(o * inputs + i) * taps..][..taps], plane, o == 0);
        }
    });
    out
}

/// The gradient of a standard convolution's weights.
pub fn conv_weights(window: Window, input: &LaneMap, gradient: &LaneMap) -> Vec<f32> {
    if window == Window::PIXEL {
        return mix_weights(input, gradient);
    }
    let planes = planes(window, input.shape, gradient.shape);
    let taps = window.kernel * window.kernel;
    let (inputs, outputs) = (input.shape.channels, gradient.shape.channels);
    let (above, below) = (input.shape.pixels(), gradient.shape.pixels());
    let (x, g) = (&input.values, &gradient.values);
    let units = map_units(input.blocks() * outputs * inputs, below * taps, |unit| {
        let (block, pair) = (unit / (outputs * inputs), unit % (outputs * inputs));
        let (o, i) = (pair / inputs, pair % inputs);
        let input = &x[(block * inputs + i) * above..][..above];
        run(Taps { planes, input, output: &g[(block * outputs + o) * below..][..below] })
    });
    let mut sums = vec![0.0; outputs * inputs * taps];
    for (unit, lanes) in units.iter().enumerate() {
        let sums = &mut sums[unit % (outputs * inputs) * taps..][..taps];
        sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane.sum());
    }
    sums
}

/// 1×1 convolution; `weights` has a row an output channel.
fn mix(input: &LaneMap, weights: &[f32], output: Shape) -> LaneMap {
    let (pixels, inputs) = (input.shape.pixels(), input.shape.channels);
    let mut out = input.pool().map(output, input.images);
    let values = &input.values;
    let groups = output.channels.div_ceil(GROUP);
    let mut units: Vec<&mut [Lane]> =
        out.values.chunks_exact_mut(output.values()).flat_map(|block| block.chunks_mut(GROUP * pixels)).collect();
    units.par_iter_mut().enumerate().with_min_len(grain(pixels * inputs * GROUP)).for_each(|(unit, planes)| {
        let (block, group) = (unit / groups, unit % groups);
        let rows = planes.len() / pixels;
        run(Mix {
            input: &values[block * inputs * pixels..][..inputs * pixels],
            weights: &weights[group * GROUP * inputs..][..rows * inputs],
            output: planes,
            pixels,
        });
    });
    out
}

fn mix_weights(input: &LaneMap, gradient: &LaneMap) -> Vec<f32> {
    let (pixels, inputs, outputs) = (input.shape.pixels(), input.shape.channels, gradient.shape.channels);
    let groups = outputs.div_ceil(GROUP);
    let (x, g) = (&input.values, &gradient.values);
    let units = map_units(input.blocks() * groups, pixels * inputs * GROUP, |unit| {
        let (block, group) = (unit / groups, unit % groups);
        let rows = GROUP.min(outputs - group * GROUP);
        let mut sums = vec![0.0; rows * inputs];
        run(MixTaps {
            input: &x[block * inputs * pixels..][..inputs * pixels],
            output: &g[(block * outputs + group * GROUP) * pixels..][..rows * pixels],
            sums: &mut sums,
            pixels,
        });
        sums
    });
    let mut sums = vec![0.0; outputs * inputs];
    for (unit, part) in units.iter().enumerate() {
        let sums = &mut sums[unit % groups * GROUP * inputs..][..part.len()];
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    sums
}

/// How a gradient flows down through a window: with stride 1 it is a correlation with the kernel
/// turned around, which writes each value once; else it is scattered.
struct Below {
    planes: Planes,
    turned: bool,
}

impl Below {
    fn new(window: Window, input: Shape, output: Shape) -> Self {
        if window.stride > 1 {
            return Self { planes: planes(window, input, output), turned: false };
        }
        let back = Window { pad: window.kernel - 1 - window.pad, ..window };
        Self { planes: planes(back, output, input), turned: true }
    }

    /// The weights in the order that [`Self::add`] wants.
    fn arranged(&self, weights: &[f32]) -> Vec<f32> {
        let taps = self.planes.window.kernel.pow(2);
        if !self.turned {
            return weights.to_vec();
        }
        weights.chunks_exact(taps).flat_map(|kernel| kernel.iter().rev().copied()).collect()
    }

    fn add(&self, gradient: &[Lane], weights: &[f32], below: &mut [Lane], first: bool) {
        if self.turned {
            run(Correlate { planes: self.planes, input: gradient, weights, output: below, accumulate: !first });
            return;
        }
        if first {
            below.fill(Lane::ZERO);
        }
        run(Scatter { planes: self.planes, output: gradient, weights, input: below });
    }
}
