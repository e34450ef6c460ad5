//! What the network is: `[model]`, `[stem]`, `[[blocks]]`, `[head]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest side of an input image, in pixels.
const MAX_INPUT: u32 = 4096;
/// The most filters one convolution may have.
const MAX_FILTERS: u32 = 4096;
/// The most classes a head may tell apart.
pub const MAX_CLASSES: u32 = 1000;

/// `[model]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Name of the network: a letter, then letters, digits or `_`, 32 in all.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"))]
    pub name: String,
    /// Size of the images the network sees.
    pub input: Input,
    /// Number of classes, or "auto" to take it from the data.
    pub num_classes: NumClasses,
    /// Scales the filters of stem and blocks (not the head): max(1, round half up(filters × this)).
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 16.0))]
    pub width_multiplier: f64,
    /// Batch normalisation after every convolution; folded away at export.
    pub batch_norm: bool,
    /// Added to the variance before its root is taken.
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
    /// As many as the data has.
    Auto(Auto),
    /// This many.
    Count(#[schemars(range(min = 2, max = MAX_CLASSES))] u32),
}

/// The word "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Auto {
    /// Taken from the data.
    Auto,
}

/// Zeros around a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Padding {
    /// kernel/2 zeros on each side, as in PyTorch.
    #[default]
    Same,
    /// No zeros.
    Valid,
}

/// What follows a convolution (after batch normalisation, where there is one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Activation {
    /// Nothing.
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
    /// Side of the kernel.
    #[schemars(extend("enum" = [1, 3, 5]))]
    pub kernel: u32,
    /// Step between outputs.
    #[schemars(extend("enum" = [1, 2, 3]))]
    pub stride: u32,
    /// Zeros around the image.
    pub padding: Padding,
    /// What follows.
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
pub enum Block {
    /// Depthwise convolution, then pointwise, each with batch norm and ReLU6 (MobileNetV1, arXiv 1704.04861).
    Separable {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Side of the depthwise kernel.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Step of the depthwise convolution.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Zeros around the map.
        #[serde(default)]
        padding: Padding,
        /// How many times the block stands; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 64))]
        repeat: u32,
    },
    /// Expand, depthwise, project, with a skip where stride is 1 and channels agree (MobileNetV2, arXiv 1801.04381).
    Bottleneck {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// t: the expand convolution makes t times the input's channels; 1 means there is none.
        #[serde(default = "four")]
        #[schemars(range(min = 1, max = 16))]
        expansion: u32,
        /// Side of the depthwise kernel.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Step of the depthwise convolution.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Zeros around the map.
        #[serde(default)]
        padding: Padding,
        /// Squeeze-and-excitation (arXiv 1709.01507); absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        squeeze_excite: Option<SqueezeExcite>,
        /// How many times the block stands; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(range(min = 1, max = 64))]
        repeat: u32,
    },
    /// A standard convolution, batch norm, activation.
    Conv {
        /// Output channels, before the width multiplier.
        #[schemars(range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Side of the kernel.
        #[serde(default = "three")]
        #[schemars(extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Step between outputs.
        #[serde(default = "one")]
        #[schemars(extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Zeros around the map.
        #[serde(default)]
        padding: Padding,
        /// What follows.
        #[serde(default)]
        activation: Activation,
        /// How many times the block stands; the stride applies to the first.
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
    /// How many times the block stands.
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
    /// Where it stands.
    pub after: After,
    /// The hidden layer has max(1, C / ratio) units; C is the width where it stands.
    #[serde(default = "four")]
    #[schemars(range(min = 1, max = 64))]
    pub ratio: u32,
}

/// Where squeeze-and-excitation stands in a bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum After {
    /// After the depthwise convolution's batch norm and ReLU6.
    Depthwise,
    /// After the projection, before the skip is added.
    Project,
}

/// `[head]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Head {
    /// Global pooling over the last map.
    pub pool: Pool,
    /// Share of pooled features set to zero in training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
}

/// Global pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Pool {
    /// The largest value of each channel.
    Max,
    /// The mean of each channel.
    #[default]
    Avg,
}
