//! A configuration as operations with shapes: what is planned, trained, quantised and written.

mod append;
mod build;
mod op;
mod shape;
mod weights;

pub use append::AppendError;
pub use build::BuildError;
pub use op::{
    Add, Conv, Dense, Depthwise, FilterLayer, GlobalPool, Kind, Map, Norm, Operator, Param, Reads, Role, SqueezeExcite,
};
pub use shape::{Shape, Window};
pub use weights::{BatchNorm, Tensor, Weights, WeightsError, metadata};

use crate::config::{Activation, KeyPath, Pool};

/// The place of an operation in [`Graph::ops`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(pub usize);

/// Where an operation reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The image.
    Image,
    /// The output of an earlier operation.
    Op(OpId),
}

/// One operation of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its place in the graph.
    pub id: OpId,
    /// Stable name, which prefixes its parameters: `block3.depthwise`.
    pub name: String,
    /// What stands for it in the file: `stem`, `blocks.2`, `head`.
    pub place: KeyPath,
    /// The block it belongs to, counted with repeats.
    pub block: Option<usize>,
    /// What it is.
    pub kind: Kind,
    /// What it reads; the skip of an addition comes second.
    pub inputs: Vec<Source>,
    /// The size of what it reads.
    pub input: Shape,
    /// The size of what it makes.
    pub output: Shape,
}

impl Op {
    /// Its parameters, in the order they are saved.
    #[must_use]
    pub fn params(&self) -> Vec<Param> {
        self.kind.operator().params(&self.name, self.input)
    }

    /// Multiplications for one image.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.kind.operator().macs(self.input, self.output)
    }

    /// The layers of filters in it, in the order of its parameters.
    #[must_use]
    pub fn filters(&self) -> Vec<FilterLayer> {
        self.kind.operator().filters(self.input)
    }

    /// Its filters, where there is one layer of them with [`norm`](Self::norm) and
    /// [`activation`](Self::activation) behind it.
    #[must_use]
    pub fn layer(&self) -> Option<FilterLayer> {
        match self.filters().as_slice() {
            [layer] => Some(*layer),
            _ => None,
        }
    }

    /// The norm behind its filters.
    #[must_use]
    pub fn norm(&self) -> Norm {
        self.kind.operator().norm()
    }

    /// The activation behind the norm.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.kind.operator().activation()
    }

    /// How it pools a whole map to one pixel, where it does.
    #[must_use]
    pub fn pool(&self) -> Option<Pool> {
        self.kind.operator().pool()
    }

    /// How its kernel moves over rows; one pixel at a time where it reads whole maps.
    #[must_use]
    pub fn window(&self) -> Window {
        match self.kind.operator().reads() {
            Reads::Rows(window) => window,
            Reads::Map => Window::PIXEL,
        }
    }
}

/// How a camera byte becomes a number: (byte − mean) × scale, per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    /// The byte that becomes 0.
    pub mean: Vec<u8>,
    /// 1 / (255 · std)
    pub scale: Vec<f32>,
}

impl Pixels {
    /// The value of `byte` in `channel`.
    #[must_use]
    pub fn value(&self, channel: usize, byte: u8) -> f32 {
        (f32::from(byte) - f32::from(self.mean[channel])) * self.scale[channel]
    }
}

/// A network as operations, each after those it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// The model's name.
    pub name: String,
    /// The size of an image.
    pub input: Shape,
    /// How an image's bytes become numbers.
    pub pixels: Pixels,
    /// The operations; the last one makes the logits.
    pub ops: Vec<Op>,
    /// How many classes it tells apart.
    pub classes: usize,
    /// Share of pooled features dropped in training.
    pub dropout: f32,
}

impl Graph {
    /// Every parameter, in the order of the operations.
    #[must_use]
    pub fn params(&self) -> Vec<Param> {
        self.ops.iter().flat_map(Op::params).collect()
    }

    /// How many values training changes.
    #[must_use]
    pub fn trainable(&self) -> u64 {
        self.params().iter().filter(|param| param.role.is_trained()).map(|param| param.values() as u64).sum()
    }

    /// Where global pooling stands; the number of operations where there is none.
    #[must_use]
    pub fn pool_at(&self) -> usize {
        self.ops.iter().position(|op| op.pool().is_some()).unwrap_or(self.ops.len())
    }

    /// The operations between the pool and the head.
    #[must_use]
    pub fn tail(&self) -> &[Op] {
        let head = self.ops.len().saturating_sub(1);
        self.ops.get(self.pool_at() + 1..head).unwrap_or(&[])
    }

    /// Features that the head reads.
    #[must_use]
    pub fn feature_count(&self) -> usize {
        self.ops.last().map_or(0, |head| head.input.values())
    }

    /// Multiplications for one image.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.ops.iter().map(Op::macs).sum()
    }

    /// The same network with batch normalisation folded into weights and biases: what is deployed.
    #[must_use]
    pub fn folded(&self) -> Self {
        let mut graph = self.clone();
        for op in &mut graph.ops {
            let operator = op.kind.operator_mut();
            operator.set_norm(operator.norm().folded());
        }
        graph
    }

    /// The maps that every operation makes of `image` (channel by channel, already numbers), by
    /// the slow and obvious float reference. The last one holds the logits.
    #[must_use]
    pub fn reference(&self, weights: &Weights, image: &Map) -> Vec<Map> {
        let mut maps: Vec<Map> = Vec::with_capacity(self.ops.len());
        for op in &self.ops {
            let read = |source: &Source| match source {
                Source::Image => image,
                Source::Op(OpId(index)) => &maps[*index],
            };
            let inputs: Vec<&Map> = op.inputs.iter().map(read).collect();
            let map = op.kind.operator().reference(&op.name, weights, &inputs, op.output);
            maps.push(map);
        }
        maps
    }

    /// An image in camera order (rows, RGB interleaved) as the numbers the network sees.
    #[must_use]
    pub fn image_map(&self, bytes: &[u8]) -> Map {
        let mut map = Map::zeros(self.input);
        let (pixels, channels) = (self.input.pixels(), self.input.channels);
        for (pixel, samples) in bytes.chunks(channels).enumerate().take(pixels) {
            for (channel, byte) in samples.iter().enumerate() {
                map.values[channel * pixels + pixel] = self.pixels.value(channel, *byte);
            }
        }
        map
    }
}

/// Probabilities of logits: exp(x − max), divided by their sum.
#[must_use]
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The place of the largest value, the first of equals; NaN is never the largest.
#[must_use]
pub fn argmax(values: &[f32]) -> usize {
    let above = |i: usize, best: usize| values[i] > values[best] || (values[best].is_nan() && !values[i].is_nan());
    (1..values.len()).fold(0, |best, i| if above(i, best) { i } else { best })
}

#[cfg(test)]
pub(crate) mod tests;
