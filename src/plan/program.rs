//! The program that runs on the board: its steps, and the place of everything they read and write.

use super::chain::{Chain, ElementSizes, Link, STACK_TILES};
use super::rows::{RowPlan, Segment, kept};
use super::segment::{Layout, layout};
use super::tail::Tail;
use crate::config::{Plan, Precision};
use crate::graph::{Graph, Op, OpId, Shape, Window};
use serde::Serialize;

/// Where a step's rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Into this row, from where the next step takes it. Where the next step only keeps a row, it
    /// may as well go straight into that step's ring.
    Row(usize),
    /// Over the row that was read.
    Over,
    /// Into a whole map that begins here.
    Map(usize),
}

/// Rows that are kept for a later addition, in a ring buffer or in a whole map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkipBuffer {
    /// Where they begin.
    pub at: usize,
    /// How many a ring holds; of a whole map, all.
    pub rows: usize,
}

/// What a step does, row by row. Places are bytes from the start of the arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub op: OpId,
    /// How it moves over rows.
    pub window: Window,
    /// The size of what it reads.
    pub input: Shape,
    /// The size of what it makes.
    pub output: Shape,
    /// The last kernel − 1 rows that it was given: row r in place r modulo kernel − 1.
    pub ring: usize,
    /// Where its rows go.
    pub target: Target,
    /// Where its rows are kept for a later addition of the same segment.
    pub keeps: Option<SkipBuffer>,
    /// For an addition: the rows it adds.
    pub adds: Option<SkipBuffer>,
    /// What filters read at several pixels at once, where that is not on the stack.
    pub tile: Option<usize>,
    /// The number, within its segment, of the counter of its input rows; counter 0 counts what the
    /// segment is fed.
    pub counter_in: usize,
    /// The number of the counter of its output rows: the same where each row gives one.
    pub counter_out: usize,
}

/// What a part of the arena is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Rings of rows, rows in the making, sums and gates.
    Rows,
    /// The map that rows come from.
    Source,
    /// The map that rows go to; it may lie over what has been read of the source.
    Sink,
    /// A map that waits for an addition.
    Kept,
}

/// A part of the arena that is in use while a stream runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Region {
    /// What for.
    #[serde(rename = "use")]
    pub what: Use,
    /// Its first byte.
    pub at: usize,
    /// How many there are.
    pub bytes: usize,
}

/// Steps through which rows stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The first step.
    pub first: usize,
    /// The step behind the last.
    pub end: usize,
    /// The map its rows come from; `None` for the camera.
    pub source: Option<usize>,
    /// Where a row of that map is copied to before it is read, where it has to be.
    pub copy: Option<usize>,
    /// Means, hidden units and gates of squeeze-and-excitation, where it begins with that.
    pub gates: usize,
    /// All bytes in use while it runs.
    pub bytes: usize,
    /// Where they are.
    pub regions: Vec<Region>,
}

/// What runs on the board, and where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Arithmetic of it all.
    pub precision: Precision,
    /// The operations in order, but for the global pool and the head.
    pub steps: Vec<Step>,
    /// The runs of steps, in order; that which ends with step [`body`](Self::body) fills the pool.
    pub streams: Vec<Stream>,
    /// How many steps come before the pool.
    pub body: usize,
    /// The row that the camera writes to, where it is not kept at once.
    pub camera: usize,
    /// The global pool.
    pub pool: usize,
    /// Where the vector begins that the head reads: the pool, or what the last step made of it.
    pub head_input: usize,
    /// What the head reads at once, where it is gathered first.
    pub head_tile: Option<usize>,
    /// Tiles of up to this many values are on the stack.
    pub stack_tile: usize,
    /// Where a float head writes: beside the pool.
    pub logits: usize,
    /// Bytes of the arena.
    pub arena_bytes: usize,
    /// The stream with the most bytes in use.
    pub peak: usize,
    /// Multiplications after the last row of the image has come.
    pub macs_after_last_row: u64,
    /// Counters of rows that the object holds.
    pub counters: usize,
    /// Bytes of a counter.
    pub counter_bytes: usize,
    /// How many classes there are.
    pub classes: usize,
}

/// Rows and maps begin at a multiple of this many bytes.
pub const ARENA_ALIGNMENT: usize = 4;

/// Bytes of a `float`.
const FLOAT: usize = 4;
/// Bytes of the number of the class found.
const CLASS: usize = 2;

