//! Explanations of keys that several tables have.

/// Of `kernel` in blocks.
pub const KERNEL: &str = "Kernel size of the depthwise or standard convolution, in pixels.\n\n\
    Cost: weights and MACs of this convolution grow with its square, RAM by kernel − 1 rows of its input.";

/// Of `stride` in blocks.
pub const STRIDE: &str = "Stride of the depthwise or standard convolution, in pixels.\n\n\
    Cost: saves: 2 leaves a quarter of the MACs of all later layers, and half of their row buffers.";

/// Of `padding`.
pub const PADDING: &str = "Padding: zeros around the input of the convolution, or none.\n\n\
    Cost: none to speak of; valid makes the output kernel − 1 pixels smaller.";

/// Of `activation`.
pub const ACTIVATION: &str = "Activation after batch norm: none, ReLU or ReLU6. The project convolution of a bottleneck has none.\n\n\
    Cost: nothing; in int8 it is part of the rounding of each value.\n\n\
    The upper bound of ReLU6 keeps the range of values small, which int8 divides into 256 steps.\n\n\
    Paper: Sandler et al. 2018, MobileNetV2, arXiv:1801.04381";

/// Of `filters` in blocks.
pub const FILTERS: &str = "Output channels of this block, before the width multiplier.\n\n\
    Cost: weights and MACs grow with filters × filters of the block before; RAM by rows of its output.";

/// Of `repeat`.
pub const REPEAT: &str = "Number of copies of the block; the stride applies to the first.\n\n\
    Cost: each copy has weights and MACs of its own, and row buffers while its segment runs.";

/// Of `expansion`.
pub const EXPANSION: &str = "Expansion t: the expand convolution has t × input channels outputs, rounded half up; 1: no expand convolution.\n\n\
    Cost: weights, MACs and row buffers of the block in proportion.\n\n\
    Depthwise convolutions see one channel at a time; with more channels between them they can tell more apart, while \
    the feature maps between blocks stay narrow.\n\n\
    Paper: Sandler et al. 2018, MobileNetV2, arXiv:1801.04381";

/// Of `type` in blocks, before what its kind is.
pub const KIND: &str = "Kind of the block.";
