//! The graph of a network: operations with shapes. Planning, training, quantisation and export use it.

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

/// Index of an operation in [`Graph::ops`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(pub usize);

/// An input of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The image.
    Image,
    /// The output of an earlier operation.
    Op(OpId),
}

/// An operation of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its index in the graph.
    pub id: OpId,
    /// Stable name and prefix of its parameters: `block3.depthwise`.
    pub name: String,
    /// Its table in the configuration: `stem`, `blocks.2`, `head`.
    pub place: KeyPath,
    /// Index of its block, repeats included; `None` outside blocks.
    pub block: Option<usize>,
    /// Its kind and properties.
    pub kind: Kind,
    /// Its inputs; the second input of an addition is the skip connection.
    pub inputs: Vec<Source>,
    /// Shape of its first input.
    pub input: Shape,
    /// Shape of its output.
    pub output: Shape,
}

impl Op {
    /// Its parameters, in the order of saved files.
    #[must_use]
    pub fn params(&self) -> Vec<Param> {
        self.kind.operator().params(&self.name, self.input)
    }

    /// Number of trainable parameter values.
    #[must_use]
    pub fn trainable(&self) -> u64 {
        self.params().iter().filter(|param| param.role.is_trained()).map(|param| param.values() as u64).sum()
    }

    /// Multiply-accumulate operations (MACs) for one image.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.kind.operator().macs(self.input, self.output)
    }

    /// Its layers of filters, in the order of its parameters.
    #[must_use]
    pub fn filters(&self) -> Vec<FilterLayer> {
        self.kind.operator().filters(self.input)
    }

    /// Its filters, if it is a single layer followed by [`norm`](Self::norm) and [`activation`](Self::activation).
    #[must_use]
    pub fn layer(&self) -> Option<FilterLayer> {
        match self.filters().as_slice() {
            [layer] => Some(*layer),
            _ => None,
        }
    }

    /// The norm after its filters.
    #[must_use]
    pub fn norm(&self) -> Norm {
        self.kind.operator().norm()
    }

    /// The activation after the norm.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.kind.operator().activation()
    }

    /// Its kind of global pooling, if it is a global pool.
    #[must_use]
    pub fn pool(&self) -> Option<Pool> {
        self.kind.operator().pool()
    }

    /// Its window over the input: kernel, stride and padding; 1×1 if it reads whole feature maps.
    #[must_use]
    pub fn window(&self) -> Window {
        match self.kind.operator().reads() {
            Reads::Rows(window) => window,
            Reads::Map => Window::PIXEL,
        }
    }
}

/// Normalisation of camera bytes: (byte − mean) × scale, per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    /// Mean, as a byte.
    pub mean: Vec<u8>,
    /// Scale: 1 / (255 · std).
    pub scale: Vec<f32>,
}

impl Pixels {
    /// The normalised value of `byte` in `channel`.
    #[must_use]
    pub fn value(&self, channel: usize, byte: u8) -> f32 {
        (f32::from(byte) - f32::from(self.mean[channel])) * self.scale[channel]
    }
}

/// A network: operations in topological order.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Name of the network.
    pub name: String,
    /// Shape of the input image.
    pub input: Shape,
    /// Normalisation of the image.
    pub pixels: Pixels,
    /// The operations; the output of the last one is the logits.
    pub ops: Vec<Op>,
    /// Number of classes.
    pub classes: usize,
    /// Dropout probability, in training, of the features that the head reads.
    pub dropout: f32,
}

impl Graph {
    /// All parameters, in the order of the operations.
    #[must_use]
    pub fn params(&self) -> Vec<Param> {
        self.ops.iter().flat_map(Op::params).collect()
    }

    /// Number of trainable parameter values.
    #[must_use]
    pub fn trainable(&self) -> u64 {
        self.ops.iter().map(Op::trainable).sum()
    }

    /// Index of the global pool; the number of operations if there is none.
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

    /// Number of features that the head reads.
    #[must_use]
    pub fn feature_count(&self) -> usize {
        self.ops.last().map_or(0, |head| head.input.values())
    }

    /// Multiply-accumulate operations (MACs) for one image.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.ops.iter().map(Op::macs).sum()
    }

    /// The deployed network: batch norm is replaced by biases.
    #[must_use]
    pub fn folded(&self) -> Self {
        let mut graph = self.clone();
        for op in &mut graph.ops {
            let operator = op.kind.operator_mut();
            operator.set_norm(operator.norm().folded());
        }
        graph
    }

    /// Runs the slow float reference on `image` (normalised, CHW) and returns the output of each operation. The
    /// last one is the logits.
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

    /// Normalises an image in camera order (HWC bytes) and converts it to CHW, the network input.
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

/// Softmax: exp(x − max), divided by their sum.
#[must_use]
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// Index of the largest value, the first one on a tie. NaN is never the largest.
#[must_use]
pub fn argmax(values: &[f32]) -> usize {
    let above = |i: usize, best: usize| values[i] > values[best] || (values[best].is_nan() && !values[i].is_nan());
    (1..values.len()).fold(0, |best, i| if above(i, best) { i } else { best })
}

#[cfg(test)]
pub(crate) mod tests;
