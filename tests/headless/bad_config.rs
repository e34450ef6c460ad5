//! Invalid configurations: each is reported with its position, and nothing is written.

use super::scene::{Answer, Scene, TINY};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// What `# expect: LINE:COLUMN: TEXT` in the first line of a fixture says, or a file beside it
/// where that cannot be.
fn expectation(fixture: &Path) -> String {
    let beside = fixture.with_extension("expect");
    let text = if beside.exists() { fs::read(&beside) } else { fs::read(fixture) }.unwrap();
    let first = String::from_utf8_lossy(text.split(|byte| *byte == b'\n').next().unwrap()).into_owned();
    let expected = first.trim_start_matches("# expect: ").to_owned();
    assert!(beside.exists() || first.starts_with("# expect: "), "{} expects nothing", fixture.display());
    expected
}

#[test]
fn every_fixture_is_refused_with_its_place_and_what_would_be_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid_configs");
    let scene = Scene::empty();
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        seen += 1;
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::copy(&path, scene.path(name)).unwrap();
        let call = format!("--config {name} --estimate");
        let expected = format!("{name}:{}", expectation(&path));
        let answer = scene.run(&call).ends(2).says(&[&expected]);
        assert_eq!(answer.stdout, "", "{name}");
        assert!(!answer.stderr.contains(|c: char| c.is_control() && c != '\n'), "{name}: {answer}");
        // JSON output has the same error.
        let objects = scene.run(&format!("{call} --json")).ends(2).objects();
        let is_it = |object: &serde_json::Value| {
            let place = format!("{name}:{}:{}: ", object["line"], object["column"]);
            let message = object["message"].as_str().unwrap();
            object["type"] == "error"
                && object["file"] == name
                && message.starts_with(&place)
                && message.contains(&expected)
        };
        assert!(objects.iter().any(is_it), "{name}: {objects:?}");
    }
    assert!(seen >= 25, "{seen} fixtures");
}

#[test]
fn a_file_too_large_a_folder_a_pipe_and_no_file_are_named() {
    let scene = Scene::empty();
    fs::write(scene.path("large.toml"), TINY.to_owned() + &"#".repeat(20 << 20)).unwrap();
    fs::create_dir(scene.path("folder.toml")).unwrap();
    assert!(Command::new("mkfifo").arg(scene.path("pipe.toml")).status().unwrap().success());
    std::os::unix::fs::symlink("loop.toml", scene.path("loop.toml")).unwrap();
    for (name, said) in [
        ("large.toml", "large.toml: too large for a configuration: 20971"),
        ("folder.toml", "folder.toml: this is a folder"),
        ("pipe.toml", "pipe.toml: not a regular file"),
        ("loop.toml", "loop.toml: cannot be read"),
        ("micor.toml", "did you mean the preset micro?"),
        ("mobilnet", "did you mean the preset mobilenet?"),
        ("nothing.toml", "presets: pico, nano, micro"),
        ("tiny.toml/x", "tiny.toml/x: no such file"),
    ] {
        scene.run(&format!("--config {name} --estimate")).ends(2).says(&[said]);
    }
}

#[test]
fn a_file_without_permission_is_named() {
    let scene = Scene::empty();
    fs::set_permissions(scene.path("tiny.toml"), fs::Permissions::from_mode(0o000)).unwrap();
    scene.give_away();
    scene.run_unprivileged("--config tiny.toml --estimate").ends(3).says(&["tiny.toml: cannot be read", "ermission"]);
}

#[test]
fn presets_need_no_file_and_a_file_goes_before_them() {
    let scene = Scene::empty();
    let macs = |answer: Answer| answer.ends(0).object("estimate")["macs"].as_u64().unwrap();
    let micro = macs(scene.run("--config micro --estimate --json"));
    assert_eq!(macs(scene.run("--config configs/micro.toml --estimate --json")), micro);
    assert_eq!(macs(scene.run("--estimate --json")), micro, "micro is what is taken without --config");
    fs::write(scene.path("micro.toml"), TINY.replace("\"auto\"", "3")).unwrap();
    let own = macs(scene.run("--config micro.toml --set model.num_classes=3 --estimate --json"));
    assert!(own < micro);
}

#[test]
fn classes_that_cannot_be_counted_are_a_clear_error() {
    let scene = Scene::empty();
    scene.run("--config tiny.toml --estimate").ends(2).says(&[
        "tiny.toml:",
        "num_classes is \"auto\", but the classes cannot be read",
        "pictures",
        "--set model.num_classes=5",
    ]);
    scene.run("--config tiny.toml --set model.num_classes=5 --estimate").ends(0);
    // Who wants to train has given data, and hears of that.
    let answer =
        scene.run("--config tiny.toml --train --run new").ends(2).says(&["data set \"", "/pictures\" not found"]);
    assert!(!answer.stderr.contains("num_classes"), "{answer}");
    assert!(!scene.path("new").exists(), "nothing is left behind");
}

#[test]
fn an_override_that_is_wrong_is_named() {
    let scene = Scene::empty();
    for (argument, said) in [
        ("train.epochs=-1", "--set train.epochs=-1: epochs must be"),
        ("train.epochs=0", "help: the nearest is 1"),
        ("train.epochs=2.7", "help: the nearest is 3"),
        ("train.label_smoothing=7", "help: the nearest is 0."),
        ("blocks[0].filters=0", "--set blocks.0.filters=0: filters must be"),
        ("blocks[7].filters=8", "index 7 is out of range: use 0 to 0"),
        ("blocks[0.filters=8", "is not a key"),
        ("train.epoch=1", "did you mean `epochs`?"),
        ("blocks.7.filters=8", "--set blocks.7.filters=8: "),
        ("blocks.0.filters=0", "--set blocks.0.filters=0: filters must be"),
        ("nonsense", "KEY=VALUE"),
        ("model.width_multiplier=nan", "width_multiplier must be"),
    ] {
        let call = format!("--config tiny.toml --set model.num_classes=3 --set {argument} --estimate");
        scene.run(&call).ends(2).says(&[said]);
    }
}
