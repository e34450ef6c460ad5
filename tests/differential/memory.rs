//! A model of the exported program's memory: the steps run in the order in which the generated
//! code runs them, and every byte of the arena is labelled with the value that it holds.
//!
//! Nothing is computed. A step that writes a row labels its bytes; a step that reads a row checks
//! that each byte still is the one it wants. Kernels differ between processors in how far they
//! read ahead, so a row is labelled as written before its inputs are checked: what passes here
//! holds for every order within a kernel. Only additions, gates and 1×1 depthwise filters, which
//! may write over what they read, go value by value.

use micromobilenet::config::{Pool, Precision};
use micromobilenet::graph::{Graph, Kind, Op, OpId, Source, Window};
use micromobilenet::plan::{ElementSizes, Program, Segment, Step, Target, depth};

/// The content of a byte of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    /// Nothing that anybody may read.
    Dead,
    /// Byte `byte` of value `value` of an operation's output: row by row, within a row channel by channel.
    Output { op: u16, value: u32, byte: u8 },
    /// Of the image: row by row, the channels of a pixel side by side.
    Image { value: u32, byte: u8 },
    /// A gate of squeeze-and-excitation.
    Gate { op: u16, value: u32, byte: u8 },
    /// A channel of the global pool.
    Pool { value: u32, byte: u8 },
}

/// Whose values are meant.
#[derive(Clone, Copy)]
enum Of {
    Image,
    Op(OpId),
    Gates(OpId),
    Pool,
}

impl Of {
    fn label(self, value: usize, byte: usize) -> Label {
        let (value, byte) = (value as u32, byte as u8);
        match self {
            Self::Image => Label::Image { value, byte },
            Self::Op(OpId(op)) => Label::Output { op: op as u16, value, byte },
            Self::Gates(OpId(op)) => Label::Gate { op: op as u16, value, byte },
            Self::Pool => Label::Pool { value, byte },
        }
    }
}

/// Bytes of a tile for four values.
const TILE_QUAD: usize = ElementSizes::INT8.tile;

/// Runs one image through `program` and says what it reads that is not there.
pub fn check(graph: &Graph, program: &Program) -> Result<(), String> {
    let mut machine =
        Machine { graph, program, arena: vec![Label::Dead; program.arena_bytes], made: vec![0; program.counters] };
    machine.image()
}

struct Machine<'a> {
    graph: &'a Graph,
    program: &'a Program,
    arena: Vec<Label>,
    /// Counters of rows.
    made: Vec<u16>,
}

