//! How the program is called.

use super::scene::{PROGRAM, Scene};
use std::process::{Command, Stdio};

#[test]
fn without_an_action_it_says_what_to_pass() {
    let scene = Scene::empty();
    for call in ["", "--config tiny.toml", "--config micro --set train.epochs=3"] {
        scene.run(call).ends(2).says(&["--estimate", "--train", "--predict IMAGE", "--help"]);
    }
}

#[test]
fn what_does_not_exist_is_named() {
    let scene = Scene::empty();
    scene.run("--trian").ends(2).says(&["--trian", "--train"]);
    scene.run("--config micro --estimate --split nothing").ends(2).says(&["nothing", "validation"]);
    scene.run("--config micro --estimate --threads 0").ends(2).says(&["--threads"]);
    scene.run("--resume").ends(2).says(&["--train"]);
    scene.run("--report nothing").ends(2).says(&["nothing is not a run folder"]);
    scene.run("--config micro --predict").ends(2).says(&["IMAGE"]);
    scene.run("--config micro --evaluate").ends(2).says(&["there is no trained run of micro", "--weights FILE"]);
    scene.run("--predict a.png").ends(2).says(&["there is no trained run", "--run DIR"]);
    scene.run("--train --resume").ends(2).says(&["there is no run"]);
    scene.run("--train --resume --run nothing").ends(2).says(&["nothing is not a run folder"]);
}

#[test]
fn help_shows_the_actions_first_and_fits_the_terminal() {
    let help = Scene::empty().run("--help").ends(0);
    let at = |word: &str| help.stdout.find(word).unwrap_or_else(|| panic!("{word}:\n{help}"));
    assert!(
        at("Actions") < at("--estimate") && at("--report") < at("Options:") && at("Options:") < at("--config <FILE>")
    );
    assert!(at("Exit codes") > at("Examples"));
    assert!(help.stdout.lines().all(|line| line.chars().count() <= 100), "{help}");
    let version = Scene::empty().run("--version").ends(0);
    assert_eq!(version.stdout, concat!("micromobilenet ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let scene = Scene::new();
    let train = "--config tiny.toml --train --epochs 40";
    for arguments in ["--help", "--config mobilenet --estimate", train, &format!("{train} --json --run json")] {
        let script = format!("{{ \"$0\" {arguments} 2>&3 | head -n 1 >first; }} 3>errors");
        let status = Command::new("sh")
            .args(["-c", &script, PROGRAM])
            .current_dir(scene.path("."))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(scene.read("first").lines().count(), 1, "{arguments}");
        assert!(!scene.read("errors").contains("panicked"), "{arguments}: {}", scene.read("errors"));
    }
    let run: serde_json::Value = serde_json::from_str(&scene.read("json/run.json")).unwrap();
    assert_eq!(run["status"], "finished", "nobody reading is no reason to stop training");
    let closed = "{ \"$0\" --config tiny.toml --train --run quiet; echo $? >code; } >&- 2>&-";
    Command::new("sh").args(["-c", closed, PROGRAM]).current_dir(scene.path(".")).status().unwrap();
    assert_eq!(scene.read("code"), "0\n");
}
