//! `--train`: what it writes and what it says.

use super::checkpoint::tensors;
use super::checkpoint::{assert_same, trained};
use super::scene::{Scene, finish, lines, signal, wait_for};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const EPOCH_FIELDS: [&str; 9] =
    ["type", "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "images_per_second", "seconds"];

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_run_folder_holds_all_that_it_should() {
    let scene = Scene::new();
    let call = "--config tiny.toml --set train.learning_rate=0.05 --epochs 4 --seed 7 --train";
    let answer = scene.run(call).ends(0);
    let found = names(&scene.path("runs"));
    assert_eq!(found.len(), 1);
    let name = found.first().unwrap();
    assert!(name.ends_with("_tiny") && name.len() == "2026-01-31_14-05-09_tiny".len(), "{name}");
    let run = format!("runs/{name}");
    let info: serde_json::Value = serde_json::from_str(&scene.read(&format!("{run}/run.json"))).unwrap();
    let counts = [&info["data"]["train"], &info["data"]["validation"]].map(|count| count.as_u64().unwrap());
    assert_eq!(counts[0] + counts[1], 72);
    let answer = answer.prints(&[
        &format!("run: {run}\n"),
        &format!("training tiny: 163 parameters, {} images, ", counts[0]),
        "4 epochs\n",
        "\nepoch    loss  val_loss  accuracy  val_accuracy  images/s  seconds\n",
        "\n  4/4  ",
        "validation accuracy: best ",
        &format!("report: {run}/report.md\n"),
    ]);
    assert!(answer.stdout.lines().all(|line| line.chars().count() <= 80), "{answer}");
    let files = [
        ".lock",
        "checkpoints",
        "config.toml",
        "confusion.svg",
        "data-check.md",
        "history.svg",
        "labels.txt",
        "layers.csv",
        "metrics.csv",
        "mistakes.svg",
        "report.html",
        "report.md",
        "run.json",
        "training-images.txt",
    ];
    assert_eq!(names(&scene.path(&run)), set(&files));
    assert_eq!(names(&scene.path(&format!("{run}/checkpoints"))), set(&["best.safetensors", "last.safetensors"]));
    let read = |file: &str| scene.read(&format!("{run}/{file}"));

    let config = read("config.toml");
    assert!(config.contains("learning_rate = 0.05") && config.contains("epochs = 4") && config.contains("seed = 7"));
    assert_eq!(read("labels.txt"), "dark\ndisc\nstripes\n");

    let info: Value = serde_json::from_str(&read("run.json")).unwrap();
    assert_eq!((&info["program"], &info["name"]), (&"micromobilenet".into(), &"tiny".into()));
    assert_eq!((&info["seed"], &info["classes"]), (&7.into(), &3.into()));
    assert_eq!(info["data"]["fingerprint"].as_str().unwrap().len(), 64);
    assert_eq!((&info["status"], &info["epochs_done"]), (&"finished".into(), &4.into()));
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert!(info["host"]["arch"].is_string() && info["host"]["threads"].as_u64().unwrap() >= 1);
    let moment = |field: &str| info[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(moment("started") <= moment("ended"));

    let metrics = read("metrics.csv");
    let rows: Vec<Vec<f64>> =
        metrics.lines().skip(1).map(|row| row.split(',').map(|field| field.parse().unwrap()).collect()).collect();
    assert_eq!(metrics.lines().next().unwrap(), EPOCH_FIELDS[1..].join(","));
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    assert!(rows.iter().all(|row| row.len() == 8 && row.iter().all(|value| value.is_finite() && *value >= 0.0)));
    let best = rows.iter().map(|row| row[4]).fold(0.0, f64::max);
    assert_eq!(info["best"]["val_accuracy"], best);
    assert_eq!(info["last"]["val_accuracy"], rows[3][4]);
    assert!(rows[3][1] < rows[0][1], "it learns: {metrics}");

    let layers = read("layers.csv");
    let columns: Vec<Vec<&str>> = layers.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(columns[0], ["name", "output", "params", "deployed_params", "macs", "activation_bytes"]);
    assert_eq!(columns[1..].iter().map(|row| row[2].parse::<u32>().unwrap()).sum::<u32>(), 163);
    let check = read("data-check.md");
    let dark = check.lines().find(|line| line.starts_with("| dark |")).unwrap();
    let counts: Vec<u64> = dark.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    assert_eq!((counts.len(), counts.iter().sum::<u64>()), (3, 24), "{dark}");

    for picture in ["history.svg", "confusion.svg"] {
        let text = read(picture);
        let xml = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{picture}: {error}"));
        assert_eq!(xml.root_element().tag_name().name(), "svg");
        assert!(text.contains(if picture == "history.svg" { "validation" } else { "stripes" }));
    }
    let report = read("report.md");
    for part in ["| best | epoch ", "| last | epoch 4: ", "(history.svg)", "(confusion.svg)", "| dark |", "seed = 7"] {
        assert!(report.contains(part), "{part}:\n{report}");
    }

    let last = tensors(&fs::read(scene.path(&format!("{run}/checkpoints/last.safetensors"))).unwrap());
    let best = tensors(&fs::read(scene.path(&format!("{run}/checkpoints/best.safetensors"))).unwrap());
    assert!(best.keys().all(|name| last.contains_key(name)));
    assert!(best.contains_key("block0.depthwise.bn.running_var") && best.contains_key("head.bias"));
    assert!(last.len() > best.len(), "the optimiser's state is there too");
    scene.run(&format!("--run {run} --evaluate")).ends(0);
    scene.run(&format!("--run {run} --weights {run}/checkpoints/last.safetensors --evaluate")).ends(0);
}

#[test]
fn with_json_stdout_has_one_object_an_epoch_and_nothing_else_but_objects() {
    let scene = Scene::new();
    let answer = scene.run("--config tiny.toml --train --json --run new").ends(0);
    let objects = answer.objects();
    let epochs: Vec<&Value> = objects.iter().filter(|object| object["type"] == "epoch").collect();
    assert_eq!(epochs.len(), 3, "{answer}");
    let rows = scene.read("new/metrics.csv");
    for (epoch, row) in epochs.iter().zip(rows.lines().skip(1)) {
        assert_eq!(epoch.as_object().unwrap().keys().collect::<Vec<_>>(), EPOCH_FIELDS);
        let row: Vec<f64> = row.split(',').map(|field| field.parse().unwrap()).collect();
        assert!(EPOCH_FIELDS[1..].iter().zip(row).all(|(field, value)| epoch[field].as_f64() == Some(value)));
    }
    assert_eq!(answer.object("run")["path"], "new");
}

#[test]
fn a_folder_with_a_run_is_not_trained_in_twice() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run new").ends(0);
    let before = fs::read(scene.path("new/checkpoints/last.safetensors")).unwrap();
    scene.run("--config tiny.toml --train --run new").ends(2).says(&["new already contains a run", "--resume"]);
    scene.run("--config tiny.toml --train --run pictures").ends(2).says(&["pictures is not empty", "dark"]);
    scene.run("--config tiny.toml --train --run tiny.toml").ends(2).says(&["tiny.toml"]);
    assert_eq!(fs::read(scene.path("new/checkpoints/last.safetensors")).unwrap(), before);
    // An empty folder is as good as none.
    fs::create_dir(scene.path("empty")).unwrap();
    scene.run("--config tiny.toml --train --run empty").ends(0);
}

#[test]
fn images_that_cannot_be_read_leave_no_run_behind() {
    let scene = Scene::new();
    for entry in fs::read_dir(scene.path("pictures")).unwrap().map(Result::unwrap) {
        for picture in fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
            fs::write(picture.path(), "no picture").unwrap();
        }
    }
    fs::create_dir(scene.path("empty")).unwrap();
    scene.run("--config tiny.toml --train --run deep/new").ends(2);
    assert!(!scene.path("deep").exists());
    scene.run("--config tiny.toml --train --run empty").ends(2);
    assert_eq!(fs::read_dir(scene.path("empty")).unwrap().count(), 0);
    scene.run("--config tiny.toml --train").ends(2);
    assert!(!scene.path("runs").exists());
    // What is wrong with a folder is said before any image is read.
    scene.run("--config tiny.toml --train --run pictures").ends(2).says(&["pictures is not empty"]);
}

