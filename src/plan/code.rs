//! Estimates code size from the pieces of code in a header.

use super::flash::StepFormat;
use super::kernel::{DEEP, Inputs, Kernel, Kernels};
use super::measured::CODE;
use super::op::depth;
use super::program::Program;
use super::targets::Family;
use crate::config::{Pool, Precision};
use crate::graph::Graph;

/// An optional piece of the code of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// The class, the interpreter of steps, filters, the head, the exponential function.
    Base,
    /// More than one step; compilers treat the fields of a single step as constants.
    Steps,
    /// More than one segment.
    Segments,
    /// Segments that copy rows of a feature map before they are read.
    Copies,
    /// Tiles in the arena.
    Tiles,
    /// Additions of feature maps.
    Additions,
    /// Squeeze-and-excitation.
    Gates,
    /// More than one channel in the image.
    Colours,
    /// Pointwise filters that read a row of planes without a tile.
    Pointwise,
    /// All other filters over several channels, which gather their inputs in a tile.
    Tiled,
    /// Pointwise filters with at most four input channels.
    Shallow,
    /// Pointwise filters on rows whose number of pixels is no multiple of three.
    PairTiles,
    /// Filters whose inputs are gathered value by value.
    ByValue,
    /// Filters with more than 256 inputs.
    Deep,
    /// Convolutions over several channels, larger than 1×1.
    Convolutions,
    /// Convolutions that read an interleaved image.
    ColourTiles,
    /// Convolutions that read planes, four at a time.
    QuadTiles,
    /// Depthwise 3×3.
    Depthwise,
    /// First-layer kernel with stride 2.
    Stem2,
    /// First-layer kernel with stride 3.
    Stem3,
    /// Depthwise 3×3 with stride 1, other than that first layer.
    Stride1,
    /// Depthwise 3×3 with stride 2, other than that first layer.
    Stride2,
    /// Depthwise 3×3 with stride 3, other than that first layer.
    Stride3,
    /// Depthwise 3×3 on rows of few pixels.
    ShortRows,
    /// Depthwise with a kernel of any size.
    AnyDepthwise,
    /// Depthwise with a kernel of any size and stride 1.
    AnyStride1,
    /// Depthwise with a kernel of any size and stride 2.
    AnyStride2,
    /// Depthwise with a kernel of any size and stride 3.
    AnyStride3,
    /// Global average pooling instead of maximum pooling.
    AveragePool,
}

impl Piece {
    /// All pieces, in the order of the measured sizes.
    pub const ALL: [Self; 29] = [
        Self::Base,
        Self::Steps,
        Self::Segments,
        Self::Copies,
        Self::Tiles,
        Self::Additions,
        Self::Gates,
        Self::Colours,
        Self::Pointwise,
        Self::Tiled,
        Self::Shallow,
        Self::PairTiles,
        Self::ByValue,
        Self::Deep,
        Self::Convolutions,
        Self::ColourTiles,
        Self::QuadTiles,
        Self::Depthwise,
        Self::Stem2,
        Self::Stem3,
        Self::Stride1,
        Self::Stride2,
        Self::Stride3,
        Self::ShortRows,
        Self::AnyDepthwise,
        Self::AnyStride1,
        Self::AnyStride2,
        Self::AnyStride3,
        Self::AveragePool,
    ];

    fn is_used(self, graph: &Graph, program: &Program, kernels: &Kernels) -> bool {
        let format = StepFormat::of(program);
        let first_layer = |moved: usize| kernels.any(|kernel| kernel == Kernel::FirstLayer { stride: moved });
        let any_depthwise = |moved: usize| kernels.any(|kernel| kernel == Kernel::Depthwise { stride: moved });
        let depthwise = |moved: usize| kernels.any(|kernel| kernel == Kernel::Depthwise3 { stride: moved });
        match self {
            Self::Base => true,
            Self::Steps => program.steps.len() > 1,
            Self::Segments => program.segments.len() > 1,
            Self::Copies => format.copies,
            Self::Tiles => format.tiles || program.head_tile.is_some(),
            Self::Additions => format.additions,
            Self::Gates => kernels.any(|kernel| kernel == Kernel::Gates),
            Self::Colours => graph.input.channels > 1,
            Self::Pointwise => kernels.any(|kernel| matches!(kernel, Kernel::Pointwise { .. })),
            Self::Tiled => kernels.any(|kernel| kernel.is_filters() && !matches!(kernel, Kernel::Pointwise { .. })),
            Self::Shallow => kernels.any(|kernel| kernel == Kernel::Pointwise { is_shallow: true }),
            Self::ByValue => kernels.any(|kernel| matches!(kernel, Kernel::Gathered | Kernel::Convolution { .. })),
            Self::Deep => graph.ops.iter().any(|op| depth(op) > DEEP),
            Self::Convolutions => kernels.any(Kernel::is_convolution),
            Self::ColourTiles => kernels.any(|kernel| kernel == Kernel::Convolution { inputs: Inputs::Interleaved }),
            Self::QuadTiles => {
                kernels.any(|kernel| matches!(kernel, Kernel::Convolution { inputs: Inputs::Quads { .. } }))
            }
            Self::Depthwise => {
                kernels.any(|kernel| kernel.is_depthwise() && !matches!(kernel, Kernel::Depthwise { .. }))
            }
            Self::Stem2 => first_layer(2),
            Self::Stem3 => first_layer(3),
            Self::Stride1 => depthwise(1),
            Self::Stride2 => depthwise(2),
            Self::Stride3 => depthwise(3),
            Self::ShortRows => kernels.any_step(program, Kernel::has_short_rows),
            Self::PairTiles => kernels.any_step(program, Kernel::has_pair_tiles),
            Self::AnyStride1 => any_depthwise(1),
            Self::AnyStride2 => any_depthwise(2),
            Self::AnyStride3 => any_depthwise(3),
            Self::AnyDepthwise => kernels.any(|kernel| matches!(kernel, Kernel::Depthwise { .. })),
            Self::AveragePool => graph.ops.iter().any(|op| op.pool() == Some(Pool::Avg)),
        }
    }
}

/// The pieces that a program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// Whether each of [`Piece::ALL`] is needed.
    pub used: [bool; Piece::ALL.len()],
    /// The arithmetic.
    pub precision: Precision,
}

impl Pieces {
    /// The pieces of `program`, which runs the folded `graph`. Assumes the usual shift of int8 layers; a smaller one,
    /// which depends on the weights, needs other kernels.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program) -> Self {
        let kernels = Kernels::of(graph, program, |_| None);
        Self { used: Piece::ALL.map(|piece| piece.is_used(graph, program, &kernels)), precision: program.precision }
    }

    /// Whether `piece` is needed.
    #[must_use]
    pub const fn has(&self, piece: Piece) -> bool {
        self.used[piece as usize]
    }

    /// Bytes of code of each of [`Piece::ALL`]: regression coefficients, which may be negative.
    #[must_use]
    pub const fn measured(family: Family, precision: Precision) -> [i32; Piece::ALL.len()] {
        CODE[family as usize][precision as usize]
    }

    /// Estimated bytes of code in flash at `-Os`, within 10 %.
    #[must_use]
    pub fn code_bytes(&self, family: Family) -> u64 {
        let bytes = Self::measured(family, self.precision);
        let used = self.used.iter().zip(bytes).filter(|(used, _)| **used);
        used.map(|(_, bytes)| i64::from(bytes)).sum::<i64>().max(0) as u64
    }
}
