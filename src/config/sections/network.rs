//! The network: `[model]`, `[stem]`, `[[blocks]]`.

use super::shared;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Maximum width and height of an input image, in pixels.
const MAX_INPUT: u32 = 4096;
/// Maximum number of filters of a convolution.
pub(super) const MAX_FILTERS: u32 = 4096;
/// Maximum number of classes.
pub const MAX_CLASSES: u32 = 1000;

/// `[model]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Name of the network: a letter, then letters, digits or `_`, at most 32 characters.
    ///
    /// Cost: nothing. Run folders are named after it, and the C++ class unless export.class_name is set.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"))]
    pub name: String,
    /// Size of the network's input.
    pub input: Input,
    /// Number of classes, or "auto": that of the data.
    ///
    /// Cost: one weight per feature and one bias for each class, in the head.
    pub num_classes: NumClasses,
    /// Width multiplier of the stem and the blocks: max(1, round half up(filters × this)) filters, or a multiple of
    /// width_divisor.
    ///
    /// Cost: weights and MACs grow with its square, RAM in proportion.
    ///
    /// Paper: Howard et al. 2017, MobileNets, arXiv:1704.04861
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 16.0))]
    pub width_multiplier: f64,
    /// Widened filters are rounded to the nearest multiple of this that is at least 90 % of them; 1: to whole numbers.
    ///
    /// Cost: nothing but the filters that are added or left out. Kernels compute several channels together.
    ///
    /// Published networks use 8. Expanded channels of a bottleneck are not rounded.
    ///
    /// Paper: Sandler et al. 2018, MobileNetV2, arXiv:1801.04381 (its code: `_make_divisible`)
    #[schemars(range(min = 1, max = 64))]
    pub width_divisor: u32,
    /// Batch normalisation after every convolution; folded into the weights at export.
    ///
    /// Cost: nothing on the board, where it is part of the weights; micro trains 6 % slower.
    ///
    /// Each channel is scaled to the mean and the variance of the batch in training, and to running averages of them
    /// afterwards. Deep networks train faster and with higher learning rates.
    ///
    /// Paper: Ioffe and Szegedy 2015, Batch Normalization, arXiv:1502.03167
    pub batch_norm: bool,
    /// Epsilon of batch normalisation, added to the variance.
    ///
    /// Cost: nothing.
    ///
    /// Paper: Ioffe and Szegedy 2015, Batch Normalization, arXiv:1502.03167
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
            width_divisor: 1,
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
    ///
    /// Cost: MACs in proportion; RAM only where a whole feature map is kept, since rows are computed as they arrive.
    #[schemars(range(min = 1, max = MAX_INPUT))]
    pub height: u32,
    /// Columns, in pixels.
    ///
    /// Cost: MACs and row buffers in proportion.
    #[schemars(range(min = 1, max = MAX_INPUT))]
    pub width: u32,
    /// 1 for grayscale, 3 for RGB.
    ///
    /// Cost: RGB has three times the weights and MACs of grayscale in the stem, and rows of the camera three times as
    /// long.
    ///
    /// Measured: photographs of five kinds of flowers, last epoch, gray and RGB: micro 60.3 and 72.6 %, milli 61.2 and
    /// 72.2 %, meadow 61.2 and 73.3 %.
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
    ///
    /// Cost: kernel × kernel × input channels weights each, at the most pixels of all layers; RAM by rows of its width.
    #[schemars(range(min = 1, max = MAX_FILTERS))]
    pub filters: u32,
    /// Kernel size, in pixels.
    ///
    /// Cost: weights and MACs grow with its square, RAM by kernel − 1 rows of the image.
    #[schemars(extend("enum" = [1, 3, 5]))]
    pub kernel: u32,
    /// Stride, in pixels.
    ///
    /// Cost: saves: 2 leaves a quarter of the MACs of this and all later layers, and half of their row buffers.
    #[schemars(extend("enum" = [1, 2, 3]))]
    pub stride: u32,
    /// Padding.
    #[schemars(description = shared::PADDING)]
    pub padding: Padding,
    /// Activation after batch norm: none, ReLU or ReLU6.
    #[schemars(description = shared::ACTIVATION)]
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
    /// Depthwise convolution, then pointwise, each with batch norm and activation.
    ///
    /// Cost: k × k × C + C × F weights for C input channels, F filters and kernel k; about an eighth of a standard 3 × 3
    /// convolution.
    ///
    /// Paper: Howard et al. 2017, MobileNets, arXiv:1704.04861
    Separable {
        /// Output channels, before the width multiplier.
        #[schemars(description = shared::FILTERS, range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Kernel size of the depthwise convolution, in pixels.
        #[serde(default = "three")]
        #[schemars(description = shared::KERNEL, extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride of the depthwise convolution, in pixels.
        #[serde(default = "one")]
        #[schemars(description = shared::STRIDE, extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        #[schemars(description = shared::PADDING)]
        padding: Padding,
        /// Activation after each batch norm: none, ReLU or ReLU6.
        #[serde(default)]
        #[schemars(description = shared::ACTIVATION)]
        activation: Activation,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(description = shared::REPEAT, range(min = 1, max = 64))]
        repeat: u32,
    },
    /// Expand, depthwise, project, with a residual connection if the stride is 1 and both shapes are the same.
    ///
    /// Cost: t × C × C + k × k × t × C + t × C × F weights for C input channels, F filters, kernel k and expansion t; rows
    /// of the residual connection wait in RAM.
    ///
    /// Paper: Sandler et al. 2018, MobileNetV2, arXiv:1801.04381
    Bottleneck {
        /// Output channels, before the width multiplier.
        #[schemars(description = shared::FILTERS, range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Expansion t: the expand convolution has t × input channels outputs; 1: no expand convolution.
        #[serde(default = "fourfold")]
        #[schemars(description = shared::EXPANSION, range(min = 1, max = 16))]
        expansion: f64,
        /// Kernel size of the depthwise convolution, in pixels.
        #[serde(default = "three")]
        #[schemars(description = shared::KERNEL, extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride of the depthwise convolution, in pixels.
        #[serde(default = "one")]
        #[schemars(description = shared::STRIDE, extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        #[schemars(description = shared::PADDING)]
        padding: Padding,
        /// Activation after the expand and the depthwise convolution: none, ReLU or ReLU6.
        #[serde(default)]
        #[schemars(description = shared::ACTIVATION)]
        activation: Activation,
        /// Squeeze-and-excitation (arXiv 1709.01507); absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        squeeze_excite: Option<SqueezeExcite>,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(description = shared::REPEAT, range(min = 1, max = 64))]
        repeat: u32,
    },
    /// A standard convolution, batch norm, activation.
    ///
    /// Cost: k × k × C × F weights for C input channels, F filters and kernel k, the most of all kinds.
    Conv {
        /// Output channels, before the width multiplier.
        #[schemars(description = shared::FILTERS, range(min = 1, max = MAX_FILTERS))]
        filters: u32,
        /// Kernel size, in pixels.
        #[serde(default = "three")]
        #[schemars(description = shared::KERNEL, extend("enum" = [1, 3, 5]))]
        kernel: u32,
        /// Stride, in pixels.
        #[serde(default = "one")]
        #[schemars(description = shared::STRIDE, extend("enum" = [1, 2, 3]))]
        stride: u32,
        /// Padding.
        #[serde(default)]
        #[schemars(description = shared::PADDING)]
        padding: Padding,
        /// Activation after batch norm: none, ReLU or ReLU6.
        #[serde(default)]
        #[schemars(description = shared::ACTIVATION)]
        activation: Activation,
        /// Number of copies of the block; the stride applies to the first.
        #[serde(default = "one")]
        #[schemars(description = shared::REPEAT, range(min = 1, max = 64))]
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
const fn fourfold() -> f64 {
    4.0
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
    ///
    /// Cost: 2 × C × C / ratio weights for C channels, and a whole feature map in RAM, since its means are known only
    /// at its end.
    ///
    /// The means of all channels pass two small layers, whose outputs scale the channels.
    ///
    /// Paper: Hu et al. 2018, Squeeze-and-Excitation Networks, arXiv:1709.01507
    pub after: After,
    /// Reduction ratio: the hidden layer has max(1, C / ratio) units for C channels.
    ///
    /// Cost: twice the ratio has half of the weights of the two layers.
    ///
    /// Paper: Hu et al. 2018, Squeeze-and-Excitation Networks, arXiv:1709.01507
    #[serde(default = "four")]
    #[schemars(range(min = 1, max = 64))]
    pub ratio: u32,
}

/// Position of squeeze-and-excitation in a bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum After {
    /// After the depthwise convolution's batch norm and activation.
    Depthwise,
    /// After the project convolution, before the residual connection is added.
    Project,
}
