//! `--export` checks headers before writing them; `--no-check`

use super::scene::{Answer, Scene, finish, signal, wait_for};
use super::support::has;
use std::fs;
use std::process::{Command, Stdio};

/// Trains a network into `run`.
fn trained() -> Scene {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    fs::create_dir(scene.path("temporary")).unwrap();
    scene
}

/// The program with temporary files in `temporary`, and this compiler.
fn command(scene: &Scene, arguments: &str, compiler: &str) -> Command {
    let mut command = scene.command(arguments);
    command.env("TMPDIR", scene.path("temporary")).env("CXX", compiler);
    command
}

/// A compiler whose programs write that every answer is zero.
fn liar(scene: &Scene) -> String {
    let script = "while [ \"$1\" != -o ]; do shift; done\nprintf '#!/bin/sh\\n' > \"$2\"\nchmod +x \"$2\"\n\
                  case $3 in *check.cpp) echo 'head -c 1346 /dev/zero' >> \"$2\" ;; esac\n";
    fs::write(scene.path("liar"), script).unwrap();
    format!("sh {}", scene.path("liar").display())
}

fn is_empty(scene: &Scene, folder: &str) -> bool {
    fs::read_dir(scene.path(folder)).unwrap().next().is_none()
}

#[test]
fn an_export_says_with_what_and_on_how_many_images_it_was_checked() {
    if !has("g++") {
        return;
    }
    let scene = trained();
    for precision in ["float", "int8"] {
        let call = format!("--run run --export --precision {precision}");
        let answer = Answer::of(command(&scene, &call, "g++ -O0").output().unwrap()).ends(0);
        answer.prints(&["checked with g++ -O0: 35 images equal\n", "wrote ArduinoCode/Tiny/Tiny.h\n"]);
        let answer = Answer::of(command(&scene, &format!("{call} --json"), "g++").output().unwrap()).ends(0);
        let export = answer.object("export");
        assert_eq!(export["checked"], serde_json::json!({ "compiler": "g++", "images": 35 }));
        assert!(export["not_checked"].is_null());
    }
    assert!(is_empty(&scene, "temporary"));
}

#[test]
fn without_a_compiler_or_without_the_wish_an_export_is_written_unchecked() {
    let scene = trained();
    fs::create_dir(scene.path("nothing")).unwrap();
    let none = |call: &str| {
        let mut command = command(&scene, call, "");
        Answer::of(command.env("PATH", scene.path("nothing")).output().unwrap()).ends(0)
    };
    let why = "no C++ compiler found (c++, g++, clang++)";
    none("--run run --export").says(&[&format!("not checked: {why}\n")]).prints(&["wrote ArduinoCode/Tiny/Tiny.h\n"]);
    let export = none("--run run --export --json").object("export");
    assert!(export["checked"].is_null());
    assert_eq!(export["not_checked"], why);
    let answer = Answer::of(command(&scene, "--run run --export --no-check --json", "false").output().unwrap());
    assert_eq!(answer.ends(0).object("export")["not_checked"], "--no-check");
    scene.run("--run run --evaluate --no-check").ends(2).says(&["--export"]);
    assert!(is_empty(&scene, "temporary"));
}

#[test]
fn a_header_that_answers_wrongly_is_not_written_but_with_no_check() {
    let scene = trained();
    let liar = liar(&scene);
    let call = "--run run --export --precision float";
    let answer = Answer::of(command(&scene, call, &liar).output().unwrap()).ends(1);
    let said =
        ["the exported header is wrong", "class 0 (dark)", "by the reference", "nothing was written", "--no-check"];
    assert!(!answer.says(&said).stdout.contains("wrote"));
    let answer = Answer::of(command(&scene, &format!("{call} --json"), &liar).output().unwrap()).ends(1);
    assert!(answer.object("error")["message"].as_str().unwrap().contains("the exported header is wrong"));
    assert!(!scene.path("ArduinoCode").exists() && is_empty(&scene, "temporary"));
    let answer = Answer::of(command(&scene, &format!("{call} --no-check"), &liar).output().unwrap()).ends(0);
    answer.prints(&["wrote ArduinoCode/Tiny/Tiny.h\n"]);
    // Existing files are unchanged.
    let before = fs::read(scene.path("ArduinoCode/Tiny/Tiny.h")).unwrap();
    Answer::of(command(&scene, "--run run --export", &liar).output().unwrap()).ends(1);
    assert_eq!(fs::read(scene.path("ArduinoCode/Tiny/Tiny.h")).unwrap(), before);
}

#[test]
fn ctrl_c_ends_a_compiler_that_hangs() {
    let scene = trained();
    let began = scene.path("began");
    fs::write(scene.path("slow"), format!("echo > {}\nexec sleep 1000\n", began.display())).unwrap();
    let compiler = format!("sh {}", scene.path("slow").display());
    let mut command = command(&scene, "--run run --export", &compiler);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(wait_for(&mut child, || began.exists()));
    signal(&child, "INT");
    finish(child).ends(130).says(&["interrupted"]);
    assert!(!scene.path("ArduinoCode").exists() && is_empty(&scene, "temporary"));
}
