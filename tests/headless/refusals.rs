//! Errors say what to do and come before long work.

use super::scene::{Scene, TINY};
use std::fs;

/// Four classes of small pictures in `flowers`.
fn flowers(scene: &Scene) {
    for (kind, name) in ["aster", "daisy", "rose", "tulip"].into_iter().enumerate() {
        scene.pictures(&format!("flowers/{name}"), kind, 12 + kind as u32);
    }
}

#[test]
fn a_preset_trained_on_own_data_is_exported_and_resumed_with_the_data_of_its_run() {
    let scene = Scene::empty();
    flowers(&scene);
    scene.run("--config pico --data flowers --train --epochs 1").ends(0);
    let taken = "using the configuration of the run: runs/";
    scene.run("--config pico --evaluate").ends(0).says(&[taken]).prints(&["tulip"]);
    scene.run("--config pico --export").ends(0).says(&[taken]);
    scene.run("--config pico --train --resume --epochs 2").ends(0).says(&[taken]);
    scene.run("pico --train --resume --epochs 3").ends(0);
    // Options on the command line take precedence.
    scene.pictures("others/a", 0, 12);
    scene.pictures("others/b", 1, 12);
    let answer = scene.run("--config pico --data others --evaluate").ends(2);
    answer.says(&[
        "the classes differ: trained on aster, daisy, rose, tulip",
        "others has a, b",
        "help: leave out --data",
    ]);
}

#[test]
fn classes_that_differ_are_refused_with_what_was_not_done_already() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    flowers(&scene);
    fs::write(scene.path("other.toml"), TINY.replace("pictures", "flowers")).unwrap();
    scene.run("--run run --config other.toml --evaluate").ends(2).says(&["help: leave out --config"]);
    scene.run("--run run --data flowers --evaluate").ends(2).says(&["help: leave out --data"]);
    let weights = "--weights run/checkpoints/last.safetensors";
    fs::rename(scene.path("pictures"), scene.path("moved")).unwrap();
    let call = format!("--config tiny.toml --data flowers --set model.num_classes=3 {weights} --evaluate");
    scene.run(&call).ends(2).says(&["the network has 3 classes", "num_classes = \"auto\""]);
    fs::create_dir(scene.path("pictures")).unwrap();
    for (kind, name) in ["dark", "disc", "spots", "stripes"].into_iter().enumerate() {
        scene.pictures(&format!("pictures/{name}"), kind, 12 + kind as u32);
    }
    scene.run("--run run --evaluate").ends(2).says(&["the images have changed since the run", "--data DIR"]);
}

#[test]
fn a_missing_run_or_data_set_asks_for_something_else_than_what_was_given() {
    let scene = Scene::empty();
    let answer = scene.run("--config tiny.toml --set model.num_classes=2 --train --resume").ends(2);
    let answer = answer.says(&["there is no run of tiny in runs/ to resume: train without --resume"]);
    assert!(!answer.stderr.contains("pass --train"), "{answer}");
    scene.run("--evaluate").ends(2).says(&["there is no trained run in runs/: pass --train, --run DIR or --weights"]);
    let answer = scene.run("--config tiny.toml --data nowhere --estimate").ends(2);
    answer.says(&["pass another folder by --data, or the number of classes: --set model.num_classes=5"]);
}

#[test]
fn what_can_be_refused_is_refused_before_images_are_read_and_leaves_nothing_behind() {
    let scene = Scene::new();
    for (number, class) in ["dark", "disc", "stripes"].into_iter().enumerate() {
        for entry in fs::read_dir(scene.path("pictures").join(class)).unwrap() {
            fs::write(entry.unwrap().path(), format!("broken {number}")).unwrap();
        }
    }
    fs::write(scene.path("some.safetensors"), "no weights").unwrap();
    fs::write(scene.path("file"), "").unwrap();
    let before = scene.all_files(true);
    let call = "--config tiny.toml --train --export";
    for (more, said) in [
        ("--weights some.safetensors", "some.safetensors: "),
        ("--weights none.safetensors", "cannot read none.safetensors"),
        ("--distill pictures", "pictures is not a run folder"),
        ("--board unor3", "did you mean uno-r3 (Arduino Uno R3)?"),
        ("--output file", "cannot write to the folder file: not a directory"),
        ("--run file", "file"),
    ] {
        let answer = scene.run(&format!("{call} {more}")).ends(2).says(&[said]);
        assert!(!answer.stderr.contains("readable"), "{more}: {answer}");
    }
    // The images are the last to be refused.
    for more in ["", "--run new/deep", "--seeds 2"] {
        scene.run(&format!("--config tiny.toml --train {more}")).ends(2).says(&["readable"]);
    }
    assert_eq!(scene.all_files(true), before);
}

#[test]
fn boards_are_suggested_by_id_and_by_the_name_that_people_call_them() {
    let scene = Scene::empty();
    for (given, near) in [
        ("uno", "uno-r3 (Arduino Uno R3)"),
        ("Arduino_Mega", "mega-2560 (Arduino Mega 2560)"),
        ("raspberry-pi-pico", "rp2040-pico (Raspberry Pi Pico)"),
        ("NodeMCU", "esp8266 (ESP8266 (NodeMCU))"),
        ("portenta", "portenta-h7 (Arduino Portenta H7)"),
        ("esp32s3", "esp32-s3 (ESP32-S3)"),
    ] {
        let call = format!("--config micro --estimate --board {given}");
        scene.run(&call).ends(2).says(&[&format!("did you mean {near}? boards: ")]);
    }
}
