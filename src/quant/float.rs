//! Simple float implementation of the deployed network, for calibration and comparison with int8.
//!
//! Feature maps are in camera order (HWC), as in the int8 executor.

use crate::config::{Activation, Pool};
use crate::graph::{Graph, Kind, Op, OpId, Shape, Source, Weights, Window};

/// A value with its own quantisation parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The output of an operation.
    Output,
    /// The means of squeeze-and-excitation.
    Mean,
    /// The hidden layer of squeeze-and-excitation.
    Hidden,
    /// The sigmoid's arguments in squeeze-and-excitation.
    Argument,
}

/// Callback that receives the values of a part of an operation.
pub type Watch<'a> = &'a mut dyn FnMut(OpId, Part, &[f32]);

/// The output of every operation of a folded graph for `image` (camera bytes). The last one is the logits.
pub fn forward(graph: &Graph, weights: &Weights, image: &[u8], watch: Watch<'_>) -> Vec<Vec<f32>> {
    let pixels = numbers(graph, image);
    let mut maps = Vec::with_capacity(graph.ops.len());
    forward_from(graph, weights, &pixels, 0, &mut maps, watch);
    maps
}

/// Computes the outputs of the operations from `first` on; `maps` contains those before it.
pub fn forward_from(
    graph: &Graph,
    weights: &Weights,
    pixels: &[f32],
    first: usize,
    maps: &mut Vec<Vec<f32>>,
    watch: Watch<'_>,
) {
    for op in &graph.ops[first..] {
        let read = |source: &Source| match source {
            Source::Image => pixels,
            Source::Op(OpId(index)) => maps[*index].as_slice(),
        };
        let inputs: Vec<&[f32]> = op.inputs.iter().map(read).collect();
        let map = run(op, weights, &inputs, watch);
        watch(op.id, Part::Output, &map);
        maps.push(map);
    }
}

/// Normalises camera bytes to the network input, in the same order.
pub fn numbers(graph: &Graph, image: &[u8]) -> Vec<f32> {
    let channels = graph.input.channels;
    image.iter().enumerate().map(|(at, byte)| graph.pixels.value(at % channels, *byte)).collect()
}

fn run(op: &Op, weights: &Weights, inputs: &[&[f32]], watch: Watch<'_>) -> Vec<f32> {
    let channels = op.input.channels;
    let layers = op.filters();
    let values = |at: usize| -> (&[f32], &[f32]) {
        layers.get(at).map_or((&[], &[]), |layer| (weights.weight(op, layer), weights.bias(op, layer)))
    };
    match op.kind {
        Kind::Conv(_) | Kind::Depthwise(_) => {
            let (weight, bias) = values(0);
            let depth = layers.first().map_or(1, |layer| layer.channels);
            let layer = Layer { window: op.window(), weight, bias, depth };
            activated(layer.convolve(inputs[0], op.input, op.output), op.activation())
        }
        Kind::Dense(_) => activated(dense(inputs[0], values(0)), op.activation()),
        Kind::Add(_) => inputs[0].iter().zip(inputs[1]).map(|(a, b)| a + b).collect(),
        Kind::GlobalPool(pool) => match pool.pool {
            Pool::Max => {
                let largest = |c| inputs[0].iter().skip(c).step_by(channels).copied().fold(f32::NEG_INFINITY, f32::max);
                (0..channels).map(largest).collect()
            }
            Pool::Avg => means(inputs[0], channels),
        },
        Kind::SqueezeExcite(_) => {
            let means = means(inputs[0], channels);
            watch(op.id, Part::Mean, &means);
            let hidden = dense(&means, values(0));
            let hidden = activated(hidden, Activation::Relu);
            watch(op.id, Part::Hidden, &hidden);
            let arguments = dense(&hidden, values(1));
            watch(op.id, Part::Argument, &arguments);
            let gates: Vec<f32> = arguments.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
            inputs[0].iter().enumerate().map(|(at, value)| value * gates[at % channels]).collect()
        }
    }
}

/// A standard convolution, or a depthwise one (`depth` 1).
struct Layer<'a> {
    window: Window,
    /// Weights, OIHW.
    weight: &'a [f32],
    /// Biases; may be empty.
    bias: &'a [f32],
    depth: usize,
}

