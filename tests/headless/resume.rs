//! Going on after a kill, an interruption or a change.

use super::checkpoint::{Trained, assert_same, metrics, trained};
use super::scene::{Scene, TINY, finish, lines, signal, wait_for};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Long enough to be killed in, with every kind of state there is: a moving average, random
/// augmentation and dropout, a schedule.
const LONG: &str = "--config tiny.toml --set augment.shift=0.1 --set augment.flip=true --set head.dropout=0.1 \
    --set train.ema=0.95 --set train.optimizer=adamw --set train.schedule=one_cycle --set train.batch_size=4 --threads 2";
const EPOCHS: usize = 60;

fn call(run: &str) -> String {
    format!("{LONG} --epochs {EPOCHS} --train --run {run}")
}

fn uninterrupted(scene: &Scene) -> (Trained, Duration) {
    let begun = Instant::now();
    scene.run(&call("whole")).ends(0);
    (trained(scene, "whole"), begun.elapsed())
}

/// Goes on to the end; a run that was killed before it had saved anything begins anew.
fn go_on(scene: &Scene, run: &str) -> Trained {
    scene.run(&format!("{} --resume", call(run))).ends(0);
    trained(scene, run)
}

#[test]
fn a_training_killed_at_any_moment_ends_as_one_that_was_not() {
    let scene = Scene::new();
    let (whole, time) = uninterrupted(&scene);
    let mut cut_short = 0;
    for moment in 0..10_u32 {
        let run = format!("killed{moment}");
        let mut child = scene.spawn(&call(&run));
        std::thread::sleep(time * moment / 10);
        child.kill().unwrap();
        child.wait().unwrap();
        cut_short += usize::from(lines(&scene.path(&run).join("metrics.csv")) <= EPOCHS);
        if scene.path(&run).is_dir() {
            assert_same(&whole, &go_on(&scene, &run), &format!("killed after {moment} tenths"));
        }
    }
    assert!(cut_short >= 5, "only {cut_short} were killed in time");
}