impl Program {
    /// The program of `graph` with this arithmetic, whose memory plan aims at `goal`.
    #[must_use]
    pub fn of(graph: &Graph, precision: Precision, goal: Plan) -> Self {
        let cell = match precision {
            Precision::Float => ElementSizes::FLOAT,
            Precision::Int8 => ElementSizes::INT8,
        };
        let (chain, rows) = planned(graph, cell, goal);
        let mut builder = Builder { graph, chain: &chain, kept: Vec::new(), steps: Vec::new() };
        let mut streams = Vec::new();
        let (mut camera, mut pool, mut head_tile) = (0, 0, 0);
        for (index, segment) in rows.segments.iter().enumerate() {
            let layout = layout(&chain, segment.first, segment.end, &segment.need);
            builder.segment(segment, &layout);
            streams.push(Stream {
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
            streams,
            body,
            camera,
            pool,
            stack_tile: chain.cell.stack_tile,
            head_input: pool,
            head_tile: (chain.head_tile > 0).then_some(head_tile),
            logits: 0,
            arena_bytes: rows.arena_bytes,
            peak: rows.peak(),
            macs_after_last_row: rows.macs_after_last_row,
            counters: 0,
            counter_bytes: 1,
            classes: graph.classes,
        };
        program.with_tail(tail, graph).with_results(graph)
    }

    /// The program with the steps behind the pool.
    fn with_tail(mut self, tail: Option<Tail>, graph: &Graph) -> Self {
        let Some(tail) = tail else { return self };
        let bytes = |stream: &Stream| stream.bytes;
        for stream in tail.streams {
            if bytes(&stream) > bytes(&self.streams[self.peak]) {
                self.peak = self.streams.len();
            }
            self.streams.push(stream);
        }
        self.steps.extend(tail.steps);
        self.macs_after_last_row += graph.tail().iter().map(Op::macs).sum::<u64>();
        self.arena_bytes = self.arena_bytes.max(tail.bytes).next_multiple_of(ARENA_ALIGNMENT);
        (self.head_input, self.logits) = (tail.head, tail.logits);
        self.head_tile = (self.precision == Precision::Int8).then_some(tail.head_tile);
        self
    }

    /// The program with room for the results and counters of the steps that there are.
    fn with_results(mut self, graph: &Graph) -> Self {
        let (classes, features) = (self.classes, graph.feature_count() * FLOAT);
        if graph.tail().is_empty() {
            self.logits = if self.pool >= classes * FLOAT { 0 } else { self.pool + features };
        }
        let outputs = match self.precision {
            Precision::Float => self.logits + classes * FLOAT,
            Precision::Int8 => classes * FLOAT,
        };
        // The probabilities take the arena's place once it is done with.
        self.arena_bytes = self.arena_bytes.max(outputs);
        let tallest = self.steps.iter().map(|step| step.input.height.max(step.output.height)).max().unwrap_or(0);
        self.counters = 1 + self.steps.iter().map(|step| step.counter_out).max().unwrap_or(0);
        self.counter_bytes = if tallest < 256 { 1 } else { 2 };
        self
    }

    /// Bytes of a value of a map.
    #[must_use]
    pub const fn value_bytes(&self) -> usize {
        match self.precision {
            Precision::Float => ElementSizes::FLOAT.value,
            Precision::Int8 => ElementSizes::INT8.value,
        }
    }

    /// Bytes of the arena that are the own of `op` while it works: the rows of its input that it
    /// keeps, those that wait for an addition, and the row or map that it writes. 0 for what
    /// follows global pooling.
    #[must_use]
    pub(crate) fn own_bytes(&self, op: OpId) -> usize {
        let Some(step) = self.steps.iter().find(|step| step.op == op) else { return 0 };
        let row = |shape: Shape| shape.width * shape.channels * self.value_bytes();
        let written = match step.target {
            Target::Row(_) => row(step.output),
            Target::Over => 0,
            Target::Map(_) => step.output.height * row(step.output),
        };
        let waiting = step.keeps.map_or(0, |waiting| waiting.rows * row(step.output));
        step.window.kept() * row(step.input) + waiting + written
    }

    /// Bytes of an arena of the caller's, which may begin anywhere: what is left free in front of rows and
    /// maps to align them, and behind them, since kernels load up to three bytes beyond what they use.
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

    /// Bytes of the object: the arena, the class found and its probability, the class scores and
    /// the counters of rows. The same on every processor, since it is filled up to whole words.
    #[must_use]
    pub const fn object_bytes(&self) -> usize {
        (self.arena_bytes + FLOAT + CLASS + self.counters * self.counter_bytes + self.score_bytes())
            .next_multiple_of(FLOAT)
    }

    /// Bytes that fill up the object.
    #[must_use]
    pub const fn padding_bytes(&self) -> usize {
        self.object_bytes()
            - (self.arena_bytes + FLOAT + CLASS + self.counters * self.counter_bytes + self.score_bytes())
    }
}

/// The chain of `graph` and its plan, with tiles on the stack as small as costs nothing.
fn planned(graph: &Graph, cell: ElementSizes, goal: Plan) -> (Chain, RowPlan) {
    let mut chain = Chain::of(graph, cell);
    let mut rows = RowPlan::of(&chain, goal);
    for stack_tile in STACK_TILES.into_iter().filter(|values| *values < cell.stack_tile) {
        // The stack is spared where that costs nothing.
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

/// What is where while segment `at` runs.
fn regions(chain: &Chain, segments: &[Segment], at: usize) -> Vec<Region> {
    let Segment { need, source, sink, scratch, .. } = segments[at];
    let own = [(Use::Rows, scratch, need.scratch), (Use::Source, source, need.source), (Use::Sink, sink, need.sink)];
    let kept = kept(chain, segments, at).into_iter().map(|(start, end)| (Use::Kept, start, end - start));
    let all = own.into_iter().chain(kept).filter(|(_, _, bytes)| *bytes > 0);
    all.map(|(what, at, bytes)| Region { what, at, bytes }).collect()
}

struct Builder<'a> {
    graph: &'a Graph,
    chain: &'a Chain,
    /// Whole maps so far: the link that made each, and its place.
    kept: Vec<(usize, usize)>,
    steps: Vec<Step>,
}

impl Builder<'_> {
    /// Adds the steps of `segment`.
    fn segment(&mut self, segment: &Segment, layout: &Layout) {
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

    /// Where the rows that link `from` makes wait for an addition in `segment`.
    fn waiting(&self, from: usize, segment: &Segment, layout: &Layout) -> SkipBuffer {
        let ring = from.checked_sub(segment.first).and_then(|stage| layout.stages[stage].skip);
        if let Some((offset, rows)) = ring {
            SkipBuffer { at: segment.scratch + offset, rows }
        } else {
            let map = self.kept.iter().rev().find(|(link, _)| *link == from);
            SkipBuffer { at: map.map_or(segment.source, |(_, at)| *at), rows: self.chain.links[from].output.0 }
        }
    }
}
