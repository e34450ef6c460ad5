//! Fast executor of an int8 network, for many images.
//!
//! It produces the same bytes as [`Quantised::run`], which is the reference: sums are computed modulo 2³² in both,
//! so that their order does not matter. Weights are stored in the order of the loops, padding is explicit, and
//! every inner loop has a fixed length or runs over adjacent memory, so that compilers can vectorise it.

use super::execute::dense;
use super::network::{Filters, Kind, Op, Quantised, Requantise, SqueezeExcite, signed};
use crate::contract::{Mean, Single, Sum, TABLE, gate, saturate};
use crate::graph::{OpId, Shape, Source, Window};

/// Output channels computed together.
const LANES: usize = 8;
/// Pixels computed per load of a weight.
const PIXELS: usize = 4;

/// An int8 network prepared for execution; it can be used from several threads.
#[derive(Debug, Clone)]
pub struct Executor {
    steps: Vec<Step>,
    sigmoid: [u8; TABLE],
}

#[derive(Debug, Clone)]
struct Step {
    work: Work,
    inputs: Vec<Source>,
    /// The zero point of each channel of the first input.
    zeros: Vec<i8>,
    /// The zero point of the second input.
    second_zero: i8,
    input: Shape,
    output: Shape,
}

#[derive(Debug, Clone)]
enum Work {
    Conv(Conv),
    Depthwise(Depthwise),
    Dense(Filters),
    MaxPool,
    AvgPool(Mean),
    Add(Sum),
    SqueezeExcite(Box<SqueezeExcite>),
}

impl Executor {
    /// Prepares `quantised` for execution.
    #[must_use]
    pub fn of(quantised: &Quantised) -> Self {
        let step = |op: &Op| Step {
            work: Work::of(op),
            inputs: op.inputs.clone(),
            zeros: op.zeros.clone(),
            second_zero: op.inputs.get(1).map_or(0, |source| quantised.zero(source)),
            input: op.input,
            output: op.output,
        };
        Self { steps: quantised.ops.iter().map(step).collect(), sigmoid: quantised.sigmoid }
    }

    /// The class scores for `image` (camera bytes of the network's input shape).
    #[must_use]
    pub fn scores(&self, image: &[u8]) -> Vec<i8> {
        self.run(image).pop().unwrap_or_default()
    }

    /// The output of every operation for `image`, equal to [`Quantised::run`].
    #[must_use]
    pub fn run(&self, image: &[u8]) -> Vec<Vec<i8>> {
        let image = signed(image);
        let mut maps: Vec<Vec<i8>> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let read = |source: &Source| match source {
                Source::Image => image.as_slice(),
                Source::Op(OpId(index)) => maps[*index].as_slice(),
            };
            let first = step.inputs.first().map_or(&[][..], read);
            let second = step.inputs.get(1).map_or(&[][..], read);
            let map = step.run(first, second, &self.sigmoid);
            maps.push(map);
        }
        maps
    }
}

impl Work {
    fn of(op: &Op) -> Self {
        match &op.kind {
            Kind::Conv { window, filters } => Self::Conv(Conv::of(op, *window, filters)),
            Kind::Depthwise { window, filters } => Self::Depthwise(Depthwise::of(op, *window, filters)),
            Kind::Dense { filters } => Self::Dense(filters.clone()),
            Kind::MaxPool => Self::MaxPool,
            Kind::AvgPool(mean) => Self::AvgPool(*mean),
            Kind::Add(sum) => Self::Add(*sum),
            Kind::SqueezeExcite(op) => Self::SqueezeExcite(op.clone()),
        }
    }
}

impl Step {
    fn run(&self, map: &[i8], second: &[i8], sigmoid: &[u8; TABLE]) -> Vec<i8> {
        let zero = self.zeros.first().copied().unwrap_or(0);
        match &self.work {
            Work::Conv(conv) => conv.run(map, &self.zeros, self.output),
            Work::Depthwise(depthwise) => depthwise.run(map, &self.zeros, self.output),
            Work::Dense(filters) => dense(map, zero, filters),
            Work::MaxPool => {
                let mut most = vec![i8::MIN; self.input.channels];
                for pixel in map.chunks_exact(self.input.channels) {
                    most.iter_mut().zip(pixel).for_each(|(most, q)| *most = (*most).max(*q));
                }
                most
            }
            Work::AvgPool(mean) => means(map, self.input, &self.zeros, *mean),
            Work::Add(sum) => {
                let (zero, other) = (i32::from(zero), i32::from(self.second_zero));
                let pairs = map.iter().zip(second);
                pairs.map(|(a, b)| sum.apply([i32::from(*a) - zero, i32::from(*b) - other])).collect()
            }
            Work::SqueezeExcite(op) => {
                let means = means(map, self.input, &self.zeros, op.mean);
                let hidden = dense(&means, op.mean_quantum.zero, &op.reduce);
                let arguments = dense(&hidden, op.hidden_quantum.zero, &op.expand);
                let gates: Vec<u8> = arguments.iter().map(|q| gate(sigmoid, *q)).collect();
                let mut out = vec![0; map.len()];
                for (out, pixel) in out.chunks_exact_mut(gates.len()).zip(map.chunks_exact(gates.len())) {
                    for ((out, q), gate) in out.iter_mut().zip(pixel).zip(&gates) {
                        *out = op.multiply.apply(i32::from(*q) - i32::from(zero), *gate);
                    }
                }
                out
            }
        }
    }
}