impl Layer<'_> {
    fn convolve(&self, map: &[f32], input: Shape, output: Shape) -> Vec<f32> {
        let Self { window, bias, depth, .. } = *self;
        let outputs = output.channels;
        let weight = self.by_tap(outputs);
        let by_itself = depth == 1 && input.channels > 1;
        let mut made = Vec::with_capacity(output.values());
        let mut sums = vec![0.0; outputs];
        for y in 0..output.height {
            let (rows, first_row) = window.reach(y, input.height);
            for x in 0..output.width {
                let (columns, first_column) = window.reach(x, input.width);
                sums.fill(0.0);
                for (ky, row) in rows.clone().enumerate() {
                    for (kx, column) in columns.clone().enumerate() {
                        let pixel = &map[(row * input.width + column) * input.channels..][..input.channels];
                        let tap = (first_row + ky) * window.kernel + first_column + kx;
                        let weight = &weight[tap * depth * outputs..][..depth * outputs];
                        if by_itself {
                            for ((sum, weight), value) in sums.iter_mut().zip(weight).zip(pixel) {
                                *sum += weight * value;
                            }
                        } else {
                            for (value, weight) in pixel.iter().zip(weight.chunks(outputs)) {
                                for (sum, weight) in sums.iter_mut().zip(weight) {
                                    *sum += weight * value;
                                }
                            }
                        }
                    }
                }
                made.extend(sums.iter().enumerate().map(|(o, sum)| sum + bias.get(o).copied().unwrap_or(0.0)));
            }
        }
        made
    }

    /// The weights ordered by tap, input and output.
    fn by_tap(&self, outputs: usize) -> Vec<f32> {
        let taps = self.window.taps();
        let place =
            |(tap, i): (usize, usize)| (0..outputs).map(move |o| self.weight[(o * self.depth + i) * taps + tap]);
        (0..taps).flat_map(|tap| (0..self.depth).map(move |i| (tap, i))).flat_map(place).collect()
    }
}

/// A dense layer; `bias` may be empty.
fn dense(input: &[f32], (weight, bias): (&[f32], &[f32])) -> Vec<f32> {
    let rows = weight.chunks(input.len()).zip(bias.iter().copied().chain(std::iter::repeat(0.0)));
    rows.map(|(row, bias)| row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>() + bias).collect()
}

fn means(map: &[f32], channels: usize) -> Vec<f32> {
    let pixels = (map.len() / channels) as f64;
    let sum = |c| map.iter().skip(c).step_by(channels).copied().map(f64::from).sum::<f64>();
    (0..channels).map(|c| (sum(c) / pixels) as f32).collect()
}

fn activated(mut map: Vec<f32>, activation: Activation) -> Vec<f32> {
    let most = match activation {
        Activation::None => return map,
        Activation::Relu => f32::INFINITY,
        Activation::Relu6 => 6.0,
    };
    for value in &mut map {
        *value = value.clamp(0.0, most);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Dense;
    use crate::graph::tests::graph_of;
    use crate::quant::fold;
    use crate::random::{Purpose, Stream};

    #[test]
    fn it_makes_what_the_graphs_reference_makes() {
        let hidden = [Dense::hidden(9, Activation::Relu), Dense::hidden(6, Activation::Relu6)];
        for (name, hidden) in [("pico", &[][..]), ("micro", &[]), ("squeeze", &[]), ("squeeze", &hidden)] {
            let graph = graph_of(name, 5).with_hidden(hidden).unwrap();
            let (graph, weights) = fold(&graph, &Weights::random(&graph, 3));
            let mut stream = Stream::new(1, Purpose::Augment, 0, 0);
            let image: Vec<u8> = (0..graph.input.values()).map(|_| stream.below(256) as u8).collect();
            let expected = graph.reference(&weights, &graph.image_map(&image));
            let mut heard = 0;
            let maps = forward(&graph, &weights, &image, &mut |_, part, _| heard += usize::from(part == Part::Output));
            assert_eq!(heard, graph.ops.len());
            for ((op, map), expected) in graph.ops.iter().zip(&maps).zip(&expected) {
                let (pixels, channels) = (op.output.pixels(), op.output.channels);
                for (at, value) in map.iter().enumerate() {
                    let wanted = expected.values[at % channels * pixels + at / channels];
                    let error = (value - wanted).abs();
                    assert!(error <= 1e-4 * wanted.abs().max(1.0), "{name} {} at {at}: {value} {wanted}", op.name);
                }
            }
        }
    }
}
