//! A network as a chain of operations with the rows that each needs.

use super::op::{Extras, depth};
use crate::config::Pool;
use crate::graph::{Graph, OpId, Reads, Source, Window};

/// Sizes of values and tiles, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementSizes {
    /// A camera value.
    pub image: usize,
    /// A value of a feature map.
    pub value: usize,
    /// Bytes of a tile per four inputs of a filter, for two or three pixels; 0 without tiles.
    pub tile: usize,
    /// Maximum size of tiles on the stack, in values; larger tiles are in the arena.
    pub stack_tile: usize,
}

/// Maximum sizes of a tile on the stack, in values: in general, and if the arena has space for larger ones.
pub const STACK_TILES: [usize; 5] = [24, 16, 12, 8, 4];

impl ElementSizes {
    /// Sizes for int8.
    pub const INT8: Self = Self { image: 1, value: 1, tile: 24, stack_tile: STACK_TILES[0] };
    /// Sizes for float, including the image.
    pub const FLOAT: Self = Self { image: 4, value: 4, tile: 0, stack_tile: 0 };
}

/// An operation of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The operation.
    pub op: OpId,
    /// Its kernel, stride and padding.
    pub window: Window,
    /// Rows, columns and channels of its input.
    pub input: (usize, usize, usize),
    /// Rows, columns and channels of its output.
    pub output: (usize, usize, usize),
    /// Whether its first output row needs the whole input.
    pub whole: bool,
    /// For an addition: index of the link whose output is the second operand.
    pub skip: Option<usize>,
    /// MACs per output row.
    pub row_macs: u64,
    /// Bytes in addition to rows: means and gates of squeeze-and-excitation.
    pub extra: usize,
    /// Number of inputs of its filters; 0 if it is depthwise.
    pub depth: usize,
    /// Bytes of its tile in the arena; 0 if it is on the stack.
    pub tile: usize,
    /// Whether its filters read all channels, so that it must not overwrite its input row.
    pub mixes: bool,
}

/// A skip connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skip {
    /// Index of the link whose output is buffered.
    pub from: usize,
    /// Index of the addition.
    pub to: usize,
    /// Number of buffered rows, if both links are in one segment.
    pub rows: usize,
}

/// The operations before global pooling, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The operations.
    pub links: Vec<Link>,
    /// The additions among them.
    pub skips: Vec<Skip>,
    /// Sizes of values and tiles.
    pub cell: ElementSizes,
    /// Bytes of the global pool: a sum or a maximum per channel.
    pub pool: usize,
    /// Bytes of the tile of the head, which may overlap row buffers.
    pub head_tile: usize,
}

/// Bytes in the arena of the tile of filters with `depth` inputs; 0 if it is on the stack.
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
                let depth = depth(op);
                Link {
                    op: op.id,
                    window: op.window(),
                    input: (op.input.height, op.input.width, op.input.channels),
                    output: (op.output.height, op.output.width, op.output.channels),
                    whole: op.kind.operator().reads() == Reads::Map,
                    skip,
                    row_macs: op.macs() / op.output.height as u64,
                    extra: (cell.value * Extras::of(op).gates).next_multiple_of(4),
                    depth,
                    tile: tile_bytes(depth, cell),
                    mixes: op.layer().is_some_and(|layer| !layer.is_depthwise),
                }
            })
            .collect();
        let skips = links.iter().enumerate().filter_map(|(to, link)| {
            let from = link.skip?;
            // Kernels between them delay the addition by the rows that they look ahead.
            let ahead = |link: &Link| link.window.ahead();
            Some(Skip { from, to, rows: 1 + links[from + 1..to].iter().map(ahead).sum::<usize>() })
        });
        let skips = skips.collect();
        let pool = graph.ops.get(graph.pool_at()).map(|op| {
            let bytes = if op.pool() == Some(Pool::Max) { cell.value } else { 4 };
            op.input.channels * bytes
        });
        // After a tail, the tile of the head is placed separately.
        let head = graph.ops.last().filter(|_| graph.tail().is_empty());
        let head_tile = head.map_or(0, |head| depth(head).div_ceil(4) * cell.tile);
        Self { links, skips, cell, pool: pool.unwrap_or(0).next_multiple_of(4), head_tile }
    }

    /// Replaces the maximum size of tiles on the stack, in values.
    #[must_use]
    pub(crate) fn with_stack_tile(&self, stack_tile: usize) -> Self {
        let cell = ElementSizes { stack_tile, ..self.cell };
        let links = self.links.iter().map(|link| Link { tile: tile_bytes(link.depth, cell), ..*link }).collect();
        Self { links, cell, skips: self.skips.clone(), ..*self }
    }

    /// Bytes of an input row of link `at`.
    #[must_use]
    pub(crate) fn row_in(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].input;
        width * channels * if at == 0 { self.cell.image } else { self.cell.value }
    }

    /// Bytes of an output row of link `at`.
    #[must_use]
    pub(crate) fn row_out(&self, at: usize) -> usize {
        let (_, width, channels) = self.links[at].output;
        width * channels * self.cell.value
    }

    /// Bytes of the whole output of link `at`.
    #[must_use]
    pub(crate) fn map_out(&self, at: usize) -> usize {
        self.links[at].output.0 * self.row_out(at)
    }
}
