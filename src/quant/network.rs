//! A network in integers: every operation with all its constants, and what it does to bytes.
//!
//! This is the slow and obvious definition of every int8 result; [`super::Executor`] makes the same
//! bytes fast. Maps are bytes in camera order
//! (row by row, the channels of a pixel side by side); weights are in PyTorch's order (OIHW).

use crate::contract::{Mean, Multiply, Single, Sum, TABLE, tflite};
use crate::graph::{OpId, Shape, Source, Window};

/// Scale and zero point of a map: byte `q` stands for `scale · (q − zero)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantParams {
    /// The step between two bytes; positive.
    pub scale: f64,
    /// The byte that is 0.
    pub zero: i8,
}

impl QuantParams {
    /// The number that `q` stands for.
    #[must_use]
    pub fn real(self, q: i8) -> f64 {
        self.scale * (f64::from(q) - f64::from(self.zero))
    }

    /// The byte nearest to `real`.
    #[must_use]
    pub fn byte(self, real: f64) -> i8 {
        ((real / self.scale).round() + f64::from(self.zero)).clamp(-128.0, 127.0) as i8
    }
}

/// Which arithmetic a network follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// [`Single`]
    #[default]
    Single,
    /// [`tflite`], in convolutions and the head; the rest is the same in both.
    Tflite,
}

/// From a sum of products to a byte: one output channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is documented at its type")]
pub enum Requantise {
    Single(Single),
    Tflite(tflite::Requantise),
}

impl Requantise {
    /// The output byte for `sum`.
    #[must_use]
    pub const fn apply(self, sum: i32) -> i8 {
        match self {
            Self::Single(single) => single.apply(sum),
            Self::Tflite(tflite) => tflite.apply(sum),
        }
    }
}

/// The weights of a layer, output channel by output channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// In [−127, 127]; OIHW, without the I where every channel is by itself.
    pub weights: Vec<i8>,
    /// One for each output channel.
    pub requantise: Vec<Requantise>,
    /// What one step of each output channel's weights stands for.
    pub scales: Vec<f64>,
    /// The least and the largest sum that any input can give, for each output channel.
    pub sums: Vec<(i32, i32)>,
}

/// Squeeze-and-excitation.
#[derive(Debug, Clone, PartialEq)]
pub struct SqueezeExcite {
    /// The mean of each channel.
    pub mean: Mean,
    /// What the means' bytes stand for.
    pub mean_quantum: QuantParams,
    /// From the means to the hidden layer; ReLU is its saturation.
    pub reduce: Filters,
    /// What the hidden layer's bytes stand for.
    pub hidden_quantum: QuantParams,
    /// From the hidden layer to the sigmoid's argument, whose zero point is 0 and whose step is
    /// [`Quantised::sigmoid_scale`].
    pub expand: Filters,
    /// From value and gate to the output.
    pub multiply: Multiply,
}

/// What an integer operation is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Convolution over all channels.
    Conv {
        /// Kernel size, stride and padding. Padding contributes nothing: it is the zero point.
        window: Window,
        /// The weights.
        filters: Filters,
    },
    /// Each channel by itself.
    Depthwise {
        /// Kernel size, stride and padding. Padding contributes nothing.
        window: Window,
        /// The weights.
        filters: Filters,
    },
    /// Fully connected.
    Dense {
        /// The weights.
        filters: Filters,
    },
    /// The largest of each channel.
    MaxPool,
    /// The mean of each channel.
    AvgPool(Mean),
    /// The sum of two maps.
    Add(Sum),
    /// Squeeze-and-excitation.
    SqueezeExcite(Box<SqueezeExcite>),
}

impl Kind {
    /// The weights, where there is one layer of them.
    #[must_use]
    pub const fn filters(&self) -> Option<&Filters> {
        match self {
            Self::Conv { filters, .. } | Self::Depthwise { filters, .. } | Self::Dense { filters } => Some(filters),
            Self::MaxPool | Self::AvgPool(_) | Self::Add(_) | Self::SqueezeExcite(_) => None,
        }
    }
}

/// An integer operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its name in the graph.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// What it reads; the skip of an addition comes second.
    pub inputs: Vec<Source>,
    /// The zero point of each channel of its first input. Only the image's can differ from each
    /// other.
    pub zeros: Vec<i8>,
    /// The size of what it reads.
    pub input: Shape,
    /// The size of what it makes.
    pub output: Shape,
    /// What its output bytes stand for.
    pub quantum: QuantParams,
}

/// A network in integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantised {
    /// The arithmetic of it all.
    pub rounding: Rounding,
    /// The size of an image.
    pub input: Shape,
    /// One for each of the graph; the last makes the class scores.
    pub ops: Vec<Op>,
    /// The step of the sigmoid's argument; 1/16 where there is no squeeze-and-excitation.
    pub sigmoid_scale: f64,
    /// [`crate::contract::sigmoid_table`] for it.
    pub sigmoid: [u8; TABLE],
}

impl Quantised {
    /// Every operation's output for `image`, camera bytes of [`input`](Self::input)'s size. The
    /// last one is the class scores.
    #[must_use]
    pub fn run(&self, image: &[u8]) -> Vec<Vec<i8>> {
        let image = signed(image);
        let mut maps: Vec<Vec<i8>> = Vec::with_capacity(self.ops.len());
        for (index, op) in self.ops.iter().enumerate() {
            let read = |source: &Source| match source {
                Source::Image => image.as_slice(),
                Source::Op(OpId(index)) => maps[*index].as_slice(),
            };
            let inputs: Vec<&[i8]> = op.inputs.iter().map(read).collect();
            let map = self.run_op(index, &inputs);
            maps.push(map);
        }
        maps
    }

    /// The output of the operation at `index` for `inputs`, as many as it reads; the image, where
    /// it reads that, as [`signed`] bytes.
    #[must_use]
    pub(crate) fn run_op(&self, index: usize, inputs: &[&[i8]]) -> Vec<i8> {
        let op = &self.ops[index];
        let second = op.inputs.get(1).map_or(0, |source| self.zero(source));
        op.run(inputs, second, &self.sigmoid)
    }

    /// The zero point of what an operation makes; 0 for the image, which has one per channel.
    #[must_use]
    pub fn zero(&self, source: &Source) -> i8 {
        match source {
            Source::Image => 0,
            Source::Op(OpId(index)) => self.ops[*index].quantum.zero,
        }
    }

    /// What the class scores stand for.
    ///
    /// # Panics
    /// Where there is no operation: a graph has at least its head.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a graph has at least its head")]
    pub fn scores(&self) -> QuantParams {
        self.ops.last().expect("a network has operations").quantum
    }

    /// Probabilities of `scores`: the softmax of the logits they stand for.
    #[must_use]
    pub fn probabilities(&self, scores: &[i8]) -> Vec<f32> {
        let quantum = self.scores();
        let logits: Vec<f32> = scores.iter().map(|score| quantum.real(*score) as f32).collect();
        crate::graph::softmax(&logits)
    }
}

/// Camera bytes as the first operation reads them: `byte − 128`.
#[must_use]
pub fn signed(image: &[u8]) -> Vec<i8> {
    image.iter().map(|byte| (byte ^ 0x80).cast_signed()).collect()
}
