//! `--export`

use super::scene::Scene;
use super::support::usable;
use std::fs;
use std::process::Command;

#[test]
fn header_sketch_and_samples_are_written_and_a_second_export_gives_the_same_bytes() {
    let scene = Scene::new();
    let answer = scene.run("--config tiny.toml --train --export --no-check --run run --json").ends(0);
    let files = ["ArduinoCode/Tiny/Tiny.h", "ArduinoCode/Tiny/samples.h", "ArduinoCode/Tiny/Tiny.ino"];
    let object = answer.object("export");
    assert_eq!((&object["class_name"], &object["files"]), (&"Tiny".into(), &serde_json::json!(files)));
    let before: Vec<Vec<u8>> = files.iter().map(|file| fs::read(scene.path(file)).unwrap()).collect();
    scene.run("--run run --export --no-check").ends(0).prints(&files);
    let after: Vec<Vec<u8>> = files.iter().map(|file| fs::read(scene.path(file)).unwrap()).collect();
    assert!(before == after, "two exports of one run differ");
    assert_eq!(fs::read_dir(scene.path("ArduinoCode/Tiny")).unwrap().count(), 3);
    scene.run("--run run --export --no-check --output elsewhere --set export.class_name=Other").ends(0);
    assert!(scene.read("elsewhere/Other/Other.ino").contains("#include \"Other.h\""));
    scene
        .run("--run run --export --no-check --set export.class_name=class")
        .ends(0)
        .prints(&["wrote ArduinoCode/Netclass/Netclass.h"]);
    scene.run("--run run --export --set export.class_name=../x").ends(2).says(&["class_name must be"]);
}

#[test]
fn the_sketch_has_as_many_images_as_the_board_has_flash_for() {
    let scene = Scene::new();
    let board = |id: &str, flash: u32| {
        format!(
            "[[board]]\nid = \"{id}\"\nname = \"{id}\"\ncore = \"cortex-m33\"\nclock_hz = 1\nram_bytes = 500_000\n\
             flash_bytes = 500_000\nram_left = 500_000\nflash_left = {flash}\n"
        )
    };
    fs::write(scene.path("boards.toml"), board("large", 500_000) + &board("full", 5_000)).unwrap();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let call =
        "--config tiny.toml --weights run/checkpoints/last.safetensors --set export.samples=100 --export --no-check";
    let images = |arguments: &str| {
        scene.run(&format!("{call} {arguments}")).ends(0);
        let samples = scene.read("ArduinoCode/Tiny/samples.h");
        let count = samples.split("enum : uint16_t { count = ").nth(1).unwrap().split(' ').next().unwrap();
        count.parse::<usize>().unwrap()
    };
    let all = images("");
    assert!(all > 5, "{all}");
    assert_eq!(images("--board large"), all);
    assert_eq!(images("--board full"), 1);
    assert_eq!(images("--set target.board=\"full\""), 1);
    assert_eq!(images("--set target.board=\"full\" --board large"), all);
    assert_eq!(images("--set target.board=\"elsewhere\""), all);
    scene.run(&format!("{call} --board lage")).ends(2).says(&["there is no board \"lage\"", "did you mean large ("]);
}

#[test]
fn an_edited_sketch_is_kept() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --export --no-check --run run").ends(0);
    let sketch = "ArduinoCode/Tiny/Tiny.ino";
    let edited = scene.read(sketch) + "// mine\n";
    fs::write(scene.path(sketch), &edited).unwrap();
    scene.run("--run run --export --no-check").ends(0).prints(&["wrote ArduinoCode/Tiny/Tiny.ino.new"]);
    assert_eq!(scene.read(sketch), edited);
    assert_eq!(scene.read("ArduinoCode/Tiny/Tiny.ino.new") + "// mine\n", edited);
}

/// The output of the exported header for one picture: `value` of each class, then its label.
fn answers(scene: &Scene, value: &str) -> Vec<String> {
    let picture = super::scene::picture(1, 3);
    let pixels: Vec<String> = picture.as_raw().iter().map(ToString::to_string).collect();
    let program = format!(
        "#include <stdio.h>\n#include \"Tiny.h\"\nstatic Tiny net;\nint main() {{\n  static const uint8_t image[256] = {{{}}};\n  net.predict(image);\n  for (int i = 0; i < 3; i++) printf(\"%.9g\\n\", (double){value});\n  puts(net.labels[net.output]);\n}}\n",
        pixels.join(",")
    );
    fs::write(scene.path("main.cpp"), program).unwrap();
    let compiled = Command::new("g++")
        .args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-IArduinoCode/Tiny", "main.cpp", "-o", "net"])
        .current_dir(scene.path("."))
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let output = String::from_utf8(Command::new(scene.path("net")).output().unwrap().stdout).unwrap();
    output.lines().map(str::to_owned).collect()
}

#[test]
fn the_header_answers_as_prediction_does() {
    if !usable("g++", &[]) {
        return;
    }
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 20 --export --no-check --run run").ends(0);
    let lines = answers(&scene, "net.outputs[i]");
    let ours = scene.run("--run run --predict pictures/disc/003.png --json").ends(0).object("prediction");
    for (line, label) in lines.iter().zip(["dark", "disc", "stripes"]) {
        let (theirs, ours) = (line.parse::<f64>().unwrap(), ours["probabilities"][label].as_f64().unwrap());
        assert!((theirs - ours).abs() < 1e-5, "{label}: {theirs} and {ours}");
    }
    assert_eq!(lines[3], ours["label"]);
}

#[test]
fn the_int8_header_answers_exactly_as_int8_prediction_does() {
    let scene = Scene::new();
    let call = "--config tiny.toml --train --epochs 20 --export --no-check --precision int8 --run run --json";
    let exported = scene.run(call).ends(0).object("export");
    let header = scene.read("ArduinoCode/Tiny/Tiny.h");
    assert!(header.contains("8-bit integers") && header.contains("scores[3]"), "{header}");
    for (member, key) in [("accuracy       ", "accuracy"), ("int8 accuracy  ", "int8_accuracy")] {
        let line = format!("// {member} {:.4} in validation", exported[key].as_f64().unwrap());
        assert!(header.contains(&line), "{line}");
    }
    let bytes = format!("// object          {} bytes of RAM", exported["object_bytes"]);
    assert!(header.contains(&bytes), "{bytes}");
    if !usable("g++", &[]) {
        return;
    }
    let ours = scene.run("--run run --predict pictures/disc/003.png --precision int8 --json");
    let ours = ours.ends(0).object("prediction");
    let scores: Vec<String> = ["dark", "disc", "stripes"].map(|label| ours["scores"][label].to_string()).into();
    let label = ours["label"].as_str().unwrap().to_owned();
    assert_eq!(answers(&scene, "net.scores[i]"), [scores, vec![label]].concat());
    for (line, label) in answers(&scene, "net.outputs[i]").iter().zip(["dark", "disc", "stripes"]) {
        let (theirs, ours) = (line.parse::<f64>().unwrap(), ours["probabilities"][label].as_f64().unwrap());
        assert!((theirs - ours).abs() < 1e-5, "{label}: {theirs} and {ours}");
    }
}
