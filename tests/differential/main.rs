//! Random architectures, planned, exported, compiled and run against the executor.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]
#![expect(clippy::print_stdout, reason = "what was tried is shown with --nocapture")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../header/case.rs"]
mod case;
mod headers;
mod links;
mod memory;
mod nets;
#[path = "../support/mod.rs"]
mod support;

use headers::Build;
use micromobilenet::config::{ConfigFile, Edit, PRESETS, Plan, Precision};
use micromobilenet::graph::Graph;
use micromobilenet::plan::Program;
use nets::{Net, census};
use rayon::prelude::*;
use std::fs;
use support::usable;

/// Networks whose headers are compiled together.
const TOGETHER: usize = 4;
/// Networks whose headers are compiled and run, where `MICROMOBILENET_NETS` says nothing else.
const NETS: u32 = 60;
/// Seeds and numbers of networks whose headers had functions that no image reached.
const UNREACHED: [(u32, u32); 1] = [(1_796_019_796, 183)];
/// Networks whose headers are searched for kernels, where `MICROMOBILENET_LINKED` says nothing else.
const LINKED: u32 = 40;

/// A seed that is new each time, or that of `MICROMOBILENET_SEED`; what it was is printed.
fn seed() -> u32 {
    let given = std::env::var("MICROMOBILENET_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = given.unwrap_or_else(|| now.map_or(0, |now| now.as_secs() as u32));
    println!("MICROMOBILENET_SEED={seed} makes the same networks again");
    seed
}

/// What the simulated memory of `net` has to say, in both precisions and for both plans.
fn memory_of(net: &Net) -> Vec<String> {
    let graph = net.graph.folded();
    let mut wrong = Vec::new();
    for precision in [Precision::Int8, Precision::Float] {
        for plan in [Plan::Smallest, Plan::LowestLatency] {
            let program = Program::of(&graph, precision, plan);
            if let Err(error) = memory::check(&graph, &program) {
                wrong.push(format!("{} {precision:?} {plan:?}: {error}", net.name));
            }
        }
    }
    wrong
}

#[test]
fn no_plan_writes_over_what_is_still_read() {
    let seed = seed();
    let nets: Vec<Net> = (0..2_000).into_par_iter().map(|number| Net::random(seed, number)).collect();
    println!("{}", census(&nets));
    let said = |net: &Net| Some(memory_of(net)).filter(|wrong| !wrong.is_empty()).map(|wrong| (net.clone(), wrong));
    let wrong: Vec<(Net, Vec<String>)> = nets.par_iter().filter_map(said).collect();
    for (net, wrong) in wrong.iter().take(10) {
        println!("{}\n{:?}\n{}", wrong.join("\n"), net.plan, net.text);
    }
    assert!(wrong.is_empty(), "{} of {} networks are wrong", wrong.len(), nets.len());
}

/// The networks that were wrong once.
fn kept() -> Vec<Net> {
    let folder = format!("{}/tests/differential/kept", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let nets = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        let plans = [("Smallest", Plan::Smallest), ("Fastest", Plan::LowestLatency)];
        plans.map(|(plan, goal)| Net::parse(&format!("Net_{name}{plan}"), &text, goal).unwrap())
    });
    nets.collect()
}

/// Compiles and runs the headers of `nets`, and fails with what is wrong.
fn run(nets: &[Net]) {
    let start = std::time::Instant::now();
    let chunks: Vec<&[Net]> = nets.chunks(TOGETHER).collect();
    let builds: Vec<Build> =
        [headers::PLAIN, headers::SANITIZED].into_iter().filter(|build| usable("g++", build.flags)).collect();
    if builds.is_empty() {
        return;
    }
    // Sanitized programs take three times as long to compile: of very many, every fourth chunk.
    let is_built = |index: usize, build: &Build| {
        build.name == headers::PLAIN.name || nets.len() <= NETS as usize || index.is_multiple_of(4)
    };
    let wrong: Vec<String> = chunks
        .par_iter()
        .enumerate()
        .flat_map(|(index, chunk)| {
            let builds = builds.iter().filter(|build| is_built(index, build));
            builds.flat_map(|build| headers::check(chunk, *build)).collect::<Vec<_>>()
        })
        .collect();
    println!("{}; {:.0} s", census(nets), start.elapsed().as_secs_f64());
    for wrong in &wrong {
        println!("{wrong}");
        let is_of = |net: &&Net| ["i", "f"].iter().any(|end| wrong.contains(&format!("{}{end}", net.name)));
        if let Some(net) = nets.iter().find(is_of) {
            println!("{:?}\n{}", net.plan, net.text);
        }
    }
    assert!(wrong.is_empty(), "{} of {} headers are wrong", wrong.len(), 2 * nets.len());
}

#[test]
fn headers_of_random_networks_predict_as_the_executor_does() {
    let count = std::env::var("MICROMOBILENET_NETS").ok().and_then(|count| count.parse().ok()).unwrap_or(NETS);
    let seed = seed();
    run(&(0..count).into_par_iter().map(|number| Net::random(seed, number)).collect::<Vec<_>>());
}

#[test]
fn a_header_holds_the_kernels_that_its_plan_names_and_each_of_them_is_reached() {
    if !usable("g++", &[]) {
        return;
    }
    let count = std::env::var("MICROMOBILENET_LINKED").ok().and_then(|count| count.parse().ok()).unwrap_or(LINKED);
    let seed = seed();
    let start = std::time::Instant::now();
    let numbers: Vec<(u32, u32)> = (0..count).map(|number| (seed, number)).chain(UNREACHED).collect();
    let wrong: Vec<String> = numbers
        .par_chunks(TOGETHER)
        .flat_map(|numbers| {
            let net = |(seed, number): &(u32, u32)| (Net::random(*seed, *number), *number as usize);
            let nets: Vec<(Net, usize)> = numbers.iter().map(net).collect();
            let cases: Vec<_> = nets.iter().map(|(net, number)| links::case(net, *number)).collect();
            let wrong = links::check(&cases);
            let is_of = |net: &Net| wrong.iter().any(|wrong| wrong.contains(&format!("{}l:", net.name)));
            nets.iter().filter(|(net, _)| is_of(net)).for_each(|(net, _)| println!("{:?}\n{}", net.plan, net.text));
            wrong
        })
        .collect();
    println!("{count} headers; {:.0} s", start.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_presets_lose_nothing_either() {
    let graph = |text: &str, channels: i64| {
        let spec = ConfigFile::parse("preset.toml", text, &[Edit::set("model.input.channels", channels)]).unwrap();
        Graph::of_file(&spec, 10).unwrap()
    };
    for (name, text) in PRESETS {
        for channels in [1, 3] {
            let net = Net {
                name: (*name).to_owned(),
                text: String::new(),
                plan: Plan::Smallest,
                graph: graph(text, channels),
            };
            assert_eq!(memory_of(&net), [""; 0], "in {channels} channels");
        }
    }
}

#[test]
fn networks_that_were_wrong_once_are_right() {
    let nets = kept();
    let wrong: Vec<String> = nets.iter().flat_map(memory_of).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    run(&nets);
}
