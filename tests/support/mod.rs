//! What several integration tests need: tools that may be missing, networks, images.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use micromobilenet::graph::{Graph, Role, Tensor, Weights};
use micromobilenet::random::{Purpose, Stream};
use micromobilenet::spec::{PRESETS, Spec};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Whether `tool` can be run. Where it cannot, the test says so on stderr, past the capture of
/// the test harness, and should return; with `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn has(tool: &str) -> bool {
    let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if run.is_ok_and(|status| status.success()) {
        return true;
    }
    if std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some() {
        panic!("{tool} is not installed, and MICROMOBILENET_REQUIRE_TOOLS is set");
    }
    let _ = writeln!(std::io::stderr(), "SKIPPED: {tool} is not installed");
    false
}

/// The network of a preset.
pub fn preset(name: &str, classes: usize) -> Graph {
    let text = PRESETS.iter().find(|(known, _)| *known == name).unwrap().1;
    Graph::build(&Spec::parse(name, text, &[]).unwrap(), classes).unwrap()
}

/// Random weights with random biases and statistics of batch norm.
pub fn weights(graph: &Graph, seed: u32) -> Weights {
    let mut weights = Weights::random(graph, seed);
    for (index, param) in graph.params().into_iter().enumerate() {
        let (low, high) = match param.role {
            Role::Scale | Role::Variance => (0.5, 1.5),
            Role::Bias | Role::Shift | Role::Mean => (-0.5, 0.5),
            _ => continue,
        };
        let mut stream = Stream::new(seed, Purpose::Weights, 1, index as u64);
        let values = (0..param.values()).map(|_| low + (high - low) * stream.uniform()).collect();
        weights.insert(param.name, Tensor { shape: param.shape, values });
    }
    weights
}

/// `count` images for `graph` in camera order: extremes, gradients, a lone pixel, then noise of
/// several brightnesses.
pub fn images(graph: &Graph, count: usize, seed: u32) -> Vec<Vec<u8>> {
    let (width, size) = (graph.input.width * graph.input.channels, graph.input.values());
    let make = |index: usize| -> Vec<u8> {
        let mut stream = Stream::new(seed, Purpose::Augment, 0, index as u64);
        let (top, floor) = (1 + stream.below(256), stream.below(256));
        let lone = stream.below(size);
        let pixel = |at: usize, noise: usize| match index {
            0 => 0,
            1 => 255,
            2 => at % width * 255 / width,
            3 => 255 - at / width * 255 / graph.input.height,
            4 => (at % width + at / width) % 2 * 255,
            5 => usize::from(at == lone) * 255,
            _ => (floor + noise).min(255),
        };
        (0..size).map(|at| pixel(at, stream.below(top)) as u8).collect()
    };
    (0..count).map(make).collect()
}