fn means(map: &[i8], shape: Shape, zeros: &[i8], mean: Mean) -> Vec<i8> {
    let mut sums = vec![0_i32; shape.channels];
    for pixel in map.chunks_exact(shape.channels) {
        sums.iter_mut().zip(pixel).for_each(|(sum, q)| *sum = sum.wrapping_add(i32::from(*q)));
    }
    let zero = |zero: &i8| (shape.pixels() as i32).wrapping_mul(i32::from(*zero));
    sums.iter().zip(zeros).map(|(sum, z)| mean.apply(sum.wrapping_sub(zero(z)))).collect()
}

/// Explicit padding of a feature map with zero points subtracted. The pixels of a row that neighbouring outputs
/// read with the same tap are adjacent: with stride s, first the columns 0, s, 2s, …, then 1, 1 + s, ….
#[derive(Debug, Clone, Copy)]
struct Padding {
    shape: Shape,
    window: Window,
}

impl Padding {
    /// Values of a row in one phase; a row has `stride` phases.
    const fn phase(self) -> usize {
        self.window.padded(self.shape.width).div_ceil(self.window.stride) * self.shape.channels
    }

    const fn row(self) -> usize {
        self.phase() * self.window.stride
    }

    fn of(self, map: &[i8], zeros: &[i8]) -> Vec<i16> {
        let Self { shape: Shape { channels, height, width }, window } = self;
        let stride = window.stride;
        let mut out = vec![0_i16; self.row() * window.padded(height)];
        let one_zero = zeros.iter().all(|zero| *zero == zeros[0]);
        for (y, from) in map.chunks_exact(width * channels).enumerate() {
            let row = &mut out[window.place(y) * self.row()..][..self.row()];
            if stride == 1 && one_zero {
                subtract(&mut row[window.place(0) * channels..][..width * channels], from, zeros[0]);
                continue;
            }
            for (x, pixel) in from.chunks_exact(channels).enumerate() {
                let column = window.place(x);
                let at = column % stride * self.phase() + column / stride * channels;
                let to = row[at..][..channels].iter_mut().zip(pixel).zip(zeros);
                to.for_each(|((to, q), zero)| *to = i16::from(*q) - i16::from(*zero));
            }
        }
        out
    }

    /// The index within a row of the pixel that tap `kx` of output 0 reads.
    const fn tap(self, kx: usize) -> usize {
        kx % self.window.stride * self.phase() + kx / self.window.stride * self.shape.channels
    }
}

fn subtract(to: &mut [i16], from: &[i8], zero: i8) {
    to.iter_mut().zip(from).for_each(|(to, q)| *to = i16::from(*q) - i16::from(zero));
}

/// Requantisation of several output channels.
#[derive(Debug, Clone)]
enum Requantiser {
    /// [`Single`] with the same shift for all channels.
    Single { multipliers: Vec<i32>, offsets: Vec<i32>, shift: u32 },
    /// A different requantisation for each channel.
    Each(Vec<Requantise>),
}

impl Requantiser {
    fn of(requantise: &[Requantise]) -> Self {
        let single = |one: &Requantise| match one {
            Requantise::Single(single) => Some(*single),
            Requantise::Tflite(_) => None,
        };
        let singles: Option<Vec<Single>> = requantise.iter().map(single).collect();
        match singles.as_deref() {
            Some(singles @ [first, ..]) if singles.iter().all(|single| single.shift == first.shift) => Self::Single {
                multipliers: singles.iter().map(|single| i32::from(single.multiplier)).collect(),
                offsets: singles.iter().map(|single| single.offset).collect(),
                shift: first.shift,
            },
            _ => Self::Each(requantise.to_vec()),
        }
    }

