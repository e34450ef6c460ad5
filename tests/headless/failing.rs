//! Full disks, folders that cannot be written, losses that are no number.

use super::checkpoint::{assert_same, trained};
use super::scene::Scene;
use super::support::skipped::skipped;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// A network that nothing holds back: no batch norm, no limit to activations, a huge rate.
const WILD: &str = r#"[model]
name = "wild"
input = { height = 16, width = 16, channels = 1 }
batch_norm = false

[stem]
filters = 4
stride = 2
activation = "none"

[[blocks]]
type = "conv"
filters = 8
activation = "none"

[[blocks]]
type = "conv"
filters = 8
activation = "none"

[head]
pool = "avg"

[train]
learning_rate = 10.0
optimizer = "sgd"
schedule = "constant"
batch_size = 16
warmup = 40
"#;

#[test]
fn a_full_disk_is_an_error_that_leaves_the_old_checkpoint() {
    let scene = Scene::new();
    let long = "--config tiny.toml --epochs 120 --train";
    scene.run(&format!("{long} --run whole")).ends(0);
    let whole = trained(&scene, "whole");
    let size = fs::metadata(scene.path("whole/checkpoints/last.safetensors")).unwrap().len();
    // The checkpoint grows with its history: in blocks of 512 bytes, half of its last size is
    // reached on the way.
    let limit = format!("ulimit -f {}", size / 512 / 2);
    let answer = scene.run_limited(&limit, &format!("{long} --run full")).ends(3);
    let answer = answer.says(&["cannot write full/", "File too large"]);
    let info: serde_json::Value = serde_json::from_str(&scene.read("full/run.json")).unwrap();
    assert_eq!(info["status"], "failed", "{answer}");
    assert!(info["reason"].as_str().unwrap().contains("cannot write"), "{info}");
    let done = info["epochs_done"].as_u64().unwrap();
    assert!((1..120).contains(&done), "{done} epochs");
    let leftover = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "part");
    assert!(!scene.all_files(false).iter().any(leftover), "no half-written file is left");
    scene.run("--run full --evaluate").ends(0);
    // Once there is room again:
    scene.run("--train --resume --run full").ends(0);
    assert_same(&whole, &trained(&scene, "full"), "after a full disk");
}

#[test]
fn a_disk_full_from_the_beginning_is_an_error() {
    // An emulator makes its own `/proc/self/maps`, which every program reads that is written in Rust, in
    // a file that the limit binds too.
    let maps = Command::new("sh").args(["-c", "ulimit -f 0; exec cat /proc/self/maps"]).output().unwrap();
    if !maps.status.success() {
        return skipped("this system runs no program that may not write");
    }
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    scene.run_limited("ulimit -f 0", "--config tiny.toml --train --run full").ends(3).says(&["cannot write full/"]);
    scene.run_limited("ulimit -f 1", "--run run --export").ends(3).says(&["cannot write ArduinoCode/Tiny/"]);
    scene.run_limited("ulimit -f 0", "--report run").ends(3).says(&["cannot write runs/report/"]);
    scene.run_limited("ulimit -f 0", "--run run --evaluate").ends(0);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let before = trained(&scene, "run");
    scene.give_away();
    fs::set_permissions(scene.path("run/.lock"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(scene.path("run"), fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(scene.path("run/checkpoints"), fs::Permissions::from_mode(0o555)).unwrap();
    let resume = "--train --resume --run run --epochs 6";
    scene.run_unprivileged(resume).ends(3).says(&["cannot write run/", "ermission denied"]);
    scene.run_unprivileged("--run run --evaluate").ends(0);
    // If only the checkpoints cannot be written, it is detected before or after an epoch.
    fs::set_permissions(scene.path("run"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(scene.path("run/.lock"), fs::Permissions::from_mode(0o644)).unwrap();
    let answer = scene.run_unprivileged(resume).ends(3).says(&["cannot write run/checkpoints/", "ermission denied"]);
    assert!(!answer.stderr.contains(".part"), "{answer}");
    fs::set_permissions(scene.path("run/checkpoints"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(before.last, trained(&scene, "run").last);
    scene.run_unprivileged(resume).ends(0);
    // Somebody else's folder.
    fs::create_dir(scene.path("runs")).unwrap();
    scene.run_unprivileged("--config tiny.toml --train").ends(3).says(&["cannot make the folder runs/"]);
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_and_keeps_the_last_good_checkpoint() {
    let scene = Scene::new();
    // The rate rises from 0, so that the first epochs go well.
    fs::write(scene.path("wild.toml"), WILD).unwrap();
    let answer = scene.run("--config wild.toml --data pictures --epochs 40 --train --run wild --json").ends(1);
    let answer = answer.says(&["the loss became NaN or infinite in epoch", "learning_rate"]);
    assert!(answer.object("error")["message"].as_str().unwrap().contains("NaN or infinite"));
    let info: serde_json::Value = serde_json::from_str(&scene.read("wild/run.json")).unwrap();
    assert_eq!(info["status"], "diverged");
    assert!(info["reason"].as_str().unwrap().contains("of epoch"), "{info}");
    assert!(info["epochs_done"].as_u64().unwrap() >= 1, "{answer}");
    answer.says(&["the last checkpoint before it is kept"]);
    let state = trained(&scene, "wild");
    for (name, (_, bytes)) in state.last.iter().chain(&state.best) {
        let finite = bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite());
        assert!(finite, "{name}");
    }
    assert!(!state.metrics.join("\n").contains("NaN"));
    scene.run("--run wild --evaluate").ends(0);
    // It ends there again; with a lower learning rate it continues.
    scene.run("--train --resume --run wild").ends(1).says(&["NaN or infinite"]);
    scene.run("--train --resume --run wild --set train.learning_rate=0.001 --epochs 42").ends(0);
}

#[test]
fn a_loss_that_is_no_number_at_once_keeps_nothing_and_says_so() {
    let scene = Scene::new();
    fs::write(scene.path("wild.toml"), WILD.replace("warmup = 40", "[data]\nstd = 0.001\nsource = \"pictures\""))
        .unwrap();
    let answer = scene.run("--config wild.toml --train --run wild").ends(1).says(&["NaN or infinite in epoch 1"]);
    answer.says(&["nothing is saved"]);
    assert!(!scene.path("wild/checkpoints/last.safetensors").exists());
    scene.run("--run wild --evaluate").ends(2).says(&["wild/checkpoints/last.safetensors"]);
}
