//! The program for Arm, as a Raspberry Pi runs it, beside the one of this machine.
//!
//! `.ci/arm --env` builds it, names it in `MICROMOBILENET_ARM` and what runs it, QEMU's user-mode
//! emulation, in `MICROMOBILENET_ARM_RUNNER`; `.ci/arm --test` runs these tests with them. Images are
//! drawn here: JPEGs of two sizes, ten kinds of pattern.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;
#[path = "../tui/terminal.rs"]
#[expect(dead_code, reason = "the tests of the workbench use all of it")]
mod terminal;

use image::{Rgb, RgbImage};
use safetensors::SafeTensors;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use terminal::Terminal;

/// How far a loss may be where the two round differently: multiplications and additions fused or not.
/// A training amplifies the difference.
const LOSS: f64 = 2e-2;
/// How far a probability of the same weights may be.
const PROBABILITY: f64 = 1e-4;
const CLASSES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// Asks a network about its samples, and counts scores that are not as expected.
const ASK: &str = r#"
#include "PicoMobileNet.h"
#include "samples.h"
#include <stdio.h>

static PicoMobileNet net;

int main() {
    unsigned asked = 0, wrong = 0;
    for (uint16_t i = 0; i < PicoMobileNet_samples::count; i++) {
        net.predict_P(PicoMobileNet_samples::image(i));
        for (uint16_t c = 0; c < 10; c++, asked++) {
            wrong += net.scores[c] != PicoMobileNet_samples::expected(i, c);
        }
    }
    printf("%u wrong of %u", wrong, asked);
}
"#;

/// A program and what runs it.
#[derive(Clone)]
struct Machine(Vec<OsString>);

impl Machine {
    fn here() -> Self {
        Self(vec![env!("CARGO_BIN_EXE_micromobilenet").into()])
    }

    /// The one for Arm; `None` where there is none, which was said then, or is a failure where every
    /// tool is required.
    fn arm() -> Option<Self> {
        let Some(program) = std::env::var_os("MICROMOBILENET_ARM") else {
            support::skipped::skipped(".ci/arm --env has not named the program for Arm");
            return None;
        };
        let runner = std::env::var("MICROMOBILENET_ARM_RUNNER").unwrap();
        Some(Self(runner.split_whitespace().map(OsString::from).chain([program]).collect()))
    }

    fn is_32_bit(&self) -> bool {
        let program = fs::read(self.0.last().unwrap()).unwrap();
        // The class in an ELF header.
        program[4] == 1
    }

    fn command(&self, folder: &Path, arguments: &str) -> Command {
        let mut command = Command::new(&self.0[0]);
        command.args(&self.0[1..]).args(arguments.split_whitespace()).current_dir(folder);
        command
    }

