//! Instructions of single layers in exported headers: `cargo bench --bench layers [TARGET…] [WORD…]`, of those layers
//! whose names contain a word. `LAYERS_HEADERS=folder` keeps the headers.
//!
//! A layer costs what a network with it takes more than the same network without it. A stem is measured with the
//! global pool and a head of five classes, which are small beside it. Weights and images are random. Targets: `m4`
//! (the default), `m0`, `mega`. QEMU counts instructions, simavr cycles; neither depends on the load of this
//! machine.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

#[path = "../tests/header/case.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod case;
#[path = "../tests/targets/harness/mod.rs"]
#[expect(dead_code, reason = "traces are for tests")]
mod harness;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod support;

use case::Case;
use harness::{Options, Target};
use micromobilenet::codegen::header;
use micromobilenet::config::{ConfigFile, Precision};
use micromobilenet::graph::Graph;
use std::fs;

/// Images whose costs are averaged.
const IMAGES: usize = 2;

/// A layer: the text of a network before it, of the layer, and of what takes its place in the network without it.
struct Layer {
    name: &'static str,
    before: &'static str,
    text: &'static str,
    instead: Option<&'static str>,
    precision: Precision,
}

const GRAY_24: &str = "[model]\ninput = { height = 72, width = 72, channels = 1 }\n[stem]\nkernel = 3\nstride = 3\n\
                       padding = \"valid\"\n";
const GRAY_4: &str = "[model]\ninput = { height = 12, width = 12, channels = 1 }\n[stem]\nkernel = 3\nstride = 3\n\
                      padding = \"valid\"\nfilters = 144\n";
const GRAY: &str = "[model]\ninput = { height = 48, width = 48, channels = 1 }\n";
const RGB: &str = "[model]\ninput = { height = 48, width = 48, channels = 3 }\n";

const fn block(
    name: &'static str,
    before: &'static str,
    text: &'static str,
    instead: &'static str,
    precision: Precision,
) -> Layer {
    Layer { name, before, text, instead: Some(instead), precision }
}

const fn stem(name: &'static str, before: &'static str, text: &'static str, precision: Precision) -> Layer {
    Layer { name, before, text, instead: None, precision }
}

const LAYERS: [Layer; 13] = [
    block(
        "depthwise 5x5, 24x24x16",
        GRAY_24,
        "filters = 16\n[[blocks]]\ntype = \"separable\"\nkernel = 5\nfilters = 16\n",
        "filters = 16\n[[blocks]]\ntype = \"conv\"\nkernel = 1\nfilters = 16\n",
        Precision::Int8,
    ),
    block(
        "depthwise 3x3, 4x4x144",
        GRAY_4,
        "[[blocks]]\ntype = \"separable\"\nfilters = 144\n",
        "[[blocks]]\ntype = \"conv\"\nkernel = 1\nfilters = 144\n",
        Precision::Int8,
    ),
    stem("stem gray 5x5 stride 2, 8 filters", GRAY, "[stem]\nkernel = 5\nstride = 2\nfilters = 8\n", Precision::Int8),
    stem("stem RGB 3x3 stride 2, 8 filters", RGB, "[stem]\nkernel = 3\nstride = 2\nfilters = 8\n", Precision::Int8),
    stem("stem RGB 3x3 stride 2, 16 filters", RGB, "[stem]\nkernel = 3\nstride = 2\nfilters = 16\n", Precision::Int8),
    block(
        "conv 3x3 8 to 8, 24x24",
        GRAY_24,
        "filters = 8\n[[blocks]]\ntype = \"conv\"\nkernel = 3\nfilters = 8\n",
        "filters = 8\n",
        Precision::Int8,
    ),
    block(
        "conv 3x3 16 to 32, 24x24",
        GRAY_24,
        "filters = 16\n[[blocks]]\ntype = \"conv\"\nkernel = 3\nfilters = 32\n",
        "filters = 16\n",
        Precision::Int8,
    ),
    block(
        "conv 3x3 stride 2 8 to 16, 24x24",
        GRAY_24,
        "filters = 8\n[[blocks]]\ntype = \"conv\"\nkernel = 3\nstride = 2\nfilters = 16\n",
        "filters = 8\n",
        Precision::Int8,
    ),
    block(
        "conv 3x3 6 to 10, 24x24",
        GRAY_24,
        "filters = 6\n[[blocks]]\ntype = \"conv\"\nkernel = 3\nfilters = 10\n",
        "filters = 6\n",
        Precision::Int8,
    ),
    block(
        "pointwise 144 to 144, 4x4",
        GRAY_4,
        "[[blocks]]\ntype = \"conv\"\nkernel = 1\nfilters = 144\n",
        "",
        Precision::Int8,
    ),
    block(
        "float depthwise 5x5, 24x24x16",
        GRAY_24,
        "filters = 16\n[[blocks]]\ntype = \"separable\"\nkernel = 5\nfilters = 16\n",
        "filters = 16\n[[blocks]]\ntype = \"conv\"\nkernel = 1\nfilters = 16\n",
        Precision::Float,
    ),
    stem("float stem RGB 3x3 stride 2", RGB, "[stem]\nkernel = 3\nstride = 2\nfilters = 8\n", Precision::Float),
    block(
        "float conv 3x3 8 to 8, 24x24",
        GRAY_24,
        "filters = 8\n[[blocks]]\ntype = \"conv\"\nkernel = 3\nfilters = 8\n",
        "filters = 8\n",
        Precision::Float,
    ),
];

