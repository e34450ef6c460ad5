//! An int8 network: operations with all constants, and their reference implementation.
//!
//! This simple implementation defines every int8 result; [`super::Executor`] computes the same bytes faster.
//! Feature maps are bytes in camera order (HWC); weights are in PyTorch's order (OIHW).

use crate::contract::{Mean, Multiply, Single, Sum, TABLE, tflite};
use crate::graph::{OpId, Shape, Source, Window};

/// Quantisation parameters, scale and zero point: byte `q` represents `scale · (q − zero)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantParams {
    /// The difference between consecutive byte values; positive.
    pub scale: f64,
    /// Zero point: the byte that represents 0.
    pub zero: i8,
}

impl QuantParams {
    /// Dequantises `q`.
    #[must_use]
    pub fn real(self, q: i8) -> f64 {
        self.scale * (f64::from(q) - f64::from(self.zero))
    }

    /// Quantises `real` to the nearest byte, with saturation.
    #[must_use]
    pub fn byte(self, real: f64) -> i8 {
        ((real / self.scale).round() + f64::from(self.zero)).clamp(-128.0, 127.0) as i8
    }
}

/// The requantisation arithmetic of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// [`Single`]
    #[default]
    Single,
    /// [`tflite`], in convolutions and dense layers; other operations are the same in both.
    Tflite,
}

/// Requantisation of one output channel: from an accumulator to a byte.
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

/// The quantised weights of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// Weights in [−127, 127]; OIHW, without I in depthwise convolutions.
    pub weights: Vec<i8>,
    /// One requantisation per output channel.
    pub requantise: Vec<Requantise>,
    /// Scale of the weights of each output channel.
    pub scales: Vec<f64>,
    /// Minimum and maximum sum of each output channel over all possible inputs.
    pub sums: Vec<(i32, i32)>,
}

/// Squeeze-and-excitation.
#[derive(Debug, Clone, PartialEq)]
pub struct SqueezeExcite {
    /// The mean of each channel.
    pub mean: Mean,
    /// Quantisation parameters of the means.
    pub mean_quantum: QuantParams,
    /// Dense layer from means to hidden units; ReLU is done by saturation.
    pub reduce: Filters,
    /// Quantisation parameters of the hidden units.
    pub hidden_quantum: QuantParams,
    /// Dense layer from hidden units to the sigmoid's arguments, which have zero point 0 and scale
    /// [`Quantised::sigmoid_scale`].
    pub expand: Filters,
    /// Multiplication of values and gates.
    pub multiply: Multiply,
}

/// The type of an int8 operation, with its constants.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Standard convolution.
    Conv {
        /// Kernel size, stride and padding. The padding value is the zero point and contributes 0.
        window: Window,
        /// The weights.
        filters: Filters,
    },
    /// Depthwise convolution.
    Depthwise {
        /// Kernel size, stride and padding. Padding contributes 0.
        window: Window,
        /// The weights.
        filters: Filters,
    },
    /// Fully connected.
    Dense {
        /// The weights.
        filters: Filters,
    },
    /// Global max pooling.
    MaxPool,
    /// Global average pooling.
    AvgPool(Mean),
    /// Elementwise addition of two feature maps.
    Add(Sum),
    /// Squeeze-and-excitation.
    SqueezeExcite(Box<SqueezeExcite>),
}

impl Kind {
    /// The weights, if there is exactly one layer of filters.
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
    /// Its type and constants.
    pub kind: Kind,
    /// Its inputs; an addition reads the skip connection second.
    pub inputs: Vec<Source>,
    /// The zero point of each channel of its first input. They are equal except for the image.
    pub zeros: Vec<i8>,
    /// Shape of its (first) input.
    pub input: Shape,
    /// Shape of its output.
    pub output: Shape,
    /// Quantisation parameters of its output.
    pub quantum: QuantParams,
}

/// An int8 network.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantised {
    /// The requantisation arithmetic.
    pub rounding: Rounding,
    /// The shape of the input image.
    pub input: Shape,
    /// One per operation of the graph; the output of the last one is the class scores.
    pub ops: Vec<Op>,
    /// Scale of the sigmoid's arguments; 1/16 without squeeze-and-excitation.
    pub sigmoid_scale: f64,
    /// The [`crate::contract::sigmoid_table`] for that scale.
    pub sigmoid: [u8; TABLE],
}

impl Quantised {
    /// The output of every operation for `image` (camera bytes of shape [`input`](Self::input)). The last one is
    /// the class scores.
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

    /// The output of the operation at `index` for all its `inputs`; the image is given as [`signed`] bytes.
    #[must_use]
    pub(crate) fn run_op(&self, index: usize, inputs: &[&[i8]]) -> Vec<i8> {
        let op = &self.ops[index];
        let second = op.inputs.get(1).map_or(0, |source| self.zero(source));
        op.run(inputs, second, &self.sigmoid)
    }

    /// The zero point of the output of an operation; 0 for the image, which has one per channel.
    #[must_use]
    pub fn zero(&self, source: &Source) -> i8 {
        match source {
            Source::Image => 0,
            Source::Op(OpId(index)) => self.ops[*index].quantum.zero,
        }
    }

    /// Quantisation parameters of the class scores.
    ///
    /// # Panics
    /// If there are no operations; a graph has at least its head.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a graph has at least its head")]
    pub fn scores(&self) -> QuantParams {
        self.ops.last().expect("a network has operations").quantum
    }

    /// Probabilities of `scores`: the softmax of the dequantised logits.
    #[must_use]
    pub fn probabilities(&self, scores: &[i8]) -> Vec<f32> {
        let quantum = self.scores();
        let logits: Vec<f32> = scores.iter().map(|score| quantum.real(*score) as f32).collect();
        crate::graph::softmax(&logits)
    }
}

/// Converts camera bytes to the signed input of the first operation: `byte − 128`.
#[must_use]
pub fn signed(image: &[u8]) -> Vec<i8> {
    image.iter().map(|byte| (byte ^ 0x80).cast_signed()).collect()
}
