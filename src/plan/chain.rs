//! A network as a chain of rows: what each operation needs of the rows before it.

use crate::graph::{Graph, Kind, OpId, Reads, Source, Window};
use crate::spec::Pool;

/// Sizes of what is kept, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// A sample of the camera.
    pub image: usize,
    /// A value of a map.
    pub value: usize,
}

impl Cell {
    /// Camera bytes in, 8-bit maps.
    pub const INT8: Self = Self { image: 1, value: 1 };
    /// Floats throughout: an image of floats may come in.
    pub const FLOAT: Self = Self { image: 4, value: 4 };
}

/// One operation of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The operation.
    pub op: OpId,
    /// How it moves over rows.
    pub window: Window,
    /// Rows, columns and channels it reads.
    pub input: (usize, usize, usize),
    /// Rows, columns and channels it makes.
    pub output: (usize, usize, usize),
    /// Whether it must see the whole map before its first row.
    pub whole: bool,
    /// For an addition: the link whose output is added.
    pub skip: Option<usize>,
    /// Multiplications a row of output.
    pub row_macs: u64,
    /// Bytes it needs beyond rows: sums and gates of squeeze-and-excitation.
    pub extra: usize,
}

/// The operations before global pooling, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The operations.
    pub links: Vec<Link>,
    /// Sizes of values.
    pub cell: Cell,
    /// Bytes of the global pool: a sum or a largest value for each channel.
    pub pool: usize,
}

impl Chain {
    /// The chain of `graph`.
    #[must_use]
    pub fn of(graph: &Graph, cell: Cell) -> Self {
        let body = graph.ops.iter().take_while(|op| !matches!(op.kind, Kind::GlobalPool(_)));
        let links = body
            .map(|op| {
                let (window, whole) = match op.kind.operator().reads() {
                    Reads::Rows(window) => (window, false),
                    Reads::Map => (Window::PIXEL, true),
                };
                let extra = match op.kind {
                    Kind::SqueezeExcite(se) => 4 * (op.input.channels + se.hidden),
                    _ => 0,
                };
                let skip = op.inputs.get(1).and_then(|source| match source {
                    Source::Op(OpId(index)) => Some(*index),
                    Source::Image => None,
                });
                Link {
                    op: op.id,
                    window,
                    input: (op.input.height, op.input.width, op.input.channels),
                    output: (op.output.height, op.output.width, op.output.channels),
                    whole,
                    skip,
                    row_macs: op.macs() / op.output.height as u64,
                    extra,
                }
            })
            .collect();
        let pool = graph.ops.iter().find_map(|op| match op.kind {
            Kind::GlobalPool(pool) => Some(op.input.channels * if pool.pool == Pool::Max { cell.value } else { 4 }),
            _ => None,
        });
        Self { links, cell, pool: pool.unwrap_or(0) }
    }

    /// Bytes of a row that link `at` reads.
    #[must_use]
    pub fn row_in(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].input;
        width * channels * if at == 0 { self.cell.image } else { self.cell.value }
    }

    /// Bytes of a row that link `at` makes.
    #[must_use]
    pub fn row_out(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].output;
        width * channels * self.cell.value
    }

    /// Bytes of the whole map that link `at` makes.
    #[must_use]
    pub fn map_out(&self, at: usize) -> usize {
        self.links[at].output.0 * self.row_out(at)
    }
}
