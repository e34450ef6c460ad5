//! The program that runs on the board: its steps, and the arena offsets of everything they read and write.

use super::chain::{Chain, ElementSizes, Link, STACK_TILES};
use super::rows::{PlannedSegment, RowPlan, kept};
use super::segment::{Layout, layout};
use super::tail::Tail;
use crate::config::{Plan, Precision};
use crate::graph::{Graph, Op, OpId, Shape, Window};
use serde::Serialize;

/// Destination of the output rows of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row buffer at this offset, from which the next step reads it. Rows that the next step only stores are
    /// written to that step's ring buffer instead.
    Row(usize),
    /// The input row, which is overwritten.
    Over,
    /// A whole feature map at this offset.
    Map(usize),
}

/// Buffer for the rows of a skip connection: a ring buffer or a whole feature map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkipBuffer {
    /// Its offset, in bytes.
    pub at: usize,
    /// Capacity, in rows; for a whole feature map, all of its rows.
    pub rows: usize,
}

/// A step, which computes an operation row by row. Offsets are bytes from the start of the arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub op: OpId,
    /// Its kernel, stride and padding.
    pub window: Window,
    /// Shape of its input.
    pub input: Shape,
    /// Shape of its output.
    pub output: Shape,
    /// Offset of its ring buffer for the last kernel − 1 input rows: row r has index r modulo (kernel − 1).
    pub ring: usize,
    /// Destination of its output rows.
    pub target: Target,
    /// Buffer of its output rows for a later addition of the same segment.
    pub keeps: Option<SkipBuffer>,
    /// For an addition: buffer of the second operand.
    pub adds: Option<SkipBuffer>,
    /// Offset of the tile, which holds the inputs of several pixels; `None` if it is on the stack.
    pub tile: Option<usize>,
    /// Index, within its segment, of the counter of its input rows. Counter 0 counts the rows passed to the
    /// segment.
    pub counter_in: usize,
    /// Index of the counter of its output rows; the same if each input row gives an output row.
    pub counter_out: usize,
}

/// Use of a region of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Row buffers, sums and gates.
    Rows,
    /// The input feature map.
    Source,
    /// The output feature map, which may overlap the processed part of the input.
    Sink,
    /// A feature map for a later addition.
    Kept,
}

/// A region of the arena that is in use while a segment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Its use.
    #[serde(rename = "use")]
    pub what: Use,
    /// Its offset, in bytes.
    pub at: usize,
    /// Its size, in bytes.
    pub bytes: usize,
}

/// A segment: steps that run row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Index of its first step.
    pub first: usize,
    /// Index after its last step.
    pub end: usize,
    /// Offset of its input feature map; `None` for the camera.
    pub source: Option<usize>,
    /// Offset of a buffer to which input rows are copied before they are read, if that is necessary.
    pub copy: Option<usize>,
    /// Offset of means, hidden units and gates, if it begins with squeeze-and-excitation.
    pub gates: usize,
    /// Number of bytes in use while it runs.
    pub bytes: usize,
    /// The regions in use.
    pub regions: Vec<Region>,
}

/// The program that runs on the board, with its memory plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its arithmetic.
    pub precision: Precision,
    /// Its steps in order, without the global pool and the head.
    pub steps: Vec<Step>,
    /// The segments, in order. The one that ends with step [`body`](Self::body) fills the pool.
    pub segments: Vec<Segment>,
    /// Number of steps before the pool.
    pub body: usize,
    /// Offset of the camera's row, unless the row is written directly to a ring buffer.
    pub camera: usize,
    /// Offset of the global pool.
    pub pool: usize,
    /// Offset of the input of the head: the pool, or the output of the last step after it.
    pub head_input: usize,
    /// Offset of the tile of the head, if it is in the arena.
    pub head_tile: Option<usize>,
    /// Maximum size of tiles on the stack, in values.
    pub stack_tile: usize,
    /// Offset of the logits of a float head, beside the pool.
    pub logits: usize,
    /// Size of the arena, in bytes.
    pub arena_bytes: usize,
    /// Index of the segment with the most bytes in use.
    pub peak: usize,
    /// Bytes of the arena that the head uses: its input and the outputs.
    pub head_bytes: usize,
    /// MACs after the last row of the image.
    pub macs_after_last_row: u64,
    /// Number of row counters in the object.
    pub counters: usize,
    /// Size of a counter, in bytes.
    pub counter_bytes: usize,
    /// Number of classes.
    pub classes: usize,
}

/// Alignment of row buffers and feature maps, in bytes.
pub const ARENA_ALIGNMENT: usize = 4;

/// Bytes of a `float`.
const FLOAT: usize = 4;
/// Bytes of the predicted class.
const CLASS: usize = 2;

