//! The pieces of a header's code that a network needs: what its size is estimated from.

use super::flash::StepFormat;
use super::kernel::{DEEP, Kernel, Kernels};
use super::measured::CODE;
use super::op::depth;
use super::program::Program;
use super::targets::Family;
use crate::config::{Pool, Precision};
use crate::graph::Graph;

/// A part of the code that is there or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The class, the interpreter of steps, filters, the head, the exponential function.
    Base,
    /// More than one step: the steps of a single one are constants to a compiler.
    Steps,
    /// Rows of whole maps stream too.
    Streams,
    /// Rows of maps are copied before they are read.
    Copies,
    /// Tiles in the arena.
    Tiles,
    /// Additions of maps.
    Additions,
    /// Squeeze-and-excitation.
    Gates,
    /// More than one channel in the image.
    Colours,
    /// Filters over a row of pixels straight from its planes.
    Pointwise,
    /// All other filters over several channels, which collect what they read.
    Tiled,
    /// Filters over a pixel of at most four channels.
    Shallow,
    /// Filters that are collected value by value.
    ByValue,
    /// Filters that read more than 256 values.
    Deep,
    /// Filters of more than one pixel over several channels.
    Convolutions,
    /// Filters over one channel each, of 3×3.
    Depthwise,
    /// A first layer that one function does for all of its filters, which move by two.
    Stem2,
    /// By three.
    Stem3,
    /// Filters of 3×3 over one channel each that move by one pixel, such a first layer apart.
    Stride1,
    /// By two.
    Stride2,
    /// By three.
    Stride3,
    /// Filters over one channel each, of any size.
    AnyDepthwise,
    /// Global average pooling instead of that of the largest.
    AveragePool,
}

impl Piece {
    /// All of them, in the order they are measured in.
    pub const ALL: [Self; 22] = [
        Self::Base,
        Self::Steps,
        Self::Streams,
        Self::Copies,
        Self::Tiles,
        Self::Additions,
        Self::Gates,
        Self::Colours,
        Self::Pointwise,
        Self::Tiled,
        Self::Shallow,
        Self::ByValue,
        Self::Deep,
        Self::Convolutions,
        Self::Depthwise,
        Self::Stem2,
        Self::Stem3,
        Self::Stride1,
        Self::Stride2,
        Self::Stride3,
        Self::AnyDepthwise,
        Self::AveragePool,
    ];

    fn is_used(self, graph: &Graph, program: &Program, kernels: &Kernels) -> bool {
        let format = StepFormat::of(program);
        let first_layer = |moved: usize| kernels.any(|kernel| kernel == Kernel::FirstLayer { stride: moved });
        let depthwise = |moved: usize| kernels.any(|kernel| kernel == Kernel::Depthwise3 { stride: moved });
        match self {
            Self::Base => true,
            Self::Steps => program.steps.len() > 1,
            Self::Streams => program.streams.len() > 1,
            Self::Copies => format.copies,
            Self::Tiles => format.tiles || program.head_tile.is_some(),
            Self::Additions => format.additions,
            Self::Gates => kernels.any(|kernel| kernel == Kernel::Gates),
            Self::Colours => graph.input.channels > 1,
            Self::Pointwise => kernels.any(|kernel| matches!(kernel, Kernel::Pointwise { .. })),
            Self::Tiled => kernels.any(|kernel| kernel.is_filters() && !matches!(kernel, Kernel::Pointwise { .. })),
            Self::Shallow => kernels.any(|kernel| kernel == Kernel::Pointwise { is_shallow: true }),
            Self::ByValue => kernels.any(|kernel| matches!(kernel, Kernel::Gathered | Kernel::Convolution)),
            Self::Deep => graph.ops.iter().any(|op| depth(op) > DEEP),
            Self::Convolutions => kernels.any(Kernel::is_convolution),
            Self::Depthwise => kernels.any(|kernel| kernel.is_depthwise() && kernel != Kernel::Depthwise),
            Self::Stem2 => first_layer(2),
            Self::Stem3 => first_layer(3),
            Self::Stride1 => depthwise(1),
            Self::Stride2 => depthwise(2),
            Self::Stride3 => depthwise(3),
            Self::AnyDepthwise => kernels.any(|kernel| kernel == Kernel::Depthwise),
            Self::AveragePool => graph.ops.iter().any(|op| op.pool() == Some(Pool::Avg)),
        }
    }
}

/// Which pieces a program needs, as [`Piece::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// Whether each is needed.
    pub used: [bool; Piece::ALL.len()],
    /// The arithmetic.
    pub precision: Precision,
}

impl Pieces {
    /// Those of `program`, which runs `graph`, folded. An int8 layer whose sums are so large that it
    /// has fewer fractional bits takes other kernels, which only its weights tell: none is assumed.
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

    /// Bytes of each piece, as [`Piece::ALL`].
    #[must_use]
    pub const fn measured(family: Family, precision: Precision) -> [i32; Piece::ALL.len()] {
        CODE[family as usize][precision as usize]
    }

    /// Bytes of code in flash at `-Os`, within a tenth.
    #[must_use]
    pub fn code_bytes(&self, family: Family) -> u64 {
        let bytes = Self::measured(family, self.precision);
        let used = self.used.iter().zip(bytes).filter(|(used, _)| **used);
        used.map(|(_, bytes)| i64::from(bytes)).sum::<i64>().max(0) as u64
    }
}
