//! A network as a chain of rows: what each operation needs of the rows before it.

use super::op::{Extras, depth};
use crate::config::Pool;
use crate::graph::{Graph, OpId, Reads, Source, Window};

/// Sizes of single values in bytes, and of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementSizes {
    /// A sample of the camera.
    pub image: usize,
    /// A value of a map.
    pub value: usize,
    /// What four values take where filters read them at two or three pixels at once; 0 where they are read
    /// from their rows.
    pub tile: usize,
    /// Tiles of up to this many values are put on the stack, larger ones into the arena.
    pub stack_tile: usize,
}

/// How many values a tile on the stack may have, at most and where the arena has room for larger ones.
pub const STACK_TILES: [usize; 5] = [24, 16, 12, 8, 4];

impl ElementSizes {
    /// Camera bytes in, 8-bit maps.
    pub const INT8: Self = Self { image: 1, value: 1, tile: 24, stack_tile: STACK_TILES[0] };
    /// Floats throughout: an image of floats may come in.
    pub const FLOAT: Self = Self { image: 4, value: 4, tile: 0, stack_tile: 0 };
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
    /// Bytes it needs beyond rows: means and gates of squeeze-and-excitation.
    pub extra: usize,
    /// How many values its filters read at once; 0 where channels stay apart.
    pub depth: usize,
    /// Bytes of the tile that its filters read, where that is not on the stack.
    pub tile: usize,
    /// Whether it mixes channels, so that a row must not be written over while it is read.
    pub mixes: bool,
}

/// An addition and what is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skip {
    /// The link whose rows wait.
    pub from: usize,
    /// The addition.
    pub to: usize,
    /// How many of the rows wait at once, where both are in one segment.
    pub rows: usize,
}

/// The operations before global pooling, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The operations.
    pub links: Vec<Link>,
    /// The additions among them.
    pub skips: Vec<Skip>,
    /// Sizes of values.
    pub cell: ElementSizes,
    /// Bytes of the global pool: a sum or a largest value for each channel.
    pub pool: usize,
    /// Bytes of the tile that the head reads, when rows no longer matter.
    pub head_tile: usize,
}

/// Bytes of the tile of filters that read `depth` values at once, where that is not on the stack.
pub const fn tile_bytes(depth: usize, cell: ElementSizes) -> usize {
    if depth > cell.stack_tile { depth.div_ceil(4) * cell.tile } else { 0 }
}

impl Chain {
    /// The chain of `graph`.
    #[must_use]
    pub fn of(graph: &Graph, cell: ElementSizes) -> Self {
        let links: Vec<Link> = graph.ops[..graph.pool_at()]
            .iter()
            .map(|op| {
                let skip = op.inputs.get(1).and_then(|source| match source {
                    Source::Op(OpId(index)) => Some(*index),
                    Source::Image => None,
                });
                Link {
                    op: op.id,
                    window: op.window(),
                    input: (op.input.height, op.input.width, op.input.channels),
                    output: (op.output.height, op.output.width, op.output.channels),
                    whole: op.kind.operator().reads() == Reads::Map,
                    skip,
                    row_macs: op.macs() / op.output.height as u64,
                    extra: (cell.value * Extras::of(op).gates).next_multiple_of(4),
                    depth: depth(op),
                    tile: tile_bytes(depth(op), cell),
                    mixes: op.layer().is_some_and(|layer| !layer.is_depthwise),
                }
            })
            .collect();
        let skips = links.iter().enumerate().filter_map(|(to, link)| {
            let from = link.skip?;
            // Rows wait for those that kernels in between look ahead.
            let ahead = |link: &Link| link.window.ahead();
            Some(Skip { from, to, rows: 1 + links[from + 1..to].iter().map(ahead).sum::<usize>() })
        });
        let skips = skips.collect();
        let pool = graph.ops.get(graph.pool_at()).map(|op| {
            let bytes = if op.pool() == Some(Pool::Max) { cell.value } else { 4 };
            op.input.channels * bytes
        });
        // Behind a tail, the head finds its tile a place of its own.
        let head = graph.ops.last().filter(|_| graph.tail().is_empty());
        let head_tile = head.map_or(0, |head| depth(head).div_ceil(4) * cell.tile);
        Self { links, skips, cell, pool: pool.unwrap_or(0).next_multiple_of(4), head_tile }
    }

    /// The same chain with tiles of up to so many values on the stack.
    #[must_use]
    pub(crate) fn with_stack_tile(&self, stack_tile: usize) -> Self {
        let cell = ElementSizes { stack_tile, ..self.cell };
        let links = self.links.iter().map(|link| Link { tile: tile_bytes(link.depth, cell), ..*link }).collect();
        Self { links, cell, skips: self.skips.clone(), ..*self }
    }

    /// Bytes of a row that link `at` reads.
    #[must_use]
    pub(crate) fn row_in(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].input;
        width * channels * if at == 0 { self.cell.image } else { self.cell.value }
    }

    /// Bytes of a row that link `at` makes.
    #[must_use]
    pub(crate) fn row_out(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].output;
        width * channels * self.cell.value
    }

    /// Bytes of the whole map that link `at` makes.
    #[must_use]
    pub(crate) fn map_out(&self, at: usize) -> usize {
        self.links[at].output.0 * self.row_out(at)
    }
}
