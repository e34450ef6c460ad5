//! Reference implementation of each int8 operation.

use super::network::{Filters, Kind, Op, SqueezeExcite};
use crate::contract::{Mean, TABLE, gate};
use crate::graph::{Shape, Window};

/// Intermediate results of squeeze-and-excitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gates {
    /// The mean of each channel.
    pub means: Vec<i8>,
    /// The outputs of the hidden layer.
    pub hidden: Vec<i8>,
    /// The arguments of the sigmoid.
    pub arguments: Vec<i8>,
    /// The gate of each channel, in 1/256.
    pub gates: Vec<u8>,
}

impl Op {
    /// Its output for `inputs`; `second_zero` is the zero point of the second input, and `sigmoid` the network's
    /// table.
    #[must_use]
    pub fn run(&self, inputs: &[&[i8]], second_zero: i8, sigmoid: &[u8; TABLE]) -> Vec<i8> {
        let input = Input { map: inputs[0], shape: self.input, zeros: &self.zeros };
        match &self.kind {
            Kind::Conv { window, filters } => convolve(input, *window, filters, self.output, false),
            Kind::Depthwise { window, filters } => convolve(input, *window, filters, self.output, true),
            Kind::Dense { filters } => dense(inputs[0], self.zeros[0], filters),
            Kind::MaxPool => {
                let channel = |c| inputs[0].iter().skip(c).step_by(self.input.channels).copied().max();
                (0..self.input.channels).filter_map(channel).collect()
            }
            Kind::AvgPool(mean) => means(input, *mean),
            Kind::Add(sum) => {
                let (zero, other) = (i32::from(self.zeros[0]), i32::from(second_zero));
                let pairs = inputs[0].iter().zip(inputs[1]);
                pairs.map(|(a, b)| sum.apply([i32::from(*a) - zero, i32::from(*b) - other])).collect()
            }
            Kind::SqueezeExcite(op) => {
                let gates = op.gates(inputs[0], self.input, self.zeros[0], sigmoid).gates;
                let zero = i32::from(self.zeros[0]);
                let scale = |(i, q): (usize, &i8)| op.multiply.apply(i32::from(*q) - zero, gates[i % gates.len()]);
                inputs[0].iter().enumerate().map(scale).collect()
            }
        }
    }
}

impl SqueezeExcite {
    /// The gates for a feature map, with intermediate results.
    #[must_use]
    pub fn gates(&self, map: &[i8], shape: Shape, zero: i8, sigmoid: &[u8; TABLE]) -> Gates {
        let means = means(Input { map, shape, zeros: &vec![zero; shape.channels] }, self.mean);
        let hidden = dense(&means, self.mean_quantum.zero, &self.reduce);
        let arguments = dense(&hidden, self.hidden_quantum.zero, &self.expand);
        let gates = arguments.iter().map(|q| gate(sigmoid, *q)).collect();
        Gates { means, hidden, arguments, gates }
    }
}

/// A feature map with the zero point of each channel.
#[derive(Clone, Copy)]
struct Input<'a> {
    map: &'a [i8],
    shape: Shape,
    zeros: &'a [i8],
}

impl Input<'_> {
    /// The values after subtracting the zero points.
    fn values(&self) -> Vec<i32> {
        let zeros = self.zeros.iter().cycle();
        self.map.iter().zip(zeros).map(|(q, zero)| i32::from(*q) - i32::from(*zero)).collect()
    }
}

/// Sums over the kernel positions inside the feature map; padding contributes 0.
fn convolve(input: Input<'_>, window: Window, filters: &Filters, output: Shape, depthwise: bool) -> Vec<i8> {
    let Shape { channels, height, width } = input.shape;
    let depth = if depthwise { 1 } else { channels };
    let (values, weights) = (input.values(), by_tap(filters, window, depth));
    let mut map = Vec::with_capacity(output.values());
    let mut sums = vec![0_i32; output.channels];
    for y in 0..output.height {
        let (rows, first_row) = window.reach(y, height);
        for x in 0..output.width {
            let (columns, first_column) = window.reach(x, width);
            sums.fill(0);
            for (ky, row) in rows.clone().enumerate() {
                for (kx, column) in columns.clone().enumerate() {
                    let pixel = &values[(row * width + column) * channels..][..channels];
                    let tap = (first_row + ky) * window.kernel + first_column + kx;
                    let weights = &weights[tap * depth * sums.len()..][..depth * sums.len()];
                    if depthwise {
                        accumulate(&mut sums, weights.iter().zip(pixel));
                    } else {
                        for (value, weights) in pixel.iter().zip(weights.chunks(output.channels)) {
                            accumulate(&mut sums, weights.iter().zip(std::iter::repeat(value)));
                        }
                    }
                }
            }
            map.extend(sums.iter().zip(&filters.requantise).map(|(sum, requantise)| requantise.apply(*sum)));
        }
    }
    map
}

fn accumulate<'a>(sums: &mut [i32], products: impl Iterator<Item = (&'a i32, &'a i32)>) {
    for (sum, (weight, value)) in sums.iter_mut().zip(products) {
        *sum = sum.wrapping_add(weight * value);
    }
}

/// The weights ordered by tap, input and output.
fn by_tap(filters: &Filters, window: Window, depth: usize) -> Vec<i32> {
    let (taps, outputs) = (window.taps(), filters.requantise.len());
    let weight = |tap, i, o| i32::from(filters.weights[(o * depth + i) * taps + tap]);
    let places = (0..taps).flat_map(|tap| (0..depth).map(move |i| (tap, i)));
    places.flat_map(|(tap, i)| (0..outputs).map(move |o| weight(tap, i, o))).collect()
}

pub(super) fn dense(input: &[i8], zero: i8, filters: &Filters) -> Vec<i8> {
    let rows = filters.weights.chunks(input.len()).zip(&filters.requantise);
    let output = |(row, requantise): (&[i8], &super::network::Requantise)| {
        let product = |(w, q): (&i8, &i8)| i32::from(*w) * (i32::from(*q) - i32::from(zero));
        let sum = row.iter().zip(input).map(product).fold(0, i32::wrapping_add);
        requantise.apply(sum)
    };
    rows.map(output).collect()
}

fn means(input: Input<'_>, mean: Mean) -> Vec<i8> {
    let (values, channels) = (input.values(), input.shape.channels);
    let sum = |c| values.iter().skip(c).step_by(channels).fold(0_i32, |sum, value| sum.wrapping_add(*value));
    (0..channels).map(|c| mean.apply(sum(c))).collect()
}
