//! The pieces of a header's code that a network needs: what its size is estimated from.

use super::chain::depth;
use super::flash::StepFormat;
use super::measured::CODE;
use super::program::{Program, Step};
use super::targets::Family;
use crate::graph::{Graph, Kind, Op, Source, Window};
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

    fn is_used(self, graph: &Graph, program: &Program) -> bool {
        let format = StepFormat::of(program);
        let steps = || program.steps.iter().map(|step| (step, &graph.ops[step.op.0]));
        let apart = || steps().filter(|(_, op)| is_apart(op)).map(|(step, _)| step);
        let stem = |stride: usize| {
            let first = program.steps.first().filter(|step| is_stem(step, &graph.ops[step.op.0]));
            first.is_some_and(|step| step.window.stride == stride)
        };
        let stride = |stride: usize| {
            let skipped = usize::from(stem(stride));
            apart().skip(skipped).any(|step| is_small(step) && step.window.stride == stride)
        };
        let mixed = || steps().filter(|(_, op)| depth(op) > 0 && matches!(op.kind, Kind::Conv(_)));
        let is_pixel = |step: &Step| step.window == Window::PIXEL;
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
            Self::Pointwise => mixed().any(|(step, op)| is_pointwise(graph, step, op)),
            Self::Tiled => mixed().any(|(step, op)| !is_pointwise(graph, step, op)),
            Self::Shallow => mixed().any(|(step, op)| is_pixel(step) && depth(op) <= 4 && step.output.width >= 3),
            Self::ByValue => mixed().any(|(step, _)| !is_pixel(step)),
            Self::Deep => graph.ops.iter().any(|op| depth(op) > DEEP),
            Self::Convolutions => mixed().any(|(step, _)| step.window.kernel > 1),
            Self::Depthwise => apart().any(is_small),
            Self::Stem2 => stem(2),
            Self::Stem3 => stem(3),
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

/// More values than this are too many for some filters.
const DEEP: usize = 256;

/// Whether filters read rows straight from their planes.
fn is_pointwise(graph: &Graph, step: &Step, op: &Op) -> bool {
    let colours = graph.input.channels > 1 && op.inputs.contains(&Source::Image);
    step.window == Window::PIXEL && step.output.width >= 3 && depth(op) <= DEEP && !colours
}

/// Whether a first layer is done for all of its filters at once.
fn is_stem(step: &Step, op: &Op) -> bool {
    let (width, filters) = (step.output.width, step.output.channels);
    let window = step.window;
    let plain = window.pad == 0 && matches!(window.stride, 2 | 3) && is_apart(op) && is_small(step);
    plain && op.input.channels == 1 && width >= 2 && matches!(filters, 2..=4) && width * filters < 4096
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
        Self { used: Piece::ALL.map(|piece| piece.is_used(graph, program)), precision: program.precision }
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