    /// Requantises as many sums as there are channels in `out`.
    fn apply(&self, sums: &[i32], out: &mut [i8]) {
        match self {
            Self::Single { multipliers, offsets, shift } => {
                let sums = sums.iter().zip(multipliers).zip(offsets);
                for (out, ((sum, multiplier), offset)) in out.iter_mut().zip(sums) {
                    *out = saturate(sum.wrapping_mul(*multiplier).wrapping_add(*offset) >> shift);
                }
            }
            Self::Each(requantise) => {
                let sums = sums.iter().zip(requantise);
                out.iter_mut().zip(sums).for_each(|(out, (sum, requantise))| *out = requantise.apply(*sum));
            }
        }
    }
}

/// Standard convolution.
#[derive(Debug, Clone)]
struct Conv {
    padding: Padding,
    kernel: usize,
    /// Blocks of [`LANES`] output channels.
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Block {
    /// Weights ordered by tap, then input; 0 for padding outputs.
    weights: Vec<[i16; LANES]>,
    requantiser: Requantiser,
}

impl Conv {
    fn of(op: &Op, window: Window, filters: &Filters) -> Self {
        let (taps, depth, outputs) = (window.taps(), op.input.channels, filters.requantise.len());
        let weight = |o: usize, i: usize, tap: usize| {
            if o < outputs { i16::from(filters.weights[(o * depth + i) * taps + tap]) } else { 0 }
        };
        let block = |(index, requantise): (usize, &[Requantise])| {
            let places = (0..taps).flat_map(|tap| (0..depth).map(move |i| (tap, i)));
            let lanes = |(tap, i)| std::array::from_fn(|lane| weight(index * LANES + lane, i, tap));
            Block { weights: places.map(lanes).collect(), requantiser: Requantiser::of(requantise) }
        };
        let padding = Padding { shape: op.input, window };
        let blocks = filters.requantise.chunks(LANES).enumerate().map(block).collect();
        Self { padding, kernel: window.kernel, blocks }
    }

    fn run(&self, map: &[i8], zeros: &[i8], output: Shape) -> Vec<i8> {
        let input = self.padding.of(map, zeros);
        let mut out = vec![0; output.values()];
        // With a 1×1 window, a feature map is one long row.
        let is_flat = self.padding.window == Window::PIXEL;
        let (rows, width) = if is_flat { (1, output.pixels()) } else { (output.height, output.width) };
        for (index, block) in self.blocks.iter().enumerate() {
            for y in 0..rows {
                let rows = &input[y * self.padding.window.stride * self.padding.row()..];
                let mut x = 0;
                while x < width {
                    let at = (y * width + x) * output.channels + index * LANES;
                    if x + PIXELS <= width {
                        let sums = self.sums::<PIXELS>(&block.weights, rows, x);
                        block.store(&sums, &mut out[at..], output.channels);
                        x += PIXELS;
                    } else {
                        let sums = self.sums::<1>(&block.weights, rows, x);
                        block.store(&sums, &mut out[at..], output.channels);
                        x += 1;
                    }
                }
            }
        }
        out
    }

    /// The sums of `P` outputs starting at column `x`; `rows` starts with the row of the first tap.
    fn sums<const P: usize>(&self, weights: &[[i16; LANES]], rows: &[i16], x: usize) -> [[i32; LANES]; P] {
        let depth = self.padding.shape.channels;
        let mut sums = [[0_i32; LANES]; P];
        for (tap, weights) in weights.chunks_exact(depth).enumerate() {
            let (ky, kx) = (tap / self.kernel, tap % self.kernel);
            let pixels = &rows[ky * self.padding.row() + self.padding.tap(kx) + x * depth..][..P * depth];
            for (i, weights) in weights.iter().enumerate() {
                for (p, sums) in sums.iter_mut().enumerate() {
                    let value = i32::from(pixels[p * depth + i]);
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        *sum = sum.wrapping_add(value * i32::from(*weight));
                    }
                }
            }
        }
        sums
    }
}

impl Block {
    /// Stores the bytes of adjacent pixels, `channels` bytes apart.
    fn store(&self, sums: &[[i32; LANES]], out: &mut [i8], channels: usize) {
        for (sums, out) in sums.iter().zip(out.chunks_mut(channels)) {
            self.requantiser.apply(sums, out);
        }
    }
}

/// Depthwise convolution.
#[derive(Debug, Clone)]
struct Depthwise {
    padding: Padding,
    kernel: usize,
    /// Weights ordered by tap, repeated for a whole row of outputs.
    weights: Vec<i16>,
    /// Requantisation of a whole row of outputs.
    requantiser: Requantiser,
}

