//! `--train --seeds N`.

use super::checkpoint::{assert_same, trained};
use super::scene::{Scene, finish, lines, signal, wait_for};
use std::fs;

/// Validation accuracies of a run, epoch by epoch.
fn accuracies(scene: &Scene, run: &str) -> Vec<f64> {
    let table = scene.read(&format!("{run}/metrics.csv"));
    table.lines().skip(1).map(|row| row.split(',').nth(4).unwrap().parse().unwrap()).collect()
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt())
}

#[test]
fn each_seed_is_trained_as_it_would_be_alone_and_the_spread_is_theirs() {
    let scene = Scene::new();
    let answer = scene.run("--config tiny.toml --train --seed 4 --seeds 3 --run set --json").ends(0);
    let seeds = answer.object("seeds");
    assert_eq!(seeds["seeds"], serde_json::json!([4, 5, 6]));
    assert_eq!(seeds["runs"], serde_json::json!(["set-seed4", "set-seed5", "set-seed6"]));
    let all: Vec<Vec<f64>> = [4, 5, 6].map(|seed| accuracies(&scene, &format!("set-seed{seed}"))).into();
    let best: Vec<f64> = all.iter().map(|run| run.iter().copied().fold(0.0, f64::max)).collect();
    let last: Vec<f64> = all.iter().map(|run| run[2]).collect();
    for (name, values) in [("best", best), ("last", last)] {
        let (mean, deviation) = mean_and_deviation(&values);
        assert_eq!(seeds[name]["values"], serde_json::json!(values), "{answer}");
        assert!((seeds[name]["mean"].as_f64().unwrap() - mean).abs() < 1e-12, "{answer}");
        assert!((seeds[name]["deviation"].as_f64().unwrap() - deviation).abs() < 1e-12, "{answer}");
    }
    assert_eq!(answer.objects().iter().filter(|object| object["type"] == "epoch").count(), 9);
    scene.run("--config tiny.toml --train --seed 5 --run alone").ends(0);
    assert_same(&trained(&scene, "alone"), &trained(&scene, "set-seed5"), "the second of three");
    assert_ne!(trained(&scene, "set-seed4").last, trained(&scene, "set-seed5").last);
    // Each knows its own seed, and is a run like any other.
    scene.run("--train --resume --run set-seed6 --epochs 4").ends(0).prints(&["resumed after epoch 3"]);
    scene.run("--run set-seed4 --evaluate").ends(0);
}

#[test]
fn below_runs_the_seed_is_in_the_name() {
    let scene = Scene::new();
    let answer = scene.run("--config tiny.toml --train --seeds 2 --epochs 1").ends(0);
    let answer = answer.prints(&["seed 0, 1 of 2\n", "seed 1, 2 of 2\n", "validation accuracy over 2 seeds: best "]);
    assert!(answer.stdout.trim_end().ends_with(" %"), "{answer}");
    assert_eq!(answer.stderr.matches("read 72 images").count(), 1, "{answer}");
    let mut names: Vec<String> = fs::read_dir(scene.path("runs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_by_key(|name| name.chars().rev().collect::<String>());
    assert!(names.len() == 2 && names[0].ends_with("_tiny-seed0") && names[1].ends_with("_tiny-seed1"), "{names:?}");
    // The latest of them is still one of the model.
    scene.run("--config tiny.toml --evaluate").ends(0).says(&["tiny-seed1"]);
}

#[test]
fn what_does_not_go_together_is_said_before_anything_is_done() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --seeds 3").ends(2).says(&["--train"]);
    scene.run("--config tiny.toml --train --seeds 1").ends(2).says(&["--seeds", "from 2 to 100; the nearest is 2"]);
    scene.run("--config tiny.toml --train --seeds 101").ends(2).says(&["--seeds"]);
    scene.run("--config tiny.toml --train --seeds 2 --resume").ends(2).says(&["--resume --run DIR"]);
    for action in ["--evaluate", "--export", "--predict pictures/disc", "--watch pictures"] {
        scene.run(&format!("--config tiny.toml --train --seeds 2 {action}")).ends(2).says(&["--seeds", "--run DIR"]);
    }
    scene.run("--config tiny.toml --train --seeds 2 --seed 4294967295").ends(2).says(&["a smaller --seed"]);
    scene.run("--config tiny.toml --train --seeds 2 --run ..").ends(2).says(&["-seed0"]);
    assert!(!scene.path("runs").exists());
    // A folder that is taken is found before the first training.
    fs::create_dir_all(scene.path("set-seed2/things")).unwrap();
    scene.run("--config tiny.toml --train --seeds 3 --run set").ends(2).says(&["set-seed2 is not empty"]);
    assert!(!scene.path("set-seed0").exists());
}

#[test]
fn an_interruption_names_the_runs_that_are_done() {
    let scene = Scene::new();
    let mut child = scene.spawn("--config tiny.toml --train --seeds 3 --epochs 400 --run set");
    let table = scene.path("set-seed1/metrics.csv");
    assert!(wait_for(&mut child, || table.exists() && lines(&table) > 1));
    signal(&child, "INT");
    let advice = "resume with: micromobilenet --train --resume --run set-seed1";
    let answer = finish(child).ends(130).says(&[advice, "completed: seed 0 in set-seed0\n"]);
    assert!(!answer.stdout.contains("over 3 seeds") && !scene.path("set-seed2").exists(), "{answer}");
    let mut child = scene.spawn("--config tiny.toml --train --seeds 3 --epochs 400 --run early");
    let table = scene.path("early-seed0/metrics.csv");
    assert!(wait_for(&mut child, || table.exists() && lines(&table) > 1));
    signal(&child, "INT");
    finish(child).ends(130).says(&["no seed was completed"]);
}
