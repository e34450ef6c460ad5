//! Networks whose code is measured: each piece of it with and without the others.

#![expect(clippy::unwrap_used, reason = "a helper of tests and benchmarks fails by panicking")]

use crate::case::{Case, preset_with, random_case};
use micromobilenet::config::{ConfigFile, Plan, Precision};
use micromobilenet::contract::FRACTION_BITS;
use micromobilenet::graph::Graph;
use micromobilenet::quant::{Filters, Kind, Requantise};
use micromobilenet::random::{Purpose, Stream};

/// The networks that ship.
pub const PRESETS: [&str; 6] = ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"];

/// Small networks, one or two pieces each.
const SMALL: [&str; 16] = [
    "",
    "[head]\npool = \"avg\"\n",
    "[stem]\nfilters = 4\nstride = 1\n",
    "[stem]\nfilters = 4\nkernel = 5\n",
    "[stem]\nfilters = 4\nkernel = 1\n[[blocks]]\ntype = \"separable\"\nfilters = 6\n",
    "[stem]\nfilters = 4\nstride = 3\n[[blocks]]\ntype = \"separable\"\nfilters = 6\nstride = 2\n",
    "[[blocks]]\ntype = \"separable\"\nfilters = 6\n[[blocks]]\ntype = \"separable\"\nfilters = 8\nstride = 2\n",
    "[[blocks]]\ntype = \"separable\"\nfilters = 6\nkernel = 5\n[[blocks]]\ntype = \"separable\"\nfilters = 40\nstride = 2\n",
    "[[blocks]]\ntype = \"separable\"\nfilters = 6\nstride = 3\n[[blocks]]\ntype = \"separable\"\nfilters = 8\n",
    "[[blocks]]\ntype = \"conv\"\nfilters = 6\nkernel = 3\n[[blocks]]\ntype = \"conv\"\nfilters = 8\nkernel = 1\n",
    "[[blocks]]\ntype = \"separable\"\nfilters = 40\n[[blocks]]\ntype = \"conv\"\nfilters = 8\nkernel = 3\nstride = 2\n",
    "[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\nexpansion = 3\nrepeat = 2\n",
    "[[blocks]]\ntype = \"bottleneck\"\nfilters = 6\nexpansion = 3\nstride = 2\n[head]\npool = \"avg\"\n",
    "[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\nexpansion = 3\nstride = 2\nsqueeze_excite = { after = \"depthwise\", ratio = 4 }\n",
    "[[blocks]]\ntype = \"bottleneck\"\nfilters = 6\nexpansion = 4\nrepeat = 2\nsqueeze_excite = { after = \"project\", ratio = 2 }\n",
    "[[blocks]]\ntype = \"separable\"\nfilters = 8\n[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\nexpansion = 6\nkernel = 5\n[head]\npool = \"avg\"\n",
];

/// `case` as it is measured.
pub fn named_net(mut case: Case, precision: Precision) -> Case {
    "Net".clone_into(&mut case.class);
    if precision == Precision::Int8 { case.int8() } else { case }
}

/// A preset for images of so many channels.
pub fn shipped(name: &str, channels: usize, precision: Precision) -> Case {
    let graph = preset_with(name, &[&format!("model.input.channels={channels}")], 5);
    let images = noise(&graph);
    named_net(Case::new("Net", &graph, images, 2), precision)
}

/// The small network `number`, in grey or in colour.
fn small(number: usize, channels: usize, precision: Precision) -> Case {
    let text = format!("[model]\ninput = {{ height = 24, width = 24, channels = {channels} }}\n{}", SMALL[number]);
    let graph = Graph::of_file(&ConfigFile::parse("small.toml", &text, &[]).unwrap(), 4).unwrap();
    let images = noise(&graph);
    named_net(Case::new("Net", &graph, images, 3), precision)
}

/// Networks that the pieces are measured with.
pub fn measured(precision: Precision) -> Vec<(String, Case)> {
    let mut cases: Vec<(String, Case)> =
        PRESETS.iter().map(|name| ((*name).to_owned(), shipped(name, 1, precision))).collect();
    for name in ["micro", "squeeze"] {
        cases.push((format!("{name}, fast"), Case { plan: Plan::LowestLatency, ..shipped(name, 1, precision) }));
    }
    for number in 0..SMALL.len() {
        let channels = if number % 4 == 3 { 3 } else { 1 };
        cases.push((format!("small {number}"), small(number, channels, precision)));
    }
    cases.extend(random(0..12, precision));
    cases.retain(|(_, case)| !has_shifts(case));
    cases
}

/// Networks that the pieces were not measured with.
pub fn others(precision: Precision) -> Vec<(String, Case)> {
    random(100..112, precision).filter(|(_, case)| !has_shifts(case)).take(6).collect()
}

fn random(numbers: std::ops::Range<u32>, precision: Precision) -> impl Iterator<Item = (String, Case)> {
    numbers.map(move |number| (format!("random {number}"), named_net(random_case(number), precision)))
}

/// Whether a layer has fewer fractional bits than others, which no estimate without weights knows.
fn has_shifts(case: &Case) -> bool {
    let fewer = |filters: &Filters| {
        let single = |requantise: &Requantise| match requantise {
            Requantise::Single(single) => single.shift != FRACTION_BITS,
            Requantise::Tflite(..) => false,
        };
        filters.requantise.iter().any(single)
    };
    let ops = case.quantised.iter().flat_map(|quantised| &quantised.ops);
    ops.into_iter().any(|op| match &op.kind {
        Kind::Conv { filters, .. } | Kind::Depthwise { filters, .. } | Kind::Dense { filters } => fewer(filters),
        Kind::SqueezeExcite(se) => fewer(&se.reduce) || fewer(&se.expand),
        _ => false,
    })
}

/// A few images, to calibrate with.
fn noise(graph: &Graph) -> Vec<Vec<u8>> {
    let image = |index: u64| {
        let mut stream = Stream::new(1, Purpose::Augment, 0, index);
        (0..graph.input.values()).map(|_| stream.below(256) as u8).collect()
    };
    (0..8).map(image).collect()
}
