//! Random architectures that cover typical configurations.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use micromobilenet::config::{Activation, ConfigFile, Padding, Plan, Pool};
use micromobilenet::graph::{Add, Conv, Dense, Depthwise, Graph, Kind, Norm, OpId, Source, SqueezeExcite, Window};
use micromobilenet::random::{Purpose, Stream};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An architecture as its text, and what its memory plan aims at.
#[derive(Clone, Debug)]
pub struct Net {
    pub name: String,
    pub text: String,
    pub plan: Plan,
    pub graph: Graph,
}

/// Most values that a map of a random network may have, and multiplications that it may take: the
/// reference executes every one of them slowly.
const MOST_VALUES: usize = 60_000;
const MOST_MACS: u64 = 3_000_000;

/// Random choices.
struct Dice(Stream);

impl Dice {
    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.below(choices.len())]
    }

    fn window(&mut self) -> String {
        let (kernel, stride) = (self.one_of(&[1, 3, 3, 3, 5]), self.one_of(&[1, 1, 2, 2, 3]));
        let padding = self.one_of(&["same", "same", "valid"]);
        format!("kernel = {kernel}\nstride = {stride}\npadding = \"{padding}\"\n")
    }

    /// Few filters and many, next to each other.
    fn filters(&mut self) -> usize {
        self.one_of(&[1, 2, 3, 4, 5, 8, 12, 16, 24, 33, 48, 64])
    }
}

impl Net {
    /// The network `number` of those that belong to `seed`.
    pub fn random(seed: u32, number: u32) -> Self {
        for attempt in 0.. {
            let mut dice = Dice(Stream::new(seed, Purpose::Order, attempt, u64::from(number)));
            let text = text(&mut dice, number);
            let plan = dice.one_of(&[Plan::Smallest, Plan::LowestLatency]);
            let name = format!("Net{seed:08x}n{number}");
            if let Some(net) = Self::parse(&name, &text, plan) {
                let values = net.graph.ops.iter().map(|op| op.output.values()).max().unwrap_or(0);
                if values <= MOST_VALUES && net.graph.macs() <= MOST_MACS {
                    return net;
                }
            }
        }
        unreachable!("some attempt gives a network");
    }

    /// The network of a text, if its shapes fit. What follows the pool stands in a comment, as
    /// `# tail: dense 5 relu, se 2`.
    pub fn parse(name: &str, text: &str, plan: Plan) -> Option<Self> {
        let spec = ConfigFile::parse(name, text, &[]).unwrap();
        let graph = Graph::of_file(&spec, 4).ok()?;
        let tail = text.lines().find_map(|line| line.strip_prefix("# tail: "));
        let graph = tail.map_or_else(|| graph.clone(), |tail| with_tail(&graph, tail));
        Some(Self { name: name.to_owned(), text: text.to_owned(), plan, graph })
    }

    /// What is in it, to be counted.
    pub fn kinds(&self) -> Vec<&'static str> {
        let ops = &self.graph.ops;
        let has = |of: &dyn Fn(&Kind) -> bool| ops.iter().any(|op| of(&op.kind));
        let in_block = |kind: &str| self.text.contains(&format!("type = \"{kind}\""));
        let window = |of: &dyn Fn(usize, usize) -> bool| {
            has(&|kind| match kind {
                Kind::Conv(conv) => of(conv.window.kernel, conv.window.stride),
                Kind::Depthwise(depthwise) => of(depthwise.window.kernel, depthwise.window.stride),
                _ => false,
            })
        };
        let depthwise = |activation| has(&|kind| matches!(kind, Kind::Depthwise(own) if own.activation == activation));
        let input = self.graph.input;
        let found = [
            ("RGB", input.channels == 3),
            ("height under 5", input.height < 5),
            ("width under 5", input.width < 5),
            ("separable", in_block("separable")),
            ("bottleneck", in_block("bottleneck")),
            ("conv", in_block("conv")),
            ("two conv in a row", self.text.matches("type = \"conv\"").count() > 1),
            ("skip", has(&|kind| matches!(kind, Kind::Add(_)))),
            ("depthwise without activation", depthwise(Activation::None)),
            ("depthwise with ReLU", depthwise(Activation::Relu)),
            ("squeeze-and-excitation", has(&|kind| matches!(kind, Kind::SqueezeExcite(_)))),
            ("kernel 5", window(&|kernel, _| kernel == 5)),
            ("stride 3", window(&|_, stride| stride == 3)),
            ("average pool", has(&|kind| matches!(kind, Kind::GlobalPool(pool) if pool.pool == Pool::Avg))),
            ("tail", !self.graph.tail().is_empty()),
            ("lowest latency", self.plan == Plan::LowestLatency),
        ];
        found.into_iter().filter(|(_, holds)| *holds).map(|(kind, _)| kind).collect()
    }
}