#[test]
fn two_do_not_train_in_one_folder_at_once() {
    let scene = Scene::new();
    let call = "--config tiny.toml --epochs 5000 --train --run run";
    let mut child = scene.spawn(call);
    let table = scene.path("run/metrics.csv");
    assert!(wait_for(&mut child, || lines(&table) > 1));
    scene.run(&format!("{call} --resume")).ends(2).says(&["run is in use by another process"]);
    signal(&child, "INT");
    finish(child).ends(130);
    // Its lock is gone with it.
    scene.run("--train --resume --run run --set train.epochs=1").ends(0);
}

#[test]
fn the_whole_path_can_be_tried_on_few_images() {
    let scene = Scene::new();
    scene.pictures("many/a", 0, 150);
    scene.pictures("many/b", 1, 150);
    let call = "--config tiny.toml --data many --test --epochs 50 --train --evaluate --export --no-check --run new";
    scene.run(call).ends(0).prints(&[" 96 images, ", "1 epoch\n", "confusion", "wrote ArduinoCode/Tiny/Tiny.h"]);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let scene = Scene::new();
    let train = |threads: u32| {
        let augmented = "--set augment.shift=0.1 --set augment.noise=0.05 --set head.dropout=0.2 --set train.ema=0.9";
        let call = format!("--config tiny.toml {augmented} --train --threads {threads} --run threads{threads}");
        scene.run(&call).ends(0);
        trained(&scene, &format!("threads{threads}"))
    };
    let one = train(1);
    for threads in [2, 3] {
        assert_same(&one, &train(threads), &format!("{threads} threads"));
    }
    scene.run("--config tiny.toml --train --seed 1 --run other").ends(0);
    assert_ne!(one.last, trained(&scene, "other").last, "another seed is another training");
}

