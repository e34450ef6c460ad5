//! Names made to do harm, through the whole path.

use super::scene::{Answer, Scene};
use super::support::usable;
use std::fs;
use std::process::Command;

const CLASSES: [&str; 6] = [
    "a\"b\\",
    "*+ *\u{2215} c_*\u{200d}",
    "line\nbreak\r\ttab",
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J",
    "=cmd|' calc'!A0,\"<script>&amp;]]>|`%s%n$(id)`??/",
    "\u{202e}reversed\u{2066}",
];

/// A name of a class as a folder can have it: a `/` cannot be in one.
fn folder(class: &str) -> String {
    class.replace('/', "\u{2044}")
}

/// Bytes that make a terminal do something, but line breaks.
fn harmful(text: &str) -> Option<char> {
    let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().find(|c| (c.is_control() && *c != '\n') || reorders(*c))
}

#[track_caller]
fn harmless(answer: &Answer) {
    for text in [&answer.stdout, &answer.stderr] {
        assert_eq!(harmful(text), None, "{text:?}");
    }
}

#[test]
fn names_full_of_quotes_line_breaks_and_escape_codes_do_no_harm_anywhere() {
    let scene = Scene::empty();
    let data = "pic\u{1b}[2Jtures \"*\n";
    for (kind, class) in CLASSES.into_iter().enumerate() {
        let path = format!("{data}/{}", folder(class));
        scene.pictures(&path, kind, 12);
        for number in 0..12 {
            let name = format!("{}{number}.png", folder(class));
            fs::rename(scene.path(&path).join(format!("{number:03}.png")), scene.path(&path).join(name)).unwrap();
        }
        fs::write(scene.path(&path).join("broken\u{1b}[5m\n.png"), "no picture").unwrap();
    }
    let run = "r\u{1b}[1mun\n'";
    let call = |arguments: &str, more: &[&str]| {
        let mut command = scene.command(arguments);
        let answer = Answer::of(command.args(more).output().unwrap());
        harmless(&answer);
        answer
    };
    let data_and_run = ["--data", data, "--run", run];
    let answer = call("--config tiny.toml --train --epochs 2", &data_and_run).ends(0);
    assert!(answer.stdout.starts_with("run: r\\u{1b}[1mun\\n'\n"), "a name is one line: {answer}");
    call("--config tiny.toml --train --resume --epochs 3 --evaluate --export --no-check --json", &data_and_run).ends(0);
    call("--evaluate", &["--run", run]).ends(0);
    call("--evaluate --split train --json", &["--run", run]).ends(0);
    call("--export --no-check", &["--run", run, "--output", "e\u{1b}x"]).ends(0);
    let some = format!("{data}/{}/{}3.png", folder(CLASSES[3]), folder(CLASSES[3]));
    for json in ["", "--json"] {
        let answer = call(json, &["--run", run, "--predict", &some, "no\u{1b}[31m\nsuch.png"]).ends(2);
        assert!(answer.stdout.contains("red"), "{answer}");
    }
    call("", &["--report", run, run]).ends(0);
    call("--json", &["--report", run]).ends(0);
    call("--config tiny.toml --train", &data_and_run).ends(2);
    call("--config tiny.toml --train --resume --set blocks.0.filters=9", &data_and_run).ends(2);
    call("--estimate", &["--config", "no\u{1b}[31m\nsuch.toml"]).ends(2);
    call("--config tiny.toml --estimate", &["--data", "no\u{1b}[31m\nsuch"]).ends(2);
    call("--config tiny.toml --estimate", &["--set", "train.\u{1b}[31m=1"]).ends(2);
    call("--evaluate --config tiny.toml", &["--data", data, "--weights", "no\u{1b}[31m\nsuch"]).ends(2);

    let mut looked_at = 0;
    for path in scene.all_files(false) {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_owned();
        if path.starts_with(scene.path(data)) || extension == "safetensors" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(harmful(&text), None, "{}:\n{text}", path.display());
        assert!(!matches!(&*extension, "svg" | "md") || !text.contains("<script>"), "{}:\n{text}", path.display());
        if extension == "svg" {
            roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        looked_at += 1;
    }
    assert!(looked_at >= 14, "{looked_at} files");
    // The class names read back equal those of the folders.
    let answer = call("--evaluate --json", &["--run", run]).ends(0);
    let classes = answer.object("evaluation")["per_class"].clone();
    let mut labels: Vec<&str> =
        classes.as_array().unwrap().iter().map(|class| class["label"].as_str().unwrap()).collect();
    labels.sort_unstable();
    let mut folders: Vec<String> = CLASSES.iter().map(|class| folder(class)).collect();
    folders.sort_unstable();
    assert_eq!(labels, folders);
    compiles(&scene);
}

/// Whether the header compiles, and holds the labels as they are.
fn compiles(scene: &Scene) {
    if !usable("g++", &[]) {
        return;
    }
    let program = "#include <stdio.h>\n#include \"Tiny.h\"\n#include \"samples.h\"\nstatic Tiny net;\nint main() {\n  for (int i = 0; i < 6; i++) fwrite(net.labels[i], 1, strlen(net.labels[i]) + 1, stdout);\n}\n";
    fs::write(scene.path("main.cpp"), program).unwrap();
    let compiled = Command::new("g++")
        .args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-Wno-unused-const-variable"])
        .args(["-IArduinoCode/Tiny", "main.cpp", "-o", "net"])
        .current_dir(scene.path("."))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let output = String::from_utf8(Command::new(scene.path("net")).output().unwrap().stdout).unwrap();
    for class in CLASSES {
        assert!(output.contains(&format!("{}\0", folder(class))), "{class:?} is not in {output:?}");
    }
}

#[test]
fn a_hostile_name_of_a_model_is_refused() {
    let scene = Scene::new();
    for name in ["../x", "a\u{1b}[31m", "a*/b", "", "a b", "a\"b"] {
        let quoted = serde_json::to_string(name).unwrap();
        let mut command = scene.command("--config tiny.toml --train --set");
        let answer = Answer::of(command.arg(format!("model.name={quoted}")).output().unwrap()).ends(2);
        harmless(&answer.says(&["name must be"]));
    }
    assert!(!scene.path("runs").exists());
}
