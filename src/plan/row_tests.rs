//! Plans carried out row by row in their arena, against the float reference on whole maps.

use super::{Cell, Chain, Growing, Layout, RowPlan, Segment, layout};
use crate::graph::tests::graph_of;
use crate::graph::{Graph, Kind, Map, Weights};
use crate::random::{Purpose, Stream};
use crate::spec::{Activation, Plan, Pool, Spec};
use proptest::prelude::*;

/// A machine with nothing but the arena: what was never written, or is dead, is NaN.
struct Machine<'a> {
    graph: &'a Graph,
    weights: &'a Weights,
    chain: &'a Chain,
    image: &'a Map,
    /// What every operation makes, by the float reference.
    maps: &'a [Map],
    arena: Vec<f32>,
    segment: Segment,
    layout: Layout,
    /// Maps that wait for an addition: the link that made them and their place.
    kept: Vec<(usize, usize)>,
    gates: Vec<f32>,
    rows_in: Vec<usize>,
    rows_out: Vec<usize>,
}

impl Machine<'_> {
    fn run(graph: &Graph, weights: &Weights, image: &Map, maps: &[Map], goal: Plan) -> Vec<f32> {
        let chain = Chain::of(graph, Cell::FLOAT);
        let plan = RowPlan::of(&chain, goal);
        assert!(plan.segments.last().unwrap().end == chain.links.len(), "{plan:?}");
        let count = chain.links.len();
        let first = plan.segments[0];
        let mut machine = Machine {
            graph,
            weights,
            chain: &chain,
            image,
            maps,
            arena: vec![f32::NAN; plan.arena_bytes / 4],
            segment: first,
            layout: layout(&chain, first.first, first.end, &first.need),
            kept: Vec::new(),
            gates: Vec::new(),
            rows_in: vec![0; count],
            rows_out: vec![0; count],
        };
        for segment in &plan.segments {
            machine.stream(*segment);
        }
        machine.finish()
    }

    fn values(&self, at: usize, count: usize) -> Vec<f32> {
        assert_eq!(at % 4, 0);
        self.arena[at / 4..at / 4 + count].to_vec()
    }

    fn stream(&mut self, segment: Segment) {
        self.segment = segment;
        self.layout = layout(self.chain, segment.first, segment.end, &segment.need);
        let link = self.chain.links[segment.first];
        let (height, width, channels) = link.input;
        self.forget();
        if link.whole {
            self.open_gates(segment, height * width, channels);
        }
        let row_in = self.chain.row_in(segment.first);
        for row in 0..height {
            let at = if segment.first == 0 {
                let at = segment.scratch + self.layout.camera;
                let image = &self.image.values;
                let pixel = |i: usize| image[(i % channels * height + row) * width + i / channels];
                let values: Vec<f32> = (0..width * channels).map(pixel).collect();
                self.arena[at / 4..at / 4 + values.len()].copy_from_slice(&values);
                at
            } else {
                let at = segment.source + row * row_in;
                match self.layout.copy {
                    Some(copy) => {
                        let (copy, values) = ((segment.scratch + copy) / 4, self.values(at, row_in / 4));
                        self.arena[copy..copy + values.len()].copy_from_slice(&values);
                        // What was copied is dead, unless an addition waits for it.
                        if segment.need.distance.is_some() {
                            self.arena[at / 4..at / 4 + values.len()].fill(f32::NAN);
                        }
                        segment.scratch + self.layout.copy.unwrap()
                    }
                    None => at,
                }
            };
            self.feed(segment.first, at);
        }
        if segment.need.distance.is_none() {
            self.kept.push((segment.first - 1, segment.source));
        }
    }

    /// What a new segment has no right to read becomes NaN: all but its source and what is kept.
    fn forget(&mut self) {
        let waits = |from: usize| self.chain.links[self.segment.first..].iter().any(|link| link.skip == Some(from));
        self.kept.retain(|(link, _)| waits(*link));
        let mut alive = vec![(self.segment.source, self.segment.need.source)];
        alive.extend(self.kept.iter().map(|(link, at)| (*at, self.chain.map_out(*link))));
        for (i, value) in self.arena.iter_mut().enumerate() {
            if !alive.iter().any(|(at, bytes)| (*at..at + bytes).contains(&(4 * i))) {
                *value = f32::NAN;
            }
        }
    }

    fn open_gates(&mut self, segment: Segment, pixels: usize, channels: usize) {
        let map = self.values(segment.source, pixels * channels);
        let name = &self.graph.ops[self.chain.links[segment.first].op.0].name;
        let mean = |c: usize| map.iter().skip(c).step_by(channels).map(|x| f64::from(*x)).sum::<f64>() / pixels as f64;
        let means: Vec<f64> = (0..channels).map(mean).collect();
        let dense = |part: &str, from: &[f64]| -> Vec<f64> {
            let weight = self.weights.values(&format!("{name}.{part}.weight"));
            let bias = self.weights.values(&format!("{name}.{part}.bias"));
            let row = |(row, bias): (&[f32], &f32)| {
                row.iter().zip(from).map(|(w, x)| f64::from(*w) * x).sum::<f64>() + f64::from(*bias)
            };
            weight.chunks(from.len()).zip(bias).map(row).collect()
        };
        let hidden: Vec<f64> = dense("reduce", &means).into_iter().map(|x| x.max(0.0)).collect();
        self.gates = dense("expand", &hidden).into_iter().map(|x| (1.0 / (1.0 + (-x).exp())) as f32).collect();
    }

    /// Gives link `m` the row at `at`, and passes on whatever rows follow from it.
    fn feed(&mut self, m: usize, at: usize) {
        let link = self.chain.links[m];
        let row = self.rows_in[m];
        self.rows_in[m] += 1;
        let window = link.window;
        let last = link.input.0 - 1;
        let ready = |o: usize| (o * window.stride + window.kernel - 1).saturating_sub(window.pad) <= row;
        let due = self.rows_out[m] < link.output.0 && ready(self.rows_out[m]);
        let made = due.then(|| self.make(m, Some(at)));
        let ring = self.segment.scratch + self.layout.stages[m - self.segment.first].ring;
        if window.kernel > 1 {
            let size = self.chain.row_in(m);
            let values = self.values(at, size / 4);
            let slot = (ring + row % (window.kernel - 1) * size) / 4;
            self.arena[slot..slot + size / 4].copy_from_slice(&values);
        }
        if let Some(made) = made {
            self.pass(m, made);
        }
        while row == last && self.rows_out[m] < link.output.0 {
            let made = self.make(m, None);
            self.pass(m, made);
        }
    }

    /// Makes the next row of link `m`, pixel by pixel, from its ring and the row at `newest`.
    fn make(&mut self, m: usize, newest: Option<usize>) -> usize {
        let link = self.chain.links[m];
        let stage = self.layout.stages[m - self.segment.first];
        let (height, width, channels) = link.input;
        let (_, columns, filters) = link.output;
        let window = link.window;
        let o = self.rows_out[m];
        self.rows_out[m] += 1;
        let (rows, first_row) = window.reach(o, height);
        let row_bytes = self.chain.row_in(m);
        let ring = self.segment.scratch + stage.ring;
        let place = |row: usize| match newest {
            Some(at) if row + 1 == self.rows_in[m] => at,
            _ => ring + row % (window.kernel - 1).max(1) * row_bytes,
        };
        let places: Vec<usize> = rows.clone().map(place).collect();
        let target = match (stage.row, newest) {
            (Some(row), _) => self.segment.scratch + row,
            (None, Some(at)) if m + 1 < self.segment.end || self.segment.end == self.chain.links.len() => at,
            (None, _) => self.segment.sink + o * self.chain.row_out(m),
        };
        let op = &self.graph.ops[link.op.0];
        let skip = link.skip.map(|from| self.skip_row(from, o));
        for x in 0..columns {
            let (reach, first_column) = window.reach(x, width);
            let pixels: Vec<Vec<Vec<f32>>> = places
                .iter()
                .map(|row| reach.clone().map(|column| self.values(row + column * channels * 4, channels)).collect())
                .collect();
            let tap = |f: usize, i: usize, inputs: usize, ky: usize, kx: usize| {
                ((f * inputs + i) * window.kernel + first_row + ky) * window.kernel + first_column + kx
            };
            let out: Vec<f32> = match &op.kind {
                Kind::SqueezeExcite(_) => pixels[0][0].iter().zip(&self.gates).map(|(x, gate)| x * gate).collect(),
                Kind::Add(_) => {
                    let skip = self.values(skip.unwrap() + x * channels * 4, channels);
                    pixels[0][0].iter().zip(skip).map(|(a, b)| a + b).collect()
                }
                kind => {
                    let depthwise = matches!(kind, Kind::Depthwise(_));
                    let weight = self.weights.values(&format!("{}.weight", op.name));
                    let bias = self.weights.get(&format!("{}.bias", op.name));
                    let activation = match kind {
                        Kind::Conv(conv) => conv.activation,
                        Kind::Depthwise(depthwise) => depthwise.activation,
                        _ => Activation::None,
                    };
                    let finish = |f: usize, sum: f64| {
                        let sum = sum + bias.map_or(0.0, |bias| f64::from(bias.values[f]));
                        match activation {
                            Activation::None => sum as f32,
                            Activation::Relu => sum.max(0.0) as f32,
                            Activation::Relu6 => sum.clamp(0.0, 6.0) as f32,
                        }
                    };
                    (0..filters)
                        .map(|f| {
                            let mut sum = 0.0;
                            for (ky, row) in pixels.iter().enumerate() {
                                for (kx, pixel) in row.iter().enumerate() {
                                    if depthwise {
                                        sum += f64::from(weight[tap(f, 0, 1, ky, kx)]) * f64::from(pixel[f]);
                                    } else {
                                        for (i, x) in pixel.iter().enumerate() {
                                            sum += f64::from(weight[tap(f, i, channels, ky, kx)]) * f64::from(*x);
                                        }
                                    }
                                }
                            }
                            // Clamping would hide a NaN.
                            if sum.is_nan() { f32::NAN } else { finish(f, sum) }
                        })
                        .collect()
                }
            };
            assert!(out.iter().all(|x| !x.is_nan()), "{} row {o} pixel {x} read what was not there", op.name);
            let at = target / 4 + x * filters;
            self.arena[at..at + filters].copy_from_slice(&out);
        }
        target
    }

    /// Where row `o` of the map that link `from` made waits for an addition.
    fn skip_row(&self, from: usize, o: usize) -> usize {
        let row = self.chain.row_out(from);
        if from >= self.segment.first {
            let (ring, rows) = self.layout.stages[from - self.segment.first].skip.unwrap();
            return self.segment.scratch + ring + o % rows * row;
        }
        let map = match self.kept.iter().find(|(link, _)| *link == from) {
            Some((_, at)) => *at,
            None => self.segment.source,
        };
        map + o * row
    }

    /// Hands the row of link `m` at `at` to whoever waits for it.
    fn pass(&mut self, m: usize, at: usize) {
        let size = self.chain.row_out(m);
        let (height, width, channels) = self.chain.links[m].output;
        let row = self.rows_out[m] - 1;
        for (i, value) in self.values(at, width * channels).into_iter().enumerate() {
            let expected = self.maps[m].values[(i % channels * height + row) * width + i / channels];
            let close = (value - expected).abs() <= 1e-3 * expected.abs().max(1.0);
            assert!(close, "{}: row {row} holds {value} instead of {expected}", self.graph.ops[m].name);
        }
        if let Some((ring, rows)) = self.layout.stages[m - self.segment.first].skip {
            let values = self.values(at, size / 4);
            let slot = (self.segment.scratch + ring + (self.rows_out[m] - 1) % rows * size) / 4;
            self.arena[slot..slot + size / 4].copy_from_slice(&values);
        }
        if m + 1 < self.segment.end {
            self.feed(m + 1, at);
        } else if self.segment.end == self.chain.links.len() {
            self.pool(m, at);
        }
    }

    fn pool(&mut self, m: usize, at: usize) {
        let (_, width, channels) = self.chain.links[m].output;
        let row = self.values(at, width * channels);
        let pool = (self.segment.scratch + self.layout.pool) / 4;
        let max = self.graph.ops.iter().any(|op| matches!(op.kind, Kind::GlobalPool(p) if p.pool == Pool::Max));
        for (i, value) in row.into_iter().enumerate() {
            let sum = &mut self.arena[pool + i % channels];
            *sum = match (sum.is_nan(), max) {
                (true, _) => value,
                (false, true) => sum.max(value),
                (false, false) => *sum + value,
            };
        }
    }

    /// The logits, from the pool.
    fn finish(&self) -> Vec<f32> {
        let head = self.graph.ops.last().unwrap();
        let (height, width, channels) = self.chain.links.last().unwrap().output;
        let pool = (self.segment.scratch + self.layout.pool) / 4;
        let avg = self.graph.ops.iter().any(|op| matches!(op.kind, Kind::GlobalPool(p) if p.pool == Pool::Avg));
        let over = if avg { (height * width) as f32 } else { 1.0 };
        let pooled =
            Map { shape: head.input, values: self.arena[pool..pool + channels].iter().map(|x| x / over).collect() };
        head.kind.operator().reference(&head.name, self.weights, &[&pooled], head.output).values
    }
}

