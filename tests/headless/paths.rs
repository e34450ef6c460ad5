//! Paths in configurations, of `--data` and in runs; names of presets.

use super::scene::{Answer, PROGRAM, Scene, TINY};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// `nets/tiny.toml` with images beside it, and an empty folder to call the program from.
fn nested(scene: &Scene) {
    fs::create_dir(scene.path("nets")).unwrap();
    fs::create_dir(scene.path("elsewhere")).unwrap();
    fs::rename(scene.path("tiny.toml"), scene.path("nets/tiny.toml")).unwrap();
    fs::rename(scene.path("pictures"), scene.path("nets/pictures")).unwrap();
}

/// Runs the program in the folder `name` of `scene`.
fn run_in(scene: &Scene, name: &str, arguments: &str) -> Answer {
    Answer::of(scene.command(arguments).current_dir(scene.path(name)).output().unwrap())
}

/// The data source in the configuration of a run.
fn source_of(scene: &Scene, run: &str) -> String {
    let config: toml::Table = scene.read(&format!("{run}/config.toml")).parse().unwrap();
    config["data"]["source"].as_str().unwrap().to_owned()
}

#[test]
fn images_beside_a_configuration_are_found_from_any_folder_and_the_run_keeps_where_they_are() {
    let scene = Scene::new();
    nested(&scene);
    run_in(&scene, "elsewhere", "--config ../nets/tiny.toml --train --epochs 1 --run ../run").ends(0);
    let source = source_of(&scene, "run");
    assert!(Path::new(&source).is_absolute() && source.ends_with("nets/pictures"), "{source}");
    // The run may be used from anywhere and moved.
    fs::create_dir(scene.path("moved")).unwrap();
    fs::rename(scene.path("run"), scene.path("moved/run")).unwrap();
    run_in(&scene, "nets", "--run ../moved/run --evaluate").ends(0);
    run_in(&scene, "elsewhere", "--run ../moved/run --train --resume --epochs 2").ends(0);
}

#[test]
fn data_on_the_command_line_is_relative_to_the_working_directory() {
    let scene = Scene::new();
    nested(&scene);
    scene.pictures("elsewhere/shots/a", 0, 12);
    scene.pictures("elsewhere/shots/b", 1, 12);
    for data in ["--data shots", "--data ./shots/", "--set data.source=shots"] {
        let call = format!("--config ../nets/tiny.toml {data} --train --epochs 1 --run ../run");
        run_in(&scene, "elsewhere", &call).ends(0);
        assert_eq!(scene.read("run/labels.txt").lines().collect::<Vec<_>>(), ["a", "b"], "{data}");
        assert!(source_of(&scene, "run").ends_with("/elsewhere/shots"), "{data}");
        fs::remove_dir_all(scene.path("run")).unwrap();
    }
    // Presets are no files: theirs begin there too.
    let call = "--config pico --data shots --train --epochs 1 --run ../run --test";
    run_in(&scene, "elsewhere", call).ends(0);
    assert!(source_of(&scene, "run").ends_with("/elsewhere/shots"));
}

#[test]
fn a_tilde_is_the_home_folder() {
    let scene = Scene::new();
    fs::write(scene.path("home.toml"), TINY.replace("\"pictures\"", "\"~/pictures\"")).unwrap();
    let home = scene.path("");
    let mut command = scene.command("--config home.toml --train --epochs 1 --run run");
    Answer::of(command.env("HOME", &home).output().unwrap()).ends(0);
    assert_eq!(Path::new(&source_of(&scene, "run")), home.join("pictures"));
}

#[test]
fn a_missing_data_set_is_named_by_the_absolute_path_that_was_tried() {
    let scene = Scene::empty();
    let folder = fs::canonicalize(scene.path("")).unwrap();
    let tried = |path: &str| format!("data set \"{}\" not found", folder.join(path).display());
    fs::create_dir(scene.path("nets")).unwrap();
    fs::rename(scene.path("tiny.toml"), scene.path("nets/tiny.toml")).unwrap();
    let beside = tried("nets/pictures");
    let relative = "a path in a configuration is relative to the configuration's folder";
    let answer = scene.run("--config nets/tiny.toml --train").ends(2);
    answer.says(&[&format!("nets/tiny.toml:18:10: {beside}"), relative]);
    let given = tried("nowhere");
    let answer = scene.run("--config nets/tiny.toml --data nowhere --train").ends(2);
    answer.says(&[&format!("--data nowhere: {given}"), "the path is relative to the current folder"]);
    // Absolute paths need no hint about relative paths.
    let answer = scene.run("--config nets/tiny.toml --data /nowhere/at/all --train").ends(2);
    assert!(!answer.says(&["data set \"/nowhere/at/all\" not found"]).stderr.contains("relative"));
}

#[test]
fn an_exported_header_says_what_the_data_set_is_called_and_not_where_it_is() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 1 --run run --export").ends(0);
    let header = scene.read("ArduinoCode/Tiny/Tiny.h");
    assert!(header.contains("pictures ("), "{}", &header[..600]);
    assert!(!header.contains(scene.path("").to_str().unwrap()));
}

#[test]
fn the_name_of_a_preset_goes_before_a_folder_and_a_dot_before_the_name_means_the_folder() {
    let scene = Scene::empty();
    fs::create_dir(scene.path("micro")).unwrap();
    fs::write(scene.path("pico"), TINY).unwrap();
    let macs = |call: &str| scene.run(&format!("{call} --estimate --json")).ends(0).object("estimate")["macs"].clone();
    scene.run("--config micro --estimate").ends(0);
    scene.run("--config ./micro --estimate").ends(2).says(&["./micro: this is a folder"]);
    let own = macs("--config ./pico --set model.num_classes=3");
    assert_ne!(own, macs("--config pico --set model.num_classes=3"));
    // Only the plain name, or the path in the repository, is the preset's.
    scene.run("--config ./nano --estimate").ends(2).says(&["./nano: no such file", "did you mean the preset nano?"]);
}

#[test]
fn a_configuration_may_be_given_without_its_option() {
    let scene = Scene::new();
    let macs = |call: &str| scene.run(call).ends(0).object("estimate")["macs"].clone();
    assert_eq!(macs("tiny.toml --estimate --json"), macs("--config tiny.toml --estimate --json"));
    assert_eq!(macs("--estimate --json tiny.toml"), macs("--config tiny.toml --estimate --json"));
    scene.run("tiny.toml --config micro --estimate").ends(2).says(&["cannot be used with"]);
}

#[test]
fn the_help_lists_every_preset() {
    let help = Command::new(PROGRAM).arg("--help").stdin(Stdio::null()).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let words: Vec<&str> = help.split([' ', ',', '\n', '.']).collect();
    for (name, _) in micromobilenet::config::PRESETS {
        assert!(words.contains(&name), "{name} is not in:\n{help}");
    }
}
