//! Files of version 0.1.0 are read for ever, and those of a later format are refused by name.

use super::scene::Scene;
use super::support::usable;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept")
}

/// A scene with a copy of the kept run as `run`.
fn with_kept_run() -> Scene {
    let scene = Scene::empty();
    fs::create_dir_all(scene.path("run/checkpoints")).unwrap();
    for folder in ["run", "run/checkpoints"] {
        for entry in fs::read_dir(kept().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, scene.path(folder).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    scene
}

#[test]
fn a_run_of_version_0_1_is_evaluated_compared_and_exported() {
    let scene = with_kept_run();
    let evaluation = scene.run("--run run --evaluate --precision float --json").ends(0).object("evaluation");
    assert_eq!(evaluation["accuracy"], 0.406);
    scene.run("--report run --output report").ends(0);
    scene.run("--run run --export --no-check --output out").ends(0);
    // The quantisation of 0.1 and the scores of its header.
    if usable("g++", &[]) {
        assert_eq!(scores(&scene.path("out/Kept")), fs::read_to_string(kept().join("scores.txt")).unwrap());
    }
}

#[test]
fn a_training_of_version_0_1_is_resumed() {
    let scene = with_kept_run();
    scene.run("--train --resume --run run --set train.epochs=3").ends(0);
    let info: serde_json::Value = serde_json::from_str(&scene.read("run/run.json")).unwrap();
    assert_eq!((&info["epochs_done"], &info["format"]), (&3.into(), &1.into()));
}

#[test]
fn a_header_of_version_0_1_scores_as_it_did() {
    if usable("g++", &[]) {
        assert_eq!(scores(&kept()), fs::read_to_string(kept().join("scores.txt")).unwrap());
    }
}

/// The scores of the header in `folder` on the images of the kept driver.
fn scores(folder: &Path) -> String {
    let built = tempfile::tempdir().unwrap();
    let program = built.path().join("driver");
    fs::copy(folder.join("Kept.h"), built.path().join("Kept.h")).unwrap();
    fs::copy(kept().join("driver.cpp"), built.path().join("driver.cpp")).unwrap();
    let mut command = Command::new("g++");
    command.current_dir(built.path()).args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "driver.cpp", "-o", "driver"]);
    assert!(command.status().unwrap().success());
    String::from_utf8(Command::new(program).output().unwrap().stdout).unwrap()
}

#[test]
fn a_run_a_configuration_and_weights_of_a_later_format_are_refused_by_name() {
    let scene = with_kept_run();
    let later = "of format 2, written by a later micromobilenet";
    let info = scene.read("run/run.json").replacen('{', "{ \"format\": 2,", 1);
    fs::write(scene.path("run/run.json"), info).unwrap();
    scene.run("--run run --evaluate").ends(2).says(&["run: a run folder", later, "install a newer version"]);
    scene.run("--run run --train --resume").ends(2).says(&["run: a run folder", later]);
    scene.run("--run run --train").ends(2).says(&["run: a run folder", later]);
    let info = scene.read("run/run.json").replacen("\"format\": 2", "\"format\": 4294967297", 1);
    fs::write(scene.path("run/run.json"), info).unwrap();
    scene.run("--run run --evaluate").ends(2).says(&["of format 4294967297, written by a later micromobilenet"]);
    fs::write(scene.path("much.toml"), "format = 4294967297\n").unwrap();
    scene.run("--config much.toml --estimate").ends(2).says(&["of format 4294967297, written by"]);
    fs::write(scene.path("later.toml"), "format = 2\n[model]\nflying = true\n").unwrap();
    scene.run("--config later.toml --estimate").ends(2).says(&["later.toml:1:10: a configuration", later]);
    fs::write(scene.path("now.toml"), "format = 1\n[model]\nnum_classes = 3\n").unwrap();
    scene.run("--config now.toml --estimate").ends(0);
    fs::write(scene.path("never.toml"), "format = 0\n").unwrap();
    scene.run("--config never.toml --estimate").ends(2).says(&["format must be"]);
}
