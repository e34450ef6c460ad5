//! Time of planning and estimating a network: `cargo bench --bench plan`.
//!
//! Presets and networks of 30, 100 and 300 blocks, on one thread, in int8: each of the two plans, both, and a keystroke in the
//! configuration: parsing, graph, plan, estimate, boards. Arguments select networks by a part of their names.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

#[path = "../tests/support/grown.rs"]
mod grown;

use micromobilenet::config::{ConfigFile, PRESETS, Plan, Precision};
use micromobilenet::graph::Graph;
use micromobilenet::plan::{Boards, Estimate, Program};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs of a network, fewer if they take longer than [`LONGEST`].
const RUNS: usize = 2_000;
const LONGEST: Duration = Duration::from_secs(2);
const CLASSES: usize = 5;

/// The text of a preset.
fn preset(name: &str) -> String {
    PRESETS.iter().find(|(known, _)| *known == name).unwrap().1.to_owned()
}

/// `text` with more blocks of one kind before its head, up to `count`.
fn grown(text: &str, block: &str, count: usize) -> String {
    let blocks = Graph::of_file(&ConfigFile::parse("t", text, &[]).unwrap(), CLASSES).unwrap().ops;
    let numbers =
        blocks.iter().filter_map(|op| op.name.strip_prefix("block")?.split('.').next()?.parse::<usize>().ok());
    let more = count - 1 - numbers.max().unwrap();
    grown::grown(text, block, more)
}

/// Median and worst of many runs, in microseconds; the same result each time.
fn time<T: PartialEq>(run: impl Fn() -> T) -> (f64, f64) {
    let first = run();
    let start = Instant::now();
    let mut times: Vec<f64> = (0..RUNS)
        .take_while(|_| start.elapsed() < LONGEST)
        .map(|_| {
            let begun = Instant::now();
            let result = black_box(run());
            let passed = begun.elapsed().as_secs_f64() * 1e6;
            assert!(result == first, "another result");
            passed
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() - 1])
}

fn main() {
    let mut nets: Vec<(String, String)> =
        ["pico", "nano", "micro", "milli", "mobilenet"].map(|name| (name.to_owned(), preset(name))).into();
    let separable = "type = \"separable\"\nfilters = 96";
    let bottleneck = "type = \"bottleneck\"\nfilters = 48\nexpansion = 4\nsqueeze_excite = { after = \"project\" }";
    for blocks in [30, 100, 300] {
        nets.push((format!("mobilenet, {blocks} blocks"), grown(&preset("mobilenet"), separable, blocks)));
        nets.push((format!("squeeze, {blocks} blocks"), grown(&preset("squeeze"), bottleneck, blocks)));
    }
    let boards = Boards::built_in().unwrap();
    println!("microseconds, median and worst of up to {RUNS}");
    println!("{:<22}{:>18}{:>18}{:>18}{:>18}", "", "smallest", "lowest latency", "both", "keystroke");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    nets.retain(|(name, _)| wanted.is_empty() || wanted.iter().any(|part| name.contains(part)));
    for (name, text) in &nets {
        let spec = ConfigFile::parse("net.toml", text, &[]).unwrap();
        let graph = Graph::of_file(&spec, CLASSES).unwrap().folded();
        let plan = |goal: Plan| Program::of(black_box(&graph), Precision::Int8, goal);
        let keystroke = || {
            let spec = ConfigFile::parse("net.toml", black_box(text), &[]).unwrap();
            let graph = Graph::of_file(&spec, CLASSES).unwrap();
            let estimate = Estimate::of(&graph, Precision::Int8, Plan::Smallest);
            let verdicts: Vec<_> = boards.0.iter().map(|board| board.verdict(&estimate)).collect();
            (estimate, verdicts)
        };
        let times = [
            time(|| plan(Plan::Smallest)),
            time(|| plan(Plan::LowestLatency)),
            time(|| (plan(Plan::Smallest), plan(Plan::LowestLatency))),
            time(keystroke),
        ];
        let mut line = format!("{name:<22}");
        for (median, worst) in times {
            write!(line, "{:>18}", format!("{median:.0} {worst:.0}")).unwrap();
        }
        println!("{line}");
    }
}