fn agrees(graph: &Graph, seed: u32) -> Result<(), TestCaseError> {
    let weights = Weights::random(graph, seed);
    let mut stream = Stream::new(seed, Purpose::Augment, 0, 0);
    let values = (0..graph.input.values()).map(|_| stream.symmetric(2.0)).collect();
    let image = Map { shape: graph.input, values };
    let maps = graph.reference(&weights, &image);
    let expected = &maps.last().unwrap().values;
    for goal in [Plan::Smallest, Plan::LowestLatency] {
        let found = Machine::run(graph, &weights, &image, &maps, goal);
        for (a, b) in found.iter().zip(expected) {
            prop_assert!((a - b).abs() <= 1e-3 * b.abs().max(1.0), "{goal:?}: {a} instead of {b}");
        }
    }
    Ok(())
}

#[test]
fn the_presets_run_in_the_memory_their_plans_state() {
    for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
        agrees(&graph_of(name, 5).folded(), 3).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn the_arenas_of_the_family_are_as_small_as_rows_allow() {
    // Bytes of int8 and float arenas, `smallest`.
    for (name, int8, float) in [
        ("pico", 984, 3_936),
        ("nano", 1_600, 6_396),
        ("micro", 4_496, 17_976),
        ("milli", 4_496, 17_976),
        ("mobilenet", 4_496, 17_976),
    ] {
        let graph = graph_of(name, 5).folded();
        let bytes = |cell| RowPlan::of(&Chain::of(&graph, cell), Plan::Smallest).arena_bytes;
        assert_eq!((bytes(Cell::INT8), bytes(Cell::FLOAT)), (int8, float), "{name}");
    }
}

#[test]
fn the_lowest_latency_leaves_less_work_and_takes_more_memory() {
    for name in ["micro", "milli", "mobilenet"] {
        let chain = Chain::of(&graph_of(name, 5).folded(), Cell::INT8);
        let small = RowPlan::of(&chain, Plan::Smallest);
        let fast = RowPlan::of(&chain, Plan::LowestLatency);
        assert!(fast.macs_after_last_row < small.macs_after_last_row, "{name}");
        assert!(fast.arena_bytes > small.arena_bytes, "{name}");
        assert_eq!(fast, RowPlan::of(&chain, Plan::LowestLatency));
    }
}

/// A random network of up to six blocks of all kinds.
pub(crate) fn networks() -> impl Strategy<Value = String> {
    let block = (
        0usize..3,
        1u32..7,
        prop::sample::select(vec![1u32, 3, 5]),
        1u32..4,
        any::<bool>(),
        1u32..4,
        0usize..3,
        1u32..3,
    );
    let sizes = (4u32..30, 4u32..30, prop::sample::select(vec![1u32, 3]), any::<bool>());
    (sizes, prop::collection::vec(block, 0..6)).prop_map(|((height, width, channels, max), blocks)| {
        let pool = if max { "max" } else { "avg" };
        let mut text = format!("[model]\ninput = {{ height = {height}, width = {width}, channels = {channels} }}\n[stem]\nfilters = 4\n[head]\npool = \"{pool}\"\n");
        for (kind, filters, kernel, stride, same, t, se, repeat) in blocks {
            let kind = ["separable", "bottleneck", "conv"][kind];
            let padding = if same { "same" } else { "valid" };
            text += &format!("[[blocks]]\ntype = \"{kind}\"\nfilters = {filters}\nkernel = {kernel}\nstride = {stride}\npadding = \"{padding}\"\nrepeat = {repeat}\n");
            if kind == "bottleneck" {
                text += &format!("expansion = {t}\n");
                if se > 0 {
                    text += &format!("squeeze_excite = {{ after = \"{}\", ratio = 2 }}\n", ["", "depthwise", "project"][se]);
                }
            }
        }
        text
    })
}

/// Least bytes of the worst segment, and least multiplications after the last row, over all cuts
/// behind link `first`.
fn least(chain: &Chain, first: usize) -> (usize, u64) {
    if first == chain.links.len() {
        return (0, 0);
    }
    let (mut bytes, mut macs) = (usize::MAX, u64::MAX);
    let mut links = Growing::new(chain, first);
    while links.grow() {
        let Some(need) = links.need() else { continue };
        let rest = least(chain, links.end());
        bytes = bytes.min(need.bytes().max(rest.0));
        macs = macs.min(links.macs_after_last_row().saturating_add(rest.1));
    }
    (bytes, macs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_other_cuts_are_better(text in networks()) {
        let spec = Spec::parse("t", &text, &[]).unwrap();
        let Ok(graph) = Graph::build(&spec, 3) else { return Ok(()) };
        for cell in [Cell::INT8, Cell::FLOAT] {
            let chain = Chain::of(&graph.folded(), cell);
            // Every link doubles the number of cuts.
            if chain.links.len() > 14 {
                return Ok(());
            }
            let (bytes, macs) = least(&chain, 0);
            let small = RowPlan::of(&chain, Plan::Smallest);
            prop_assert_eq!(small.segments[small.peak()].need.bytes(), bytes);
            prop_assert_eq!(RowPlan::of(&chain, Plan::LowestLatency).macs_after_last_row, macs);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn random_networks_run_in_the_memory_their_plans_state(text in networks(), seed in any::<u32>()) {
        let spec = Spec::parse("t", &text, &[]).unwrap();
        if let Ok(graph) = Graph::build(&spec, 3) {
            agrees(&graph.folded(), seed)?;
        }
    }
}