#[test]
fn training_begins_with_given_weights_and_what_follows_uses_the_trained_ones() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 12 --run first").ends(0);
    let call = "--config tiny.toml --weights first/checkpoints/last.safetensors --train --epochs 1 --run second";
    let answer = scene.run(&format!("{call} --evaluate --json")).ends(0);
    let begun = answer.objects().into_iter().find(|object| object["type"] == "epoch").unwrap();
    let first = scene.read("first/metrics.csv");
    let beginning: f64 = first.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!(begun["loss"].as_f64().unwrap() < 0.8 * beginning, "{answer}");
    let reached = scene.run("--run second --evaluate --json").ends(0).object("evaluation");
    assert_eq!(answer.object("evaluation")["loss"], reached["loss"]);
}

#[test]
fn somebody_who_asks_for_more_hears_where_the_time_went() {
    let scene = Scene::new();
    let call = "--config tiny.toml --set augment.shift=0.1 --set train.ema=0.9 --epochs 20 --train";
    let begun = std::time::Instant::now();
    let answer = scene.run(&format!("{call} --json -v --run objects")).ends(0);
    let passed = begun.elapsed().as_secs_f64();
    let profile = answer.object("profile");
    let parts = profile["parts"].as_array().unwrap();
    let sum = |field: &str| parts.iter().map(|part| part[field].as_f64().unwrap()).sum::<f64>();
    assert!((sum("share") - 1.0).abs() < 1e-6, "{profile}");
    assert!((sum("seconds") - profile["seconds"].as_f64().unwrap()).abs() < 1e-6 && sum("seconds") < passed);
    assert_eq!(profile["steps"], 20 * 57_u32.div_ceil(16));
    let seconds = |name: &str, pass: &Value| {
        let found = parts.iter().find(|part| part["part"] == name && part["pass"] == *pass);
        found.unwrap_or_else(|| panic!("{name}: {profile}"))["seconds"].as_f64().unwrap()
    };
    for name in ["convolution", "depthwise", "pointwise", "pool"] {
        assert!(seconds(name, &"forward".into()) > 0.0 && seconds(name, &"backward".into()) > 0.0, "{name}: {profile}");
    }
    assert_eq!(seconds("add", &"forward".into()), 0.0);
    for name in ["batches", "dfdx", "optimizer", "validation", "rest"] {
        assert!(seconds(name, &Value::Null) > 0.0, "{name}: {profile}");
    }
    let share = profile["dfdx_share_of_steps"].as_f64().unwrap();
    assert!(share > 0.0 && share < 1.0, "{profile}");

    let answer = scene.run(&format!("{call} -v --run lines")).ends(0);
    let answer = answer.prints(&[
        "\nprofile: ",
        " 80 steps, ",
        "\ndepthwise  ",
        "\ndfdx: tape, head, loss  ",
        " % of the steps",
    ]);
    assert!(!answer.stdout.contains("squeeze-and-excitation"), "it has none:\n{answer}");
    let quiet = scene.run(&format!("{call} --json --run quiet")).ends(0);
    assert!(quiet.objects().iter().all(|object| object["type"] != "profile"), "{quiet}");
}