impl Program {
    /// Plans the program of `graph` with this arithmetic. The memory plan has the objective `goal`.
    #[must_use]
    pub fn of(graph: &Graph, precision: Precision, goal: Plan) -> Self {
        let cell = match precision {
            Precision::Float => ElementSizes::FLOAT,
            Precision::Int8 => ElementSizes::INT8,
        };
        let (chain, rows) = planned(graph, cell, goal);
        let mut builder = Builder { graph, chain: &chain, kept: Vec::new(), steps: Vec::new() };
        let mut segments = Vec::new();
        let (mut camera, mut pool, mut head_tile) = (0, 0, 0);
        for (index, segment) in rows.segments.iter().enumerate() {
            let layout = layout(&chain, segment.first, segment.end, &segment.need);
            builder.segment(segment, &layout);
            segments.push(Segment {
                first: segment.first,
                end: segment.end,
                source: (index > 0).then_some(segment.source),
                copy: layout.copy.map(|at| segment.scratch + at),
                gates: segment.scratch + layout.extra,
                bytes: segment.need.bytes(),
                regions: regions(&chain, &rows.segments, index),
            });
            if index == 0 {
                camera = segment.scratch + layout.camera;
            }
            (pool, head_tile) = (segment.scratch + layout.pool, segment.scratch + layout.tile);
        }
        let body = builder.steps.len();
        let tail = Tail::of(graph, chain.cell, pool, body);
        let program = Self {
            precision,
            steps: builder.steps,
            segments,
            body,
            camera,
            pool,
            stack_tile: chain.cell.stack_tile,
            head_input: pool,
            head_tile: (chain.head_tile > 0).then_some(head_tile),
            logits: 0,
            arena_bytes: rows.arena_bytes,
            peak: rows.peak(),
            head_bytes: 0,
            macs_after_last_row: rows.macs_after_last_row,
            counters: 0,
            counter_bytes: 1,
            classes: graph.classes,
        };
        program.with_tail(tail, graph).with_results(graph)
    }

    /// Adds the steps after the pool.
    fn with_tail(mut self, tail: Option<Tail>, graph: &Graph) -> Self {
        let Some(tail) = tail else { return self };
        let bytes = |segment: &Segment| segment.bytes;
        for segment in tail.segments {
            if bytes(&segment) > bytes(&self.segments[self.peak]) {
                self.peak = self.segments.len();
            }
            self.segments.push(segment);
        }
        self.steps.extend(tail.steps);
        self.macs_after_last_row += graph.tail().iter().map(Op::macs).sum::<u64>();
        self.arena_bytes = self.arena_bytes.max(tail.bytes).next_multiple_of(ARENA_ALIGNMENT);
        (self.head_input, self.logits) = (tail.head, tail.logits);
        self.head_tile = (self.precision == Precision::Int8).then_some(tail.head_tile);
        self
    }

    /// Adds the memory for results and row counters.
    fn with_results(mut self, graph: &Graph) -> Self {
        let (classes, features) = (self.classes, graph.feature_count() * FLOAT);
        if graph.tail().is_empty() {
            self.logits = if self.pool >= classes * FLOAT { 0 } else { self.pool + features };
        }
        let outputs = match self.precision {
            Precision::Float => self.logits + classes * FLOAT,
            Precision::Int8 => classes * FLOAT,
        };
        self.head_bytes = outputs.max(graph.feature_count() * self.value_bytes());
        // The probabilities overwrite the arena when it is no longer used.
        self.arena_bytes = self.arena_bytes.max(outputs);
        let tallest = self.steps.iter().map(|step| step.input.height.max(step.output.height)).max().unwrap_or(0);
        self.counters = 1 + self.steps.iter().map(|step| step.counter_out).max().unwrap_or(0);
        self.counter_bytes = if tallest < 256 { 1 } else { 2 };
        self
    }

    /// Bytes of a value of a feature map.
    #[must_use]
    pub const fn value_bytes(&self) -> usize {
        match self.precision {
            Precision::Float => ElementSizes::FLOAT.value,
            Precision::Int8 => ElementSizes::INT8.value,
        }
    }

    /// Bytes of the arena that are in use while `op` runs: those of its segment, or those of the head. Gaps between
    /// buffers count at the peak, since nothing else can use them there; so the largest of all is the arena.
    #[must_use]
    pub(crate) fn bytes_during(&self, op: &Op) -> usize {
        let step = self.steps.iter().position(|step| step.op == op.id);
        // The last rows before the pool fill it.
        let Some(step) = step.or_else(|| op.pool().is_some().then(|| self.body.saturating_sub(1))) else {
            return self.head_bytes;
        };
        let at = self.segments.iter().position(|segment| (segment.first..segment.end).contains(&step)).unwrap_or(0);
        if at == self.peak && self.head_bytes < self.arena_bytes { self.arena_bytes } else { self.segments[at].bytes }
    }

