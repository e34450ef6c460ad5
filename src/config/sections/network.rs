//! The network: `[model]`, `[stem]`, `[[blocks]]`, `[head]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Maximum width and height of an input image, in pixels.
const MAX_INPUT: u32 = 4096;
/// Maximum number of filters of a convolution.
const MAX_FILTERS: u32 = 4096;
/// Maximum number of classes.
pub const MAX_CLASSES: u32 = 1000;

/// `[model]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Name of the network: a letter, then letters, digits or `_`, at most 32 characters.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"))]
    pub name: String,
    /// Size of the network's input.
    pub input: Input,
    /// Number of classes, or "auto": that of the data.
    pub num_classes: NumClasses,
    /// Width multiplier of the stem and the blocks: max(1, round half up(filters × this)) filters.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 16.0))]
    pub width_multiplier: f64,
    /// Batch normalisation after every convolution; folded into the weights at export.
    pub batch_norm: bool,
    /// Epsilon of batch normalisation, added to the variance.
    #[schemars(range(min = 1e-9, max = 1.0))]
    pub batch_norm_epsilon: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            name: "net".into(),
            input: Input::default(),
            num_classes: NumClasses::Auto(Auto::Auto),
            width_multiplier: 1.0,
            batch_norm: true,
            batch_norm_epsilon: 0.001,
        }
    }
}

/// `input` of `[model]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// Rows, in pixels.
    #[schemars(range(min = 1, max = MAX_INPUT))]
    pub height: u32,
    /// Columns, in pixels.
    #[schemars(range(min = 1, max = MAX_INPUT))]
    pub width: u32,
    /// 1 for grayscale, 3 for RGB.
    #[schemars(extend("enum" = [1, 3]))]
    pub channels: u32,
}

impl Default for Input {
    fn default() -> Self {
        Self { height: 96, width: 96, channels: 1 }
    }
}

/// A number of classes, or "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum NumClasses {
    /// The number of classes of the data.
    Auto(Auto),
    /// A fixed number.
    Count(#[schemars(range(min = 2, max = MAX_CLASSES))] u32),
}

/// The word "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Auto {
    /// From the data.
    Auto,
}

/// Padding of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Padding {
    /// kernel/2 zeros on each side, as in PyTorch.
    #[default]
    Same,
    /// No padding.
    Valid,
}

/// Activation after a convolution and its batch normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Activation {
    /// No activation.
    None,
    /// max(0, x)
    Relu,
    /// min(6, max(0, x))
    #[default]
    Relu6,
}

/// `[stem]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stem {
    /// Output channels, before the width multiplier.
    #[schemars(range(min = 1, max = MAX_FILTERS))]
    pub filters: u32,
    /// Kernel size, in pixels.
    #[schemars(extend("enum" = [1, 3, 5]))]
    pub kernel: u32,
    /// Stride, in pixels.
    #[schemars(extend("enum" = [1, 2, 3]))]
    pub stride: u32,
    /// Padding.
    pub padding: Padding,
    /// Activation after batch norm: none, ReLU or ReLU6.
    pub activation: Activation,
}

impl Default for Stem {
    fn default() -> Self {
        Self { filters: 8, kernel: 3, stride: 2, padding: Padding::Same, activation: Activation::Relu6 }
    }
}

/// One `[[blocks]]` entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Block {
    /// Depthwise convolution, then pointwise, each with batch norm and ReLU6 (MobileNetV1, arXiv 1704.04861).
    Separable {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Kernel size of the depthwise convolution, in pixels.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride of the depthwise convolution, in pixels.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        padding: Padding,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 64))]
        repeat: u32,
    },
    /// Expand, depthwise, project, with a residual connection if the stride is 1 and input and output have the same shape (MobileNetV2, arXiv 1801.04381).
    Bottleneck {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Expansion t: the expand convolution has t × input channels outputs; 1: no expand convolution.
        #[serde(default = "four")]
        #[schemars(range(min = 1, max = 16))]
        expansion: u32,
        /// Kernel size of the depthwise convolution, in pixels.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride of the depthwise convolution, in pixels.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        padding: Padding,
        /// Squeeze-and-excitation (arXiv 1709.01507); absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        squeeze_excite: Option<SqueezeExcite>,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 64))]
        repeat: u32,
    },
    /// A standard convolution, batch norm, activation.
    Conv {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Kernel size, in pixels.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride, in pixels.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        padding: Padding,
        /// Activation after batch norm: none, ReLU or ReLU6.
        #[serde(default)]
        activation: Activation,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 64))]
        repeat: u32,
    },
}

const fn one() -> u32 {
    1
}
const fn three() -> u32 {
    3
}
const fn four() -> u32 {
    4
}

impl Block {
    /// Number of copies of the block.
    #[must_use]
    pub const fn repeat(&self) -> u32 {
        match self {
            Self::Separable { repeat, .. } | Self::Bottleneck { repeat, .. } | Self::Conv { repeat, .. } => *repeat,
        }
    }
}

/// `squeeze_excite` of a bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqueezeExcite {
    /// Insert squeeze-and-excitation after the depthwise or after the project convolution.
    pub after: After,
    /// Reduction ratio: the hidden layer has max(1, C / ratio) units for C channels.
    #[serde(default = "four")]
    #[schemars(range(min = 1, max = 64))]
    pub ratio: u32,
}

/// Position of squeeze-and-excitation in a bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum After {
    /// After the depthwise convolution's batch norm and ReLU6.
    Depthwise,
    /// After the project convolution, before the residual connection is added.
    Project,
}

/// `[head]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Head {
    /// Global pooling of the last feature map.
    pub pool: Pool,
    /// Dropout rate of the pooled features in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

/// Global pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Pool {
    /// Maximum of each channel.
    Max,
    /// Mean of each channel.
    #[default]
    Avg,
}