impl<'a> Machine<'a> {
    fn op(&self, step: &Step) -> &'a Op {
        &self.graph.ops[step.op.0]
    }

    /// Bytes of a value of the image, and of a map.
    fn bytes(&self) -> usize {
        self.program.value_bytes()
    }

    fn row_bytes(&self, step: &Step) -> usize {
        step.input.width * step.input.channels * self.bytes()
    }

    /// Labels `count` values from `first` on as written at `at`.
    fn write(&mut self, at: usize, of: Of, first: usize, count: usize, bytes: usize) -> Result<(), String> {
        let end = at + count * bytes;
        let size = self.arena.len();
        let place = self.arena.get_mut(at..end).ok_or_else(|| format!("writes bytes {at}..{end} of {size}"))?;
        for (i, label) in place.iter_mut().enumerate() {
            *label = of.label(first + i / bytes, i % bytes);
        }
        Ok(())
    }

    fn read(&self, at: usize, of: Of, first: usize, count: usize, bytes: usize) -> Result<(), String> {
        let end = at + count * bytes;
        let place =
            self.arena.get(at..end).ok_or_else(|| format!("reads bytes {at}..{end} of {}", self.arena.len()))?;
        for (i, found) in place.iter().enumerate() {
            let wanted = of.label(first + i / bytes, i % bytes);
            if *found != wanted {
                return Err(format!("wants {wanted:?} at byte {}, where {found:?} is", at + i));
            }
        }
        Ok(())
    }

    fn copy(&mut self, to: usize, from: usize, bytes: usize) {
        self.arena.copy_within(from..from + bytes, to);
    }

    fn clear(&mut self, at: usize, bytes: usize) {
        self.arena[at..at + bytes].fill(Label::Dead);
    }

    fn image(&mut self) -> Result<(), String> {
        let program = self.program;
        let input = self.graph.input;
        let row = input.width * input.channels;
        for y in 0..input.height {
            let landing = self.camera_landing();
            let at = landing.unwrap_or(program.camera);
            self.write(at, Of::Image, y * row, row, self.bytes()).map_err(|error| format!("the camera {error}"))?;
            if program.segments[0].end == program.body && y == 0 {
                self.clear_pool()?;
            }
            if landing.is_some() {
                self.count(0);
            } else {
                self.stream(0, program.segments[0].end, program.camera)?;
            }
        }
        self.all_made(&program.segments[0])?;
        for index in 1..program.segments.len() {
            self.made.fill(0);
            self.stream_map(&program.segments[index])?;
            self.all_made(&program.segments[index])?;
        }
        self.head()
    }

    fn all_made(&self, segment: &Segment) -> Result<(), String> {
        for step in &self.program.steps[segment.first..segment.end] {
            let (made, wanted) = (self.made[step.counter_out], step.output.height);
            if usize::from(made) != wanted {
                return Err(format!("{} made {made} of {wanted} rows", self.op(step).name));
            }
        }
        Ok(())
    }

    /// Adds one to a counter, which has as many bits as in the object.
    fn count(&mut self, counter: usize) {
        let next = self.made[counter].wrapping_add(1);
        self.made[counter] = if self.program.counter_bytes == 1 { next & 0xff } else { next };
    }

    fn due(&self, step: &Step, rows_in: u16) -> bool {
        let next = self.made[step.counter_out];
        let Window { kernel, stride, pad } = step.window;
        let reach = usize::from(next) * stride + kernel;
        let come = usize::from(rows_in);
        usize::from(next) < step.output.height && (reach <= come + pad || come == step.input.height)
    }

    fn slot(&self, step: &Step, index: u16) -> usize {
        step.ring + (usize::from(index) & (step.window.kernel - 2)) * self.row_bytes(step)
    }

    fn camera_landing(&self) -> Option<usize> {
        let step = &self.program.steps[0];
        let index = self.made[0];
        (step.window.kernel > 1 && !self.due(step, index + 1)).then(|| self.slot(step, index))
    }

    fn landing(&self, at: usize, index: u16) -> Option<usize> {
        let step = &self.program.steps[at];
        (step.window.kernel > 1 && !self.due(step, index + 1)).then(|| self.slot(step, index))
    }

    /// The next row of step `at`, and where it is; `None` where the next step needs no more than to
    /// have it kept.
    fn make(&mut self, at: usize, is_last: bool, newest: Option<usize>) -> Result<Option<usize>, String> {
        let step = &self.program.steps[at];
        let name = &self.op(step).name;
        let come = self.made[step.counter_in];
        let index = if step.counter_in == step.counter_out { come - 1 } else { self.made[step.counter_out] };
        let values = step.output.width * step.output.channels;
        let bytes = values * self.bytes();
        let mut landed = None;
        let out = match step.target {
            Target::Map(map) => map + usize::from(index) * bytes,
            Target::Row(row) => {
                landed = if is_last { None } else { self.landing(at + 1, index) };
                landed.unwrap_or(row)
            }
            Target::Over => newest.ok_or_else(|| format!("{name} writes over a row that is not there"))?,
        };
        let kept = if newest.is_some() { come - 1 } else { come };
        let first = usize::from(index) * step.window.stride;
        let mut rows = Vec::new();
        for i in 0..step.window.kernel {
            // A row above the map or below it is padding.
            let Some(row) = (first + i).checked_sub(step.window.pad).filter(|row| *row < step.input.height) else {
                continue;
            };
            let place = match row.cmp(&usize::from(kept)) {
                std::cmp::Ordering::Less if step.window.kernel > 1 => Some(self.slot(step, row as u16)),
                std::cmp::Ordering::Equal => newest,
                _ => None,
            };
            let place = place.ok_or_else(|| format!("{name} row {index} wants row {row}, {kept} are kept"))?;
            rows.push((row, place));
        }
        self.compute(step, usize::from(index), &rows, out).map_err(|error| format!("{name} row {index} {error}"))?;
        if let Some(waiting) = step.keeps {
            self.copy(waiting.at + usize::from(index) % waiting.rows * bytes, out, bytes);
        }
        Ok(if landed.is_some() { None } else { Some(out) })
    }

    /// Row `index` of `step`, from `rows` of its input, to `out`.
    fn compute(&mut self, step: &Step, index: usize, rows: &[(usize, usize)], out: usize) -> Result<(), String> {
        let op = self.op(step);
        let bytes = self.bytes();
        let from = |source: &Source| match source {
            Source::Image => Of::Image,
            Source::Op(op) => Of::Op(*op),
        };
        let input = from(&op.inputs[0]);
        let (values_in, values_out) =
            (step.input.width * step.input.channels, step.output.width * step.output.channels);
        let is_in_place = step.window == Window::PIXEL && !matches!(op.kind, Kind::Conv(_) | Kind::Dense(_));
        if is_in_place {
            let (row, at) = rows[0];
            for i in 0..values_in {
                self.read(at + i * bytes, input, row * values_in + i, 1, bytes)?;
                match op.kind {
                    Kind::Add(_) => {
                        let skip = step.adds.ok_or("adds nothing")?;
                        let place = skip.at + (index % skip.rows * values_in + i) * bytes;
                        self.read(place, from(&op.inputs[1]), index * values_in + i, 1, bytes)?;
                    }
                    Kind::SqueezeExcite(_) => {
                        let channel = i / step.input.width;
                        self.read(self.gates(step) + channel * bytes, Of::Gates(op.id), channel, 1, bytes)?;
                    }
                    _ => {}
                }
                self.write(out + i * bytes, Of::Op(op.id), index * values_out + i, 1, bytes)?;
            }
            return Ok(());
        }
        if let Some(tile) = step.tile {
            self.clear(tile, depth(op).div_ceil(4) * TILE_QUAD);
        }
        self.write(out, Of::Op(op.id), index * values_out, values_out, bytes)?;
        rows.iter().try_for_each(|(row, at)| self.read(*at, input, row * values_in, values_in, bytes))
    }

    fn gates(&self, step: &Step) -> usize {
        let segment = self.program.segments.iter().find(|segment| self.program.steps[segment.first].op == step.op);
        segment.map_or(0, |segment| segment.gates)
    }

    /// Keeps the newest row for a step, if a row that it makes later reads it.
    fn keep(&mut self, step: &Step, newest: usize) {
        let (come, next) = (self.made[step.counter_in], self.made[step.counter_out]);
        let reads = usize::from(next) * step.window.stride;
        if usize::from(next) < step.output.height && reads < usize::from(come) + step.window.pad {
            let slot = self.slot(step, come - 1);
            if slot != newest {
                self.copy(slot, newest, self.row_bytes(step));
            }
        }
    }

    /// Gives the steps from `first` to before `end` a row, and makes all that follows from it.
    fn stream(&mut self, first: usize, end: usize, newest: usize) -> Result<(), String> {
        let program = self.program;
        let steps = &program.steps;
        let begin = &steps[first];
        let (mut at, mut newest) = (first, Some(newest));
        self.count(0);
        loop {
            let step = &steps[at];
            let is_windowed = step.counter_in != step.counter_out;
            let mut out = None;
            if !is_windowed || self.due(step, self.made[step.counter_in]) {
                out = self.make(at, at + 1 == end, newest)?;
                if is_windowed {
                    self.count(step.counter_out);
                }
            }
            if let Some(newest) = newest.filter(|_| step.window.kernel > 1) {
                self.keep(step, newest);
            }
            if let Some(row) = out {
                at += 1;
                if at != end {
                    newest = Some(row);
                    continue;
                }
                if end == program.body {
                    self.pool(row)?;
                }
            }
            newest = None;
            if usize::from(self.made[begin.counter_in]) < begin.input.height
                && usize::from(self.made[begin.counter_out]) < begin.output.height
            {
                return Ok(());
            }
            let waits = |step: &Step| {
                usize::from(self.made[step.counter_in]) == step.input.height
                    && step.counter_in != step.counter_out
                    && usize::from(self.made[step.counter_out]) < step.output.height
            };
            match (first..end).rev().find(|at| waits(&steps[*at])) {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }

    fn stream_map(&mut self, segment: &Segment) -> Result<(), String> {
        let step = &self.program.steps[segment.first];
        let source = segment.source.ok_or("a run of steps without a map")?;
        if segment.end == self.program.body {
            self.clear_pool()?;
        }
        if segment.first == self.program.body {
            self.close_pool()?;
        }
        let op = self.op(step);
        if let Kind::SqueezeExcite(se) = op.kind {
            let Source::Op(from) = op.inputs[0] else { return Err("gates of an image".into()) };
            let (bytes, channels) = (self.bytes(), step.input.channels);
            if let Some(tile) = step.tile {
                self.clear(tile, depth(op).div_ceil(4) * TILE_QUAD);
            }
            self.clear(segment.gates, (channels + se.hidden) * bytes);
            self.read(source, Of::Op(from), 0, step.input.values(), bytes)
                .map_err(|error| format!("the means of {} {error}", op.name))?;
            self.write(segment.gates, Of::Gates(op.id), 0, channels, bytes)?;
        }
        let bytes = self.row_bytes(step);
        for y in 0..step.input.height {
            let mut row = source + y * bytes;
            if let Some(copy) = segment.copy {
                self.copy(copy, row, bytes);
                row = copy;
            }
            self.stream(segment.first, segment.end, row)?;
        }
        Ok(())
    }

    /// Bytes of a channel of the pool.
    fn pool_bytes(&self) -> usize {
        let is_mean = |op: &Op| matches!(op.kind, Kind::GlobalPool(pool) if pool.pool == Pool::Avg);
        if self.graph.ops.iter().any(is_mean) { 4 } else { self.bytes() }
    }

    fn clear_pool(&mut self) -> Result<(), String> {
        let bytes = self.pool_bytes();
        self.write(self.program.pool, Of::Pool, 0, self.pooled().output.channels, bytes)
    }

    /// The global pool.
    fn pooled(&self) -> &'a Op {
        &self.graph.ops[self.graph.pool_at()]
    }

    /// Before the first step of the tail, the pool becomes a vector like others.
    fn close_pool(&mut self) -> Result<(), String> {
        let (pool, pooled) = (self.program.pool, self.pooled());
        self.read(pool, Of::Pool, 0, pooled.output.channels, self.pool_bytes())?;
        // Everything else has been read for the last time.
        let end = self.arena.len();
        self.clear(0, end);
        self.write(pool, Of::Op(pooled.id), 0, pooled.output.channels, self.bytes())
    }

    fn pool(&mut self, row: usize) -> Result<(), String> {
        let Some(last) = self.program.steps[..self.program.body].last() else { return Ok(()) };
        let (values, bytes) = (last.output.width * last.output.channels, self.bytes());
        let index = usize::from(self.made[last.counter_out]) - 1;
        let pool = self.program.pool;
        self.write(pool, Of::Pool, 0, self.pooled().output.channels, self.pool_bytes())?;
        self.read(row, Of::Op(last.op), index * values, values, bytes).map_err(|error| format!("the pool {error}"))
    }

    fn head(&mut self) -> Result<(), String> {
        let channels = self.graph.feature_count();
        if let Some(last) = self.graph.tail().last() {
            match self.program.precision {
                Precision::Float => self.clear(self.program.logits, self.graph.classes * 4),
                Precision::Int8 => {
                    let tile = self.program.head_tile.ok_or("the head has no tile")?;
                    self.clear(tile, channels.div_ceil(4) * TILE_QUAD);
                }
            }
            let read = self.read(self.program.head_input, Of::Op(last.id), 0, channels, self.bytes());
            return read.map_err(|error| format!("the head {error}"));
        }
        let pool = self.program.pool;
        self.read(pool, Of::Pool, 0, channels, self.pool_bytes())?;
        match self.program.precision {
            Precision::Float => self.clear(self.program.logits, self.graph.classes * 4),
            Precision::Int8 => {
                // Means are gathered as bytes at the place of their sums.
                self.write(pool, Of::Pool, 0, channels, 1)?;
                if let Some(tile) = self.program.head_tile {
                    self.clear(tile, channels.div_ceil(4) * TILE_QUAD);
                }
            }
        }
        self.read(pool, Of::Pool, 0, channels, self.bytes()).map_err(|error| format!("the head {error}"))
    }
}
