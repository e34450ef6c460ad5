//! The tail: operations between the global pool and the head, which operate on vectors.
//!
//! After the pool is complete, nothing else in the arena is needed. Each operation of the tail is a segment
//! of one step, with a new vector as output. Vectors and scratch are placed in the lowest gaps between live
//! vectors.

use super::chain::{ElementSizes, tile_bytes};
use super::op::{Extras, depth};
use super::program::{Region, Segment, SkipBuffer, Step, Target, Use};
use super::rows::gap;
use crate::graph::{Graph, Op, OpId, Source, Window};

/// The tail of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The steps, one per operation.
    pub steps: Vec<Step>,
    /// The segments, one per operation.
    pub segments: Vec<Segment>,
    /// Offset of the input of the head.
    pub head: usize,
    /// Offset of the logits of a float head.
    pub logits: usize,
    /// Offset of the tile of an int8 head, if it has one.
    pub head_tile: usize,
    /// Required size of the arena, in bytes.
    pub bytes: usize,
}

/// A vector in the arena.
#[derive(Debug, Clone, Copy)]
struct Vector {
    op: OpId,
    at: usize,
    bytes: usize,
}

impl Vector {
    const fn range(&self) -> (usize, usize) {
        (self.at, self.at + self.bytes)
    }
}

impl Tail {
    /// The tail of `graph` after `steps_before` steps, with the pool at offset `pool`; `None` if the head reads the
    /// pool.
    #[must_use]
    pub fn of(graph: &Graph, cell: ElementSizes, pool: usize, steps_before: usize) -> Option<Self> {
        let ops = graph.tail();
        let pooled = &graph.ops.get(graph.pool_at())?;
        ops.first()?;
        let first = Vector { op: pooled.id, at: pool, bytes: pooled.output.values() * cell.value };
        let mut builder = Builder { graph, cell, live: vec![first], used: first.range().1 };
        let (mut steps, mut segments) = (Vec::new(), Vec::new());
        for (index, op) in ops.iter().enumerate() {
            let (step, segment) = builder.op(op, steps_before + index);
            steps.push(step);
            segments.push(segment);
        }
        builder.forget(graph.ops.len() - 1);
        let head = builder.live.last().map_or(pool, |vector| vector.at);
        let last = graph.ops.last()?;
        let logits = builder.place(last.output.values() * cell.value * usize::from(cell.tile == 0));
        let head_tile = builder.place(depth(last).div_ceil(4) * cell.tile);
        Some(Self { steps, segments, head, logits, head_tile, bytes: builder.used })
    }
}

struct Builder<'a> {
    graph: &'a Graph,
    cell: ElementSizes,
    /// The live vectors, which are still read.
    live: Vec<Vector>,
    /// Maximum number of bytes of the arena in use so far.
    used: usize,
}

impl Builder<'_> {
    /// Offset of the lowest gap of `bytes` between live vectors.
    fn place(&mut self, bytes: usize) -> usize {
        let busy: Vec<(usize, usize)> = self.live.iter().map(Vector::range).collect();
        let at = gap(&busy, bytes, usize::MAX).unwrap_or(0);
        self.used = self.used.max(at + bytes);
        at
    }

    /// Removes the vectors that no operation from `next` on reads.
    fn forget(&mut self, next: usize) {
        let later = &self.graph.ops[next..];
        self.live.retain(|vector| later.iter().any(|op| op.inputs.contains(&Source::Op(vector.op))));
    }

    fn find(&self, source: Option<&Source>) -> Option<Vector> {
        self.live.iter().copied().find(|vector| Some(&Source::Op(vector.op)) == source)
    }

    fn op(&mut self, op: &Op, number: usize) -> (Step, Segment) {
        self.forget(op.id.0);
        let (window, row) = (op.window(), op.input.values() * self.cell.value);
        let source = self.find(op.inputs.first());
        let kept = self.live.clone();
        let sink = Vector { op: op.id, at: 0, bytes: op.output.values() * self.cell.value };
        let sink = Vector { at: self.place(sink.bytes), ..sink };
        self.live.push(sink);
        // Gates, tile and ring buffer are adjacent.
        let gates = (self.cell.value * Extras::of(op).gates).next_multiple_of(4);
        let tile = tile_bytes(depth(op), self.cell);
        let scratch = gates + tile + window.kept() * row;
        let at = self.place(scratch);
        let is_windowed = window != Window::PIXEL;
        let step = Step {
            op: op.id,
            window,
            input: op.input,
            output: op.output,
            ring: at + gates + tile,
            target: Target::Map(sink.at),
            keeps: None,
            adds: self.find(op.inputs.get(1)).map(|vector| SkipBuffer { at: vector.at, rows: 1 }),
            tile: (tile > 0).then_some(at + gates),
            counter_in: 0,
            counter_out: usize::from(is_windowed),
        };
        let read = source.map(|vector| vector.op);
        let waits = kept.iter().filter(|vector| Some(vector.op) != read).map(|vector| (Use::Kept, *vector));
        let maps = source.map(|vector| (Use::Source, vector)).into_iter().chain([(Use::Sink, sink)]).chain(waits);
        let rows = (scratch > 0).then_some(Region { what: Use::Rows, at, bytes: scratch });
        let maps = maps.map(|(what, vector)| Region { what, at: vector.at, bytes: vector.bytes });
        let regions: Vec<Region> = rows.into_iter().chain(maps).collect();
        let segment = Segment {
            first: number,
            end: number + 1,
            source: source.map(|vector| vector.at),
            copy: None,
            gates: at,
            bytes: regions.iter().map(|region| region.bytes).sum(),
            regions,
        };
        (step, segment)
    }
}