    /// Bytes of an unaligned arena of the caller: the arena, bytes to align it, and bytes behind it, since kernels
    /// load up to three bytes beyond the values that they use.
    #[must_use]
    pub const fn caller_arena_bytes(&self) -> usize {
        self.arena_bytes.next_multiple_of(ARENA_ALIGNMENT) + 2 * ARENA_ALIGNMENT
    }

    /// Bytes of the class scores.
    #[must_use]
    pub(crate) const fn score_bytes(&self) -> usize {
        match self.precision {
            Precision::Float => 0,
            Precision::Int8 => self.classes,
        }
    }

    /// Bytes of the object: the arena, the predicted class and its probability, the class scores and the row
    /// counters. Equal on all processors, since explicit padding fills the last word.
    #[must_use]
    pub const fn object_bytes(&self) -> usize {
        (self.arena_bytes + FLOAT + CLASS + self.counters * self.counter_bytes + self.score_bytes())
            .next_multiple_of(FLOAT)
    }

    /// Bytes of explicit padding of the object.
    #[must_use]
    pub const fn padding_bytes(&self) -> usize {
        self.object_bytes()
            - (self.arena_bytes + FLOAT + CLASS + self.counters * self.counter_bytes + self.score_bytes())
    }
}

/// The chain of `graph` and its plan. Tiles move from the stack to the arena if that does not enlarge the arena.
fn planned(graph: &Graph, cell: ElementSizes, goal: Plan) -> (Chain, RowPlan) {
    let mut chain = Chain::of(graph, cell);
    let mut rows = RowPlan::of(&chain, goal);
    for stack_tile in STACK_TILES.into_iter().filter(|values| *values < cell.stack_tile) {
        // Prefers the smaller stack if the arena stays as small.
        let other = chain.with_stack_tile(stack_tile);
        if other.links != chain.links {
            let planned = RowPlan::of(&other, goal);
            let (bytes, macs) = (rows.arena_bytes, rows.macs_after_last_row);
            if planned.arena_bytes > bytes || planned.macs_after_last_row > macs {
                break;
            }
            rows = planned;
        }
        chain = other;
    }
    (chain, rows)
}

/// The regions in use while segment `at` runs.
fn regions(chain: &Chain, segments: &[PlannedSegment], at: usize) -> Vec<Region> {
    let PlannedSegment { need, source, sink, scratch, .. } = segments[at];
    let own = [(Use::Rows, scratch, need.scratch), (Use::Source, source, need.source), (Use::Sink, sink, need.sink)];
    let kept = kept(chain, segments, at).into_iter().map(|(start, end)| (Use::Kept, start, end - start));
    let all = own.into_iter().chain(kept).filter(|(_, _, bytes)| *bytes > 0);
    all.map(|(what, at, bytes)| Region { what, at, bytes }).collect()
}

struct Builder<'a> {
    graph: &'a Graph,
    chain: &'a Chain,
    /// Whole feature maps so far: the link that wrote each, and its offset.
    kept: Vec<(usize, usize)>,
    steps: Vec<Step>,
}

impl Builder<'_> {
    /// Adds the steps of `segment`.
    fn segment(&mut self, segment: &PlannedSegment, layout: &Layout) {
        let mut counter = 0;
        for (link, stage) in (segment.first..segment.end).zip(&layout.stages) {
            let at = |offset: usize| segment.scratch + offset;
            let Link { op, window, .. } = self.chain.links[link];
            let counter_in = counter;
            if window != Window::PIXEL {
                counter += 1;
            }
            let target = match stage.row {
                Some(row) => Target::Row(at(row)),
                None if link + 1 == segment.end && segment.end < self.chain.links.len() => Target::Map(segment.sink),
                None => Target::Over,
            };
            let adds = self.chain.links[link].skip.map(|from| self.waiting(from, segment, layout));
            let op = &self.graph.ops[op.0];
            self.steps.push(Step {
                op: op.id,
                window,
                input: op.input,
                output: op.output,
                ring: at(stage.ring),
                target,
                keeps: stage.skip.map(|(offset, rows)| SkipBuffer { at: at(offset), rows }),
                adds,
                tile: (self.chain.links[link].tile > 0).then_some(at(layout.tile)),
                counter_in,
                counter_out: counter,
            });
        }
        self.kept.push((segment.end - 1, segment.sink));
    }

    /// The buffer for the output rows of link `from` that an addition in `segment` reads.
    fn waiting(&self, from: usize, segment: &PlannedSegment, layout: &Layout) -> SkipBuffer {
        let ring = from.checked_sub(segment.first).and_then(|stage| layout.stages[stage].skip);
        if let Some((offset, rows)) = ring {
            SkipBuffer { at: segment.scratch + offset, rows }
        } else {
            let map = self.kept.iter().rev().find(|(link, _)| *link == from);
            SkipBuffer { at: map.map_or(segment.source, |(_, at)| *at), rows: self.chain.links[from].output.0 }
        }
    }
}