/// A moment and how to tell that it has come.
type Event = (&'static str, fn(PathBuf) -> bool);

#[test]
fn a_training_killed_right_after_it_touched_a_file_ends_as_one_that_was_not() {
    let scene = Scene::new();
    let (whole, _) = uninterrupted(&scene);
    let events: [Event; 9] = [
        ("the folder", |run| run.exists()),
        ("run.json", |run| run.join("run.json").exists()),
        ("config.toml", |run| run.join("config.toml").exists()),
        ("labels.txt", |run| run.join("labels.txt").exists()),
        ("metrics.csv", |run| run.join("metrics.csv").exists()),
        ("the first epoch", |run| lines(&run.join("metrics.csv")) > 1),
        ("the first checkpoint, half written", |run| run.join("checkpoints/.last.safetensors.part").exists()),
        ("the first best", |run| run.join("checkpoints/best.safetensors").exists()),
        ("many epochs", |run| lines(&run.join("metrics.csv")) > EPOCHS / 2),
    ];
    for (number, (what, happened)) in events.into_iter().enumerate() {
        let run = format!("killed{number}");
        let mut child = scene.spawn(&call(&run));
        wait_for(&mut child, || happened(scene.path(&run)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_same(&whole, &go_on(&scene, &run), what);
    }
}

#[test]
fn a_training_killed_again_and_again_comes_to_the_same_end() {
    let scene = Scene::new();
    let (whole, _) = uninterrupted(&scene);
    let table = scene.path("run").join("metrics.csv");
    for (number, least) in [5, 12, 30, 31, 50].into_iter().enumerate() {
        let resume = if number == 0 { "" } else { "--resume" };
        let mut child = scene.spawn(&format!("{} {resume}", call("run")));
        wait_for(&mut child, || lines(&table) > least);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_same(&whole, &go_on(&scene, "run"), "after five kills");
}

#[test]
fn half_written_rows_are_cut() {
    let scene = Scene::new();
    let (whole, _) = uninterrupted(&scene);
    let mut child = scene.spawn(&call("run"));
    let table = scene.path("run/metrics.csv");
    wait_for(&mut child, || lines(&table) > 10);
    child.kill().unwrap();
    child.wait().unwrap();
    for rubbish in ["99,1.0,0.", "99,1.0,0.5,1.0,0.5,0.1,10.0,1.0\n99", "\0\0\0\0"] {
        let mut text = fs::read(&table).unwrap();
        text.extend(rubbish.as_bytes());
        fs::write(&table, text).unwrap();
    }
    fs::write(scene.path("run/checkpoints/.last.safetensors.part"), "half a checkpoint").unwrap();
    assert_same(&whole, &go_on(&scene, "run"), "with rubbish in the table");
    assert!(!scene.path("run/checkpoints/.last.safetensors.part").exists());
}

#[test]
fn an_interrupted_training_says_how_to_go_on_and_ends_as_one_that_was_not() {
    let scene = Scene::new();
    // Epochs that take their time, so that a signal comes within one.
    for (class, name) in ["dark", "disc", "stripes"].into_iter().enumerate() {
        scene.pictures(&format!("pictures/{name}"), class, 100);
    }
    let slow = "--set model.width_multiplier=8 --set stem.stride=1 --set train.batch_size=2 --threads 1 --epochs 5";
    let call =
        |run: &str| format!("{LONG} {slow} --train --run {run}").replace("--set train.batch_size=4 --threads 2", "");
    let begun = std::time::Instant::now();
    scene.run(&call("whole")).ends(0);
    let epoch = begun.elapsed() / 5;
    let whole = trained(&scene, "whole");
    let mut in_an_epoch = 0;
    for (number, name) in ["INT", "TERM", "HUP", "INT"].into_iter().enumerate() {
        let run = format!("stopped{number}");
        let mut child = scene.spawn(&call(&run));
        let table = scene.path(&run).join("metrics.csv");
        assert!(wait_for(&mut child, || lines(&table) > 1 + number / 2));
        std::thread::sleep(epoch / 3);
        signal(&child, name);
        let answer = finish(child).ends(130);
        let advice = format!("resume with: micromobilenet --train --resume --run {run}");
        let answer = answer.says(&["interrupted", &advice]).prints(&["validation accuracy: best"]);
        let info: serde_json::Value = serde_json::from_str(&scene.read(&format!("{run}/run.json"))).unwrap();
        assert_eq!(info["status"], "stopped", "{answer}");
        let checkpoint = fs::read(scene.path(&format!("{run}/checkpoints/last.safetensors"))).unwrap();
        in_an_epoch += usize::from(!String::from_utf8_lossy(&checkpoint).contains("\\\\\\\"batch\\\\\\\":0,"));
        // As it says: the run knows its own configuration.
        scene.run(&format!("--train --resume --run {run}")).ends(0).prints(&["resumed after epoch"]);
        assert_same(&whole, &trained(&scene, &run), name);
    }
    // Before the first epoch is done, perhaps before the first batch.
    let mut child = scene.spawn(&call("early"));
    assert!(wait_for(&mut child, || scene.path("early/metrics.csv").exists()));
    signal(&child, "INT");
    finish(child).ends(130).says(&["resume with: micromobilenet --train --resume --run early"]);
    scene.run("--train --resume --run early").ends(0);
    assert_same(&whole, &trained(&scene, "early"), "interrupted in the first epoch");
    assert!(in_an_epoch > 0, "no interruption came in the middle of an epoch");
}

#[test]
fn the_latest_run_is_resumed_where_none_is_named() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train").ends(0);
    let answer = scene.run("--train --resume --epochs 5").ends(0).says(&["using the run runs/"]);
    let answer = answer.prints(&["resumed after epoch 3", "\n  5/5"]);
    assert!(!answer.stdout.contains("\n  3/5"), "{answer}");
    assert_eq!(fs::read_dir(scene.path("runs")).unwrap().count(), 1);
    scene.run("--train --resume").ends(0).prints(&["all are done"]);
}

#[test]
fn a_changed_architecture_is_refused_with_the_difference() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let before = (metrics(&scene, "run"), scene.read("run/config.toml"), scene.read("run/run.json"));
    let resume = "--train --resume --run run --epochs 5";
    let answer = scene.run(&format!("{resume} --set blocks.0.filters=12")).ends(2);
    answer.says(&["the architecture has changed", "\n-filters = 8\n", "\n+filters = 12\n"]);
    for (change, said) in [
        ("--set head.pool=max", "+pool = \"max\""),
        ("--set data.mean=0.5", "mean"),
        ("--set train.optimizer=sgd", "train.optimizer has changed"),
        ("--set train.batch_size=8", "train.batch_size was 16"),
        ("--seed 3", "train.seed was 0"),
        ("--set train.ema=0.9", "train.ema"),
        ("--set data.split_seed=4", "the images (or their split) have changed"),
    ] {
        scene.run(&format!("{resume} {change}")).ends(2).says(&["cannot resume", said]);
    }
    // Whole blocks more or less, from a file.
    fs::write(scene.path("other.toml"), TINY.replace("[head]", "[[blocks]]\ntype = \"conv\"\nfilters = 5\n\n[head]"))
        .unwrap();
    scene.run(&format!("--config other.toml {resume}")).ends(2).says(&["+type = \"conv\"", "+filters = 5"]);
    assert_eq!(before, (metrics(&scene, "run"), scene.read("run/config.toml"), scene.read("run/run.json")));
}

#[test]
fn changed_images_are_refused() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let resume = "--train --resume --run run --epochs 5";
    super::scene::picture(1, 999).save(scene.path("pictures/disc/003.png")).unwrap();
    scene.run(resume).ends(2).says(&["cannot resume", "the images (or their split) have changed"]);
    super::scene::picture(1, 3).save(scene.path("pictures/disc/003.png")).unwrap();
    scene.run(resume).ends(0);
    fs::rename(scene.path("pictures/disc"), scene.path("pictures/disk")).unwrap();
    scene.run("--train --resume --run run --epochs 7").ends(2);
}