    fn run(&self, folder: &Path, arguments: &str) -> Output {
        let output = self.command(folder, arguments).output().unwrap();
        assert!(output.status.success(), "{arguments}:\n{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// The objects that `arguments` make it print.
    fn json(&self, folder: &Path, arguments: &str) -> Vec<Value> {
        let output = self.run(folder, &format!("--json {arguments}"));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Whether this processor's kernels round once after a multiplication and an addition, as 64-bit Arm's.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// Photographs of stripes in ten directions and widths, `count` of each.
fn photographs(folder: &Path, count: u32) {
    for (class, name) in (1u32..).zip(CLASSES) {
        fs::create_dir_all(folder.join(name)).unwrap();
        for number in 0..count {
            let (width, height) = if number % 2 == 0 { (128, 96) } else { (96, 120) };
            let picture = RgbImage::from_fn(width, height, |x, y| {
                let wave = (x * class + y * (11 - class) + 7 * number) % 64;
                Rgb([(wave * 4) as u8, (x * 2) as u8, (y + number * 9) as u8])
            });
            picture.save(folder.join(name).join(format!("{number}.jpg"))).unwrap();
        }
    }
}

/// A folder with photographs in `photos`.
fn scene(count: u32) -> TempDir {
    let folder = TempDir::new().unwrap();
    photographs(&folder.path().join("photos"), count);
    folder
}

/// Whether two runs ended with the same weights.
fn assert_same_end(folder: &Path, runs: [&str; 2]) {
    let last = runs.map(|run| fs::read(folder.join(run).join("checkpoints/last.safetensors")).unwrap());
    let [one, other] = [&last[0], &last[1]].map(|bytes| SafeTensors::deserialize(bytes).unwrap());
    assert!(one.len() > 10 && one.len() == other.len());
    for (name, tensor) in one.tensors() {
        assert!(tensor.data() == other.tensor(&name).unwrap().data(), "{name} of {runs:?} differs");
    }
}

fn weights(net: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/weights/{net}.safetensors"))
}

#[test]
fn an_epoch_there_is_an_epoch_here() {
    let Some(arm) = Machine::arm() else { return };
    let folder = scene(13);
    let arguments = "--config pico --data photos --epochs 1 --train --run";
    let epoch = |machine: &Machine, run: &str| {
        let lines = machine.json(folder.path(), &format!("{arguments} {run}"));
        lines.iter().find(|line| line["type"] == "epoch").unwrap_or_else(|| panic!("{lines:?}")).clone()
    };
    let (here, there) = (epoch(&Machine::here(), "here"), epoch(&arm, "there"));
    for figure in ["loss", "val_loss"] {
        let (here, there) = (here[figure].as_f64().unwrap(), there[figure].as_f64().unwrap());
        assert!((here - there).abs() < LOSS, "{figure}: {here} here, {there} there");
    }
    // Sums have one order on every processor, so that those that round alike learn alike.
    if fuses() && !arm.is_32_bit() {
        assert_same_end(folder.path(), ["here", "there"]);
    }
    // Its threads are its own affair: one makes the same bytes there.
    arm.json(folder.path(), &format!("{arguments} alone --threads 1"));
    assert_same_end(folder.path(), ["there", "alone"]);
}

/// Power that fails leaves what the last whole epoch wrote.
#[test]
fn a_training_killed_again_and_again_comes_to_the_same_end() {
    let Some(arm) = Machine::arm() else { return };
    let folder = scene(5);
    let call =
        |run: &str| format!("--config pico --data photos --set train.batch_size=4 --epochs 8 --train --run {run}");
    arm.run(folder.path(), &call("whole"));
    let rows = || fs::read_to_string(folder.path().join("killed/metrics.csv")).map_or(0, |text| text.lines().count());
    for (resume, epochs) in [("", 1), ("--resume", 2), ("--resume", 5)] {
        let mut command = arm.command(folder.path(), &format!("{} {resume}", call("killed")));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while rows() <= epochs {
            assert!(child.try_wait().unwrap().is_none(), "it was over after {} rows", rows());
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(rows() <= 8, "nothing was left to do");
    arm.run(folder.path(), &format!("{} --resume", call("killed")));
    assert_same_end(folder.path(), ["whole", "killed"]);
}

#[test]
fn the_same_weights_make_the_same_files() {
    let Some(arm) = Machine::arm() else { return };
    let folder = scene(4);
    for (net, precision) in [("pico", "float"), ("pico", "int8"), ("nano", "int8"), ("micro", "int8")] {
        let export = |machine: &Machine, to: &str| {
            let weights = weights(net);
            let from = format!("--config {net} --data photos --weights {}", weights.display());
            machine.run(folder.path(), &format!("{from} --precision {precision} --export --no-check --output {to}"));
        };
        export(&Machine::here(), "here");
        export(&arm, "there");
        let root = folder.path().join("here");
        for class in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
            for file in fs::read_dir(&class).unwrap().map(|entry| entry.unwrap().path()) {
                let there = folder.path().join("there").join(file.strip_prefix(&root).unwrap());
                let same = fs::read(&file).unwrap() == fs::read(&there).unwrap();
                assert!(same, "{net} in {precision}: {} differs", there.display());
            }
        }
    }
}

#[test]
fn scores_are_equal_and_probabilities_nearly() {
    let Some(arm) = Machine::arm() else { return };
    let folder = scene(3);
    let answers = |machine: &Machine, precision: &str| {
        let weights = weights("nano");
        let from = format!("--config nano --data photos --weights {}", weights.display());
        let images = CLASSES.map(|class| format!("photos/{class}/1.jpg")).join(" ");
        let lines = machine.json(folder.path(), &format!("{from} --precision {precision} --predict {images}"));
        lines.into_iter().filter(|line| line["type"] == "prediction").collect::<Vec<_>>()
    };
    let (here, there) = (answers(&Machine::here(), "int8"), answers(&arm, "int8"));
    assert_eq!(here.len(), CLASSES.len());
    for (here, there) in here.iter().zip(&there) {
        assert!(here["scores"].is_object() && here["scores"] == there["scores"], "{here}\n{there}");
    }
    for (here, there) in answers(&Machine::here(), "float").iter().zip(answers(&arm, "float")) {
        for (class, probability) in here["probabilities"].as_object().unwrap() {
            let there = there["probabilities"][class].as_f64().unwrap();
            assert!((probability.as_f64().unwrap() - there).abs() < PROBABILITY, "{class}: {here}\n{there}");
        }
    }
}

/// The header that was written there, compiled for there, and asked about the same images.
#[test]
fn its_header_answers_as_it_does() {
    let Some(arm) = Machine::arm() else { return };
    let compiler = std::env::var("MICROMOBILENET_ARM_CXX").unwrap();
    let flags = ["-std=c++11", "-O2", "-static"];
    if !support::usable(&compiler, &flags) {
        return;
    }
    let folder = scene(4);
    let weights = weights("pico");
    let from = format!("--config pico --data photos --precision int8 --weights {}", weights.display());
    arm.run(folder.path(), &format!("{from} --export --no-check --output out"));
    let root = folder.path().join("out/PicoMobileNet");
    fs::write(root.join("main.cpp"), ASK).unwrap();
    let program = root.join("program");
    let compiled = Command::new(&compiler).args(flags).args(["main.cpp", "-o", "program"]).current_dir(&root).output();
    let compiled = compiled.unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let runner = std::env::var("MICROMOBILENET_ARM_RUNNER").unwrap();
    let mut words = runner.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).arg(&program).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("0 wrong of ") && !text.ends_with(" 0"), "{text}");
}

#[test]
fn the_workbench_opens_edits_trains_and_saves() {
    let Some(arm) = Machine::arm() else { return };
    let folder = scene(13);
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/pico.toml")).unwrap();
    let one = |line| if str::starts_with(line, "epochs = ") { "epochs = 1" } else { line };
    fs::write(folder.path().join("net.toml"), text.lines().map(one).collect::<Vec<_>>().join("\n")).unwrap();
    let arguments = ["--config", "net.toml", "--data", "photos"];
    let mut terminal = Terminal::of(&arm.0, folder.path(), &arguments, &[("TERM", "xterm-256color")], 80, 24);
    terminal.wait_for("0 separable").send("7").wait_for("16x16x7").send("\x13").wait_for("wrote net.toml");
    terminal.send("\x1bOR").wait_for("trains it").send("t").wait_for("pico done").send("q");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_restored());
    assert!(fs::read_to_string(folder.path().join("net.toml")).unwrap().contains("filters = 7"));
}
