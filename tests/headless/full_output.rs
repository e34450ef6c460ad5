//! Output that cannot be written, a reader that goes away, and errors for programs.

use super::scene::{Answer, Scene, finish, wait_for};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

/// Runs the program with its stdout on a device without room.
fn run_full(scene: &Scene, arguments: &str) -> Answer {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    Answer::of(scene.command(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap())
}

#[test]
fn output_that_cannot_be_written_is_a_failure_of_the_system() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    for call in [
        "--config tiny.toml --estimate --json",
        "--config tiny.toml --estimate",
        "--run run --evaluate --json",
        "--run run --predict pictures/disc/000.png --json",
        "--run run --export",
        "--report run --json",
        "--help",
        "--version",
    ] {
        let said = "error: cannot write to standard output: No space left on device";
        let answer = run_full(&scene, call).ends(3).says(&[said]);
        assert_eq!(answer.stderr.matches("error:").count(), 1, "{call}: {answer}");
    }
    // The error of a wrong call cannot be reported either.
    run_full(&scene, "--json --nonsense").ends(3);
}

#[test]
fn a_training_whose_output_cannot_be_written_ends_and_can_go_on() {
    let scene = Scene::new();
    let call = "--config tiny.toml --train --epochs 2000 --run run";
    let answer = run_full(&scene, &format!("{call} --json")).ends(3).says(&["cannot write to standard output"]);
    assert!(answer.stderr.contains("--resume --run run"), "{answer}");
    let info: serde_json::Value = serde_json::from_str(&scene.read("run/run.json")).unwrap();
    assert!(info["epochs_done"].as_u64().unwrap() < 2000, "{info}");
    scene.run("--train --resume --run run --epochs 3").ends(0);
}

#[test]
fn a_reader_that_goes_away_ends_watching_quietly_and_is_no_error_elsewhere() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    fs::create_dir(scene.path("camera")).unwrap();
    let mut child = scene.spawn("--run run --watch camera --json");
    drop(child.stdout.take());
    let mut number = 0;
    let is_over = wait_for(&mut child, || {
        fs::copy(scene.path("pictures/disc/000.png"), scene.path(&format!("camera/{number}.png"))).unwrap();
        number += 1;
        std::thread::sleep(std::time::Duration::from_millis(50));
        false
    });
    assert!(!is_over, "it ends by itself");
    let answer = finish(child).ends(0);
    assert!(!answer.stderr.contains("error"), "{answer}");
    let mut child = scene.spawn("--run run --evaluate");
    drop(child.stdout.take());
    let answer = finish(child).ends(0);
    assert!(!answer.stderr.contains("error"), "{answer}");
}

#[test]
fn a_wrong_call_is_an_object_for_who_reads_json_and_a_message_for_people() {
    let scene = Scene::empty();
    for (call, said) in [
        ("--nonsense", "unexpected argument '--nonsense'"),
        ("--resume --config tiny.toml", "--train"),
        ("--train --config tiny.toml --threads 900", "expected a whole number from 1 to 256; the nearest is 256"),
        ("--train --config tiny.toml --max-temp 20", "expected a whole number from 40 to 110; the nearest is 40"),
        ("--config tiny.toml", "no action: pass --estimate"),
    ] {
        let answer = scene.run(&format!("{call} --json")).ends(2).says(&[said]);
        let object = answer.object("error");
        let message = object["message"].as_str().unwrap();
        assert!(message.contains(said) && !message.starts_with("error"), "{object}");
        assert_eq!(scene.run(call).ends(2).stdout, "", "{call}");
    }
}

#[test]
fn errors_for_programs_name_the_file_that_they_are_about() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    fs::write(scene.path("broken.png"), "no picture").unwrap();
    fs::write(scene.path("wrong.toml"), "[train]\nepochs = 0\nseed = -1\n").unwrap();
    fs::create_dir(scene.path("empty")).unwrap();
    for (call, file) in [
        ("--run nowhere --evaluate", "nowhere"),
        ("--run run --predict broken.png", "broken.png"),
        ("--run run --predict empty", "empty"),
        ("--config tiny.toml --data pictures --weights none.safetensors --evaluate", "none.safetensors"),
        ("--config none.toml --estimate", "none.toml"),
        ("--config tiny.toml --train --run pictures", "pictures"),
        ("--config tiny.toml --train --distill empty", "empty"),
    ] {
        let answer = scene.run(&format!("{call} --json")).ends(2);
        let object = answer.object("error");
        assert!(object["file"].as_str().is_some_and(|name| name.starts_with(file)), "{call}: {object}");
    }
    // A line for each place that is wrong.
    let objects = scene.run("--config wrong.toml --estimate --json").ends(2).objects();
    let places: Vec<_> = objects.iter().map(|object| (&object["line"], &object["key"])).collect();
    assert!(places.iter().any(|(line, key)| *line == 2 && *key == "train.epochs"), "{objects:?}");
    assert!(places.iter().any(|(line, key)| *line == 3 && *key == "train.seed"), "{objects:?}");
    let object = scene.run("--config tiny.toml --set train.epochs=0 --estimate --json").ends(2).object("error");
    assert_eq!((&object["argument"], &object["key"]), (&"--set train.epochs=0".into(), &"train.epochs".into()));
}

#[test]
fn what_the_system_refuses_before_anything_runs_ends_with_3_before_an_image_is_read() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    fs::create_dir(scene.path("locked")).unwrap();
    scene.give_away();
    fs::set_permissions(scene.path("locked"), fs::Permissions::from_mode(0o555)).unwrap();
    // An image that says when it is read: after it, the message would be another.
    fs::write(scene.path("pictures/disc/000.png"), "broken").unwrap();
    for class in ["dark", "stripes", "disc"] {
        for entry in fs::read_dir(scene.path("pictures").join(class)).unwrap() {
            fs::write(entry.unwrap().path(), "broken").unwrap();
        }
    }
    for (call, said) in [
        ("--config tiny.toml --train --run locked/run", "cannot make the folder locked/run"),
        ("--config tiny.toml --train --seeds 2 --run locked/run", "cannot write to the folder locked"),
        ("--config tiny.toml --train --export --output locked/out", "cannot write to the folder locked/out"),
        ("--run run --export --output locked/out", "cannot write to the folder locked/out"),
    ] {
        let answer = scene.run_unprivileged(call).ends(3).says(&[said, "ermission denied"]);
        assert!(!answer.stderr.contains("readable"), "{answer}");
    }
    fs::set_permissions(scene.path("locked"), fs::Permissions::from_mode(0o755)).unwrap();
}
