//! The examples run as their first lines say.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// An example, which cargo builds with all tests.
fn example(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap();
    let path = built.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let built = Command::new(env!("CARGO")).args(["build", "--examples"]).status().unwrap();
        assert!(built.success() && path.exists(), "the examples cannot be built");
    }
    Command::new(path)
}

/// The output of a call that has to succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_estimate_example_shows_layers_and_boards() {
    let text = output(example("estimate").arg("pico"));
    assert!(text.contains("block0.depthwise") && text.contains("uno-r3"), "{text}");
    let refused = example("estimate").arg("no-such-file.toml").output().unwrap();
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("no such file"));
}

#[test]
fn the_training_example_makes_a_run_that_the_export_example_takes() {
    let folder = tempfile::tempdir().unwrap();
    let (run, sketches) = (folder.path().join("run"), folder.path().join("sketches"));
    let text = output(example("train").arg(&run).env("MICROMOBILENET_CACHE", ""));
    assert!(text.contains("epoch 5: validation accuracy"), "{text}");
    let text = output(example("export").args([&run, &sketches]).env("MICROMOBILENET_CACHE", ""));
    let header: PathBuf = sketches.join("Tiny/Tiny.h");
    assert!(text.contains("accuracy in int8") && header.exists(), "{text}");
}