/// Mean instructions (cycles on AVR) of an image, the multiply-accumulates of the network, and its bytes of stack.
fn cost(target: Target, text: &str, precision: Precision) -> (f64, f64, u64) {
    let spec = ConfigFile::parse("layer.toml", &format!("{text}[head]\npool = \"max\"\n"), &[]).unwrap();
    let graph = Graph::of_file(&spec, 5).unwrap();
    let case = Case::new("Net", &graph, case::images(&graph, IMAGES, 1), 1);
    let case = if precision == Precision::Int8 { case.int8() } else { case };
    let folder = tempfile::tempdir().unwrap();
    let header = header(&case.model()).unwrap();
    fs::write(folder.path().join("Net.h"), &header).unwrap();
    if let Some(kept) = std::env::var_os("LAYERS_HEADERS") {
        fs::create_dir_all(&kept).unwrap();
        let name = format!("{}_{}.h", graph.macs(), precision.word());
        fs::write(std::path::Path::new(&kept).join(name), header).unwrap();
    }
    let program = target.build(folder.path(), &Options::new("-O2")).unwrap();
    let answers = program.count(&case.images).unwrap();
    let counts: Vec<f64> = if answers.cycles.is_empty() {
        answers.instructions.clone()
    } else {
        answers.cycles.iter().map(|cycles| *cycles as f64).collect()
    };
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    (mean, graph.macs() as f64, answers.stack_bytes.unwrap_or(0).into())
}

fn main() {
    let names = [("m4", Target::CortexM4), ("m0", Target::CortexM0), ("mega", Target::Mega)];
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let (wanted, words): (Vec<_>, Vec<_>) = words.iter().partition(|word| names.iter().any(|(name, _)| name == word));
    let targets = names.iter().filter(|(name, _)| match wanted.as_slice() {
        [] => *name == "m4",
        wanted => wanted.iter().any(|word| *word == name),
    });
    let is_wanted = |layer: &&Layer| words.is_empty() || words.iter().any(|word| layer.name.contains(word.as_str()));
    for (name, target) in targets {
        if !target.ready(&Options::new("-O2")) {
            continue;
        }
        println!("| layer, {name} | MACs | instructions | a MAC | stack |\n|---|---:|---:|---:|---:|");
        for layer in LAYERS.iter().filter(is_wanted) {
            if layer.precision == Precision::Float && *name == "mega" {
                continue;
            }
            let (with, macs, stack) = cost(*target, &format!("{}{}", layer.before, layer.text), layer.precision);
            let without = layer.instead.map(|text| cost(*target, &format!("{}{text}", layer.before), layer.precision));
            let (without, other, _) = without.unwrap_or_default();
            let (count, macs) = (with - without, macs - other);
            println!("| {} | {macs:.0} | {count:.0} | {:.2} | {stack} |", layer.name, count / macs);
        }
    }
}
