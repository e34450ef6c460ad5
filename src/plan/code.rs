//! The pieces of a header's code that a network needs: what its size is estimated from.

use super::chain::depth;
use super::flash::StepFormat;
use super::measured::CODE;
use super::program::{Program, Step};
use super::targets::Family;
use crate::graph::{Graph, Kind, Op};
use crate::spec::{Pool, Precision};

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
    /// Filters of more than one pixel over several channels.
    Convolutions,
    /// Filters over one channel each, of 3×3.
    Depthwise,
    /// Those that move by one pixel.
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
    pub const ALL: [Self; 15] = [
        Self::Base,
        Self::Steps,
        Self::Streams,
        Self::Copies,
        Self::Tiles,
        Self::Additions,
        Self::Gates,
        Self::Colours,
        Self::Convolutions,
        Self::Depthwise,
        Self::Stride1,
        Self::Stride2,
        Self::Stride3,
        Self::AnyDepthwise,
        Self::AveragePool,
    ];

    fn is_used(self, graph: &Graph, program: &Program) -> bool {
        let format = StepFormat::of(program);
        let steps = || program.steps.iter().map(|step| (step, &graph.ops[step.op.0]));
        let apart = || steps().filter(|(_, op)| is_apart(op)).map(|(step, _)| step);
        let stride = |stride: usize| apart().any(|step| is_small(step) && step.window.stride == stride);
        let has = |of: fn(&Kind) -> bool| graph.ops.iter().any(|op| of(&op.kind));
        match self {
            Self::Base => true,
            Self::Steps => program.steps.len() > 1,
            Self::Streams => program.streams.len() > 1,
            Self::Copies => format.copies,
            Self::Tiles => format.tiles || program.head_tile.is_some(),
            Self::Additions => format.additions,
            Self::Gates => has(|kind| matches!(kind, Kind::SqueezeExcite(_))),
            Self::Colours => graph.input.channels > 1,
            Self::Convolutions => steps().any(|(step, op)| depth(op) > 0 && step.window.kernel > 1),
            Self::Depthwise => apart().any(is_small),
            Self::Stride1 => stride(1),
            Self::Stride2 => stride(2),
            Self::Stride3 => stride(3),
            Self::AnyDepthwise => apart().any(|step| !is_small(step)),
            Self::AveragePool => has(|kind| matches!(kind, Kind::GlobalPool(pool) if pool.pool == Pool::Avg)),
        }
    }
}

/// Whether each filter reads one channel.
fn is_apart(op: &Op) -> bool {
    matches!(op.kind, Kind::Depthwise(_)) || (matches!(op.kind, Kind::Conv(_)) && depth(op) == 0)
}

/// Whether the kernels for 3×3 serve.
const fn is_small(step: &Step) -> bool {
    step.window.kernel == 3 && step.input.width >= 3
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
    /// Those of `program`, which runs `graph`, folded.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program) -> Self {
        Self { used: Piece::ALL.map(|piece| piece.is_used(graph, program)), precision: program.precision }
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