impl Depthwise {
    fn of(op: &Op, window: Window, filters: &Filters) -> Self {
        let (taps, Shape { channels, width, .. }) = (window.taps(), op.output);
        let row = |tap: usize| (0..width * channels).map(move |at| filters.weights[at % channels * taps + tap]);
        Self {
            padding: Padding { shape: op.input, window },
            kernel: window.kernel,
            weights: (0..taps).flat_map(row).map(i16::from).collect(),
            requantiser: Requantiser::of(&filters.requantise.repeat(width)),
        }
    }

    fn run(&self, map: &[i8], zeros: &[i8], output: Shape) -> Vec<i8> {
        let input = self.padding.of(map, zeros);
        let row = output.width * output.channels;
        let (mut out, mut sums) = (vec![0; output.values()], vec![0_i32; row]);
        for (y, out) in out.chunks_exact_mut(row).enumerate() {
            sums.fill(0);
            for (tap, weights) in self.weights.chunks_exact(row).enumerate() {
                let (ky, kx) = (tap / self.kernel, tap % self.kernel);
                let from = (y * self.padding.window.stride + ky) * self.padding.row() + self.padding.tap(kx);
                let products = weights.iter().zip(&input[from..][..row]);
                for (sum, (weight, value)) in sums.iter_mut().zip(products) {
                    *sum = sum.wrapping_add(i32::from(*weight) * i32::from(*value));
                }
            }
            self.requantiser.apply(&sums, out);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Activation, ConfigFile, PRESETS};
    use crate::graph::tests::graph_of;
    use crate::graph::{Dense, Graph};
    use crate::quant::tests::{folded, images};
    use crate::quant::{Calibration, RangeRule, Rounding, Settings};
    use proptest::prelude::*;

    /// Asserts that both executors give the same bytes for every operation on some images.
    fn agrees(graph: &Graph, seed: u32, rounding: Rounding) {
        let (graph, weights) = folded(graph, seed);
        let mut images = images(&graph, 3, seed);
        let calibration = Calibration::of(&graph, &weights, &images, 3);
        let settings = Settings { rounding, range: RangeRule::MinMax };
        let quantised = Quantised::of(&graph, &weights, &calibration, settings).unwrap();
        let executor = Executor::of(&quantised);
        // Includes sums far outside the calibrated range.
        let last = images.image_bytes() * 2;
        images.pixels[last..].iter_mut().enumerate().for_each(|(at, byte)| *byte = if at % 7 < 3 { 255 } else { 0 });
        for image in (0..3).map(|i| images.image(i)) {
            let (wanted, made) = (quantised.run(image), executor.run(image));
            for ((wanted, made), op) in wanted.iter().zip(&made).zip(&quantised.ops) {
                assert!(wanted == made, "{} {rounding:?}: {:?} to {:?}", op.name, op.input, op.output);
            }
            assert_eq!(wanted.last(), Some(&executor.scores(image)));
        }
    }

    #[test]
    fn the_presets_answer_as_their_definition_does() {
        for (name, _) in PRESETS {
            for rounding in [Rounding::Single, Rounding::Tflite] {
                agrees(&graph_of(name, 5), 7, rounding);
            }
        }
    }

    #[test]
    fn colours_whose_zero_points_differ_are_padded_with_them() {
        let text = "
            [model]\ninput = { height = 13, width = 11, channels = 3 }
            [data]\nmean = [0.2, 0.5, 0.9]\nstd = [0.2, 0.3, 0.1]
            [stem]\npadding = \"same\"\nstride = 3\nkernel = 5
            [[blocks]]\ntype = \"conv\"\nfilters = 9\nkernel = 5\nstride = 2
        ";
        let spec = ConfigFile::parse("t.toml", text, &[]).unwrap();
        agrees(&Graph::of_file(&spec, 9).unwrap(), 3, Rounding::Single);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn random_networks_answer_as_their_definition_does(
            text in crate::plan::row_tests::networks(), seed: u32, tflite: bool, classes in 2_usize..12,
            hidden in 0_usize..3,
        ) {
            let spec = ConfigFile::parse("t", &text, &[]).unwrap();
            let Ok(graph) = Graph::of_file(&spec, classes) else { return Ok(()) };
            let layers = [Dense::hidden(7, Activation::Relu), Dense::hidden(4, Activation::None)];
            let graph = graph.with_hidden(&layers[..hidden]).unwrap();
            agrees(&graph, seed, if tflite { Rounding::Tflite } else { Rounding::Single });
        }
    }
}
