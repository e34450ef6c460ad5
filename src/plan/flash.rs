//! Exact flash sizes of the tables of a program.

use super::op::{Extras, reads_one_plane};
use super::program::Program;
use crate::config::Precision;
use crate::graph::{FilterLayer, Graph, Op};

/// Bytes of a multiplier and an offset.
const CONSTANT: usize = 6;
/// Bytes of an offset.
const OFFSET: usize = 4;
/// Bytes of an entry of the table of gates.
const fn gates_bytes(precision: Precision) -> usize {
    match precision {
        Precision::Int8 => 20,
        Precision::Float => 12,
    }
}
/// Number of entries of the sigmoid table.
const SIGMOID: usize = 256;
/// Bytes of a `float`.
const FLOAT: usize = 4;

/// Bytes of the values of padding in a colour image: those of a row of a kernel and a pixel more, since kernels load
/// four bytes at once; none for a single channel.
#[must_use]
pub fn image_zeros(graph: &Graph) -> usize {
    let kernel = graph.ops.first().map_or(1, |op| op.window().kernel);
    if graph.input.channels > 1 { graph.input.channels * (kernel + 1) } else { 0 }
}

/// Layout of the table of steps: optional fields and their sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFormat {
    /// Bytes of an arena offset.
    pub place_bytes: usize,
    /// Whether there are tiles in the arena.
    pub tiles: bool,
    /// Whether there are additions.
    pub additions: bool,
    /// Whether rows of feature maps are copied before they are read.
    pub copies: bool,
    precision: Precision,
}

impl StepFormat {
    /// The layout for `program`.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self {
            // The maximum value means "none".
            place_bytes: if program.arena_bytes < 0xffff { 2 } else { 4 },
            tiles: program.steps.iter().any(|step| step.tile.is_some()),
            additions: program.steps.iter().any(|step| step.adds.is_some() || step.keeps.is_some()),
            copies: program.segments.iter().any(|segment| segment.copy.is_some()),
            precision: program.precision,
        }
    }

    const fn step_fields(self) -> usize {
        let places = 2 + self.tiles as usize + 2 * self.additions as usize;
        let (shorts, bytes) = match self.precision {
            Precision::Int8 => (9, 10 + self.additions as usize),
            Precision::Float => (8, 8),
        };
        let shorts = shorts + 2 * self.additions as usize;
        4 + places * self.place_bytes + 2 * shorts + bytes
    }

    /// Bytes of an entry for a step.
    #[must_use]
    pub const fn step_bytes(self) -> usize {
        self.step_fields().next_multiple_of(4)
    }

    /// Bytes of explicit padding of a step.
    #[must_use]
    pub const fn step_padding(self) -> usize {
        self.step_bytes() - self.step_fields()
    }

    const fn segment_fields(self) -> usize {
        self.place_bytes * (1 + self.copies as usize) + 2
    }

    /// Bytes of an entry for a segment.
    #[must_use]
    pub const fn segment_bytes(self) -> usize {
        self.segment_fields().next_multiple_of(self.place_bytes)
    }

    /// Bytes of explicit padding of a segment.
    #[must_use]
    pub const fn segment_padding(self) -> usize {
        self.segment_bytes() - self.segment_fields()
    }
}

/// Sizes of the tables of a program in flash, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Weights and constants of each operation.
    pub ops: Vec<usize>,
    /// Steps, segments, and other tables that do not belong to an operation.
    pub program: usize,
    /// The largest array: weights, or offsets of int8 filters.
    pub largest_array: usize,
}

impl Tables {
    /// The tables of the folded `graph` for `program`.
    #[must_use]
    pub fn of(graph: &Graph, program: &Program) -> Self {
        let (mut weights, mut constants) = (0, 0);
        let bytes = |op: &Op| match program.precision {
            Precision::Float => {
                weights += float_values(op) * FLOAT;
                float_values(op) * FLOAT
            }
            Precision::Int8 => {
                let before = weights;
                int8_weights(op, &mut weights);
                constants += int8_constants(op);
                weights - before + int8_constants(op) * CONSTANT
            }
        };
        let ops = graph.ops.iter().map(bytes).collect();
        let largest_array = weights.max(constants * OFFSET);
        let format = StepFormat::of(program);
        let gated = graph.ops.iter().filter(|op| Extras::of(op).gates > 0).count();
        let segments = program.segments.len();
        let shared = match program.precision {
            Precision::Int8 if gated > 0 => SIGMOID,
            _ => 0,
        };
        let image_zeros = match program.precision {
            Precision::Int8 => image_zeros(graph),
            Precision::Float => 0,
        };
        let segments = if segments > 1 { segments * format.segment_bytes() } else { 0 };
        let program = program.steps.len() * format.step_bytes()
            + gated * gates_bytes(program.precision)
            + shared
            + image_zeros
            + segments;
        Self { ops, program, largest_array }
    }

    /// Total size.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ops.iter().sum::<usize>() + self.program
    }
}

/// Adds the weights of `op` after `at` others.
fn int8_weights(op: &Op, at: &mut usize) {
    for layer in op.filters() {
        if reads_one_plane(&layer) {
            *at += layer.outputs * layer.taps;
        } else {
            *at = at.next_multiple_of(4) + layer.outputs.div_ceil(2) * layer.fan_in().div_ceil(4) * 8;
        }
    }
}

/// Number of pairs of multiplier and offset; even for filters that read all channels.
pub(super) fn int8_constants(op: &Op) -> usize {
    let of = |layer: &FilterLayer| {
        if reads_one_plane(layer) { layer.outputs } else { layer.outputs.next_multiple_of(2) }
    };
    op.filters().iter().map(of).sum::<usize>() + Extras::of(op).constants
}

/// Number of float weights and biases. For filters that read all channels, both are padded to groups of four
/// filters.
fn float_values(op: &Op) -> usize {
    let of = |layer: &FilterLayer| {
        let outputs = if reads_one_plane(layer) { layer.outputs } else { layer.outputs.next_multiple_of(4) };
        outputs * (layer.fan_in() + 1)
    };
    op.filters().iter().map(of).sum()
}