/// The network with the operations of `tail` between its pool and its head. An addition adds the pool's
/// vector where it has the same size, and is left out where not.
pub fn with_tail(graph: &Graph, tail: &str) -> Graph {
    let mut graph = graph.clone();
    let head = graph.ops.pop().unwrap();
    let pool = graph.ops.last().unwrap().clone();
    for (index, item) in tail.split(", ").enumerate() {
        let mut words = item.split(' ');
        let (kind, size, activation) = (words.next().unwrap(), words.next(), words.next());
        let size = size.map_or(0, |size| size.parse().unwrap());
        let activation = match activation {
            Some("relu") => Activation::Relu,
            Some("relu6") => Activation::Relu6,
            _ => Activation::None,
        };
        let (norm, window) = (Norm::Bias, Window::new(size, 1, Padding::Same));
        let is_addition = kind == "add";
        if is_addition && graph.end().1 != pool.output {
            continue;
        }
        let kind: Kind = match kind {
            "dense" => Dense { outputs: size, norm, activation }.into(),
            "conv" => {
                Conv { filters: size, window: Window::PIXEL, norm: Norm::Batch { epsilon: 1e-3 }, activation }.into()
            }
            "depthwise" => Depthwise { window, norm, activation }.into(),
            "se" => SqueezeExcite { hidden: size }.into(),
            _ => Add.into(),
        };
        let OpId(at) = graph.append(&format!("tail{index}"), head.place.clone(), None, kind).unwrap();
        if is_addition {
            graph.ops[at].inputs.push(Source::Op(pool.id));
        }
    }
    graph.append("head", head.place, None, head.kind).unwrap();
    graph
}

/// How many of `nets` there are of each kind.
pub fn census(nets: &[Net]) -> String {
    let mut counts = BTreeMap::new();
    for kind in nets.iter().flat_map(Net::kinds) {
        *counts.entry(kind).or_insert(0) += 1;
    }
    let counts: Vec<String> = counts.into_iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    format!("{} networks: {}", nets.len(), counts.join(", "))
}

/// An operation behind the pool.
fn tail(dice: &mut Dice) -> String {
    let kind = dice.one_of(&["dense", "dense", "dense", "conv", "depthwise", "se", "add"]);
    let size = if kind == "depthwise" { dice.one_of(&[1, 3, 5]) } else { dice.filters() };
    format!("{kind} {size} {}", dice.one_of(&["none", "relu", "relu6"]))
}

fn text(dice: &mut Dice, number: u32) -> String {
    let channels = if number.is_multiple_of(3) { 3 } else { 1 };
    let side = |dice: &mut Dice| match dice.0.below(6) {
        0 => 1 + dice.0.below(4),
        1 | 2 => 5 + dice.0.below(12),
        _ => 12 + dice.0.below(40),
    };
    let (height, width) = (side(dice), side(dice));
    let batch_norm = dice.one_of(&[true, true, false]);
    let mean = match (dice.0.below(3), channels) {
        (0, 3) => "mean = [0.4, 0.5, 0.6]\nstd = [0.2, 0.3, 0.25]\n",
        (1, _) => "mean = 0.45\nstd = 0.3\n",
        _ => "",
    };
    let pool = dice.one_of(&["max", "avg"]);
    let mut text = format!(
        "[model]\ninput = {{ height = {height}, width = {width}, channels = {channels} }}\nbatch_norm = {batch_norm}\n\
         [data]\n{mean}[head]\npool = \"{pool}\"\n"
    );
    let activation = ["none", "relu", "relu6", "relu6"];
    if dice.0.below(3) == 0 {
        let items: Vec<String> = (0..=dice.0.below(3)).map(|_| tail(dice)).collect();
        text = format!("# tail: {}\n{text}", items.join(", "));
    }
    let (filters, window) = (dice.filters(), dice.window());
    write!(text, "[stem]\nfilters = {filters}\n{window}activation = \"{}\"\n", dice.one_of(&activation)).unwrap();
    for _ in 0..dice.0.below(6) {
        let kind = dice.one_of(&["separable", "bottleneck", "conv", "conv"]);
        let (filters, window) = (dice.filters(), dice.window());
        write!(text, "[[blocks]]\ntype = \"{kind}\"\nfilters = {filters}\n{window}").unwrap();
        writeln!(text, "repeat = {}", dice.one_of(&[1, 1, 2])).unwrap();
        writeln!(text, "activation = \"{}\"", dice.one_of(&activation)).unwrap();
        if kind == "bottleneck" {
            writeln!(text, "expansion = {}", dice.one_of(&[1.0, 1.5, 2.0, 3.0, 6.0])).unwrap();
            let after = dice.one_of(&["", "depthwise", "project"]);
            if !after.is_empty() {
                let ratio = dice.one_of(&[1, 2, 4]);
                writeln!(text, "squeeze_excite = {{ after = \"{after}\", ratio = {ratio} }}").unwrap();
            }
        }
    }
    text
}
