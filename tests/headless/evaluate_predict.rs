//! `--evaluate`, `--predict`, `--weights`, `--report`

use super::scene::Scene;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::fs;

fn trained() -> Scene {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 30 --run run").ends(0);
    scene
}

#[test]
fn an_evaluation_is_told_to_people_and_to_programs_alike() {
    let scene = trained();
    let info: serde_json::Value = serde_json::from_str(&scene.read("run/run.json")).unwrap();
    let images = info["data"]["validation"].as_u64().unwrap();
    let object = scene.run("--run run --evaluate --json").ends(0).object("evaluation");
    assert_eq!(object["images"], images);
    let accuracy = object["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.9, "discs, stripes and darkness are easy: {object}");
    let confusion: Vec<Vec<u64>> = serde_json::from_value(object["confusion"].clone()).unwrap();
    assert_eq!(confusion.iter().flatten().sum::<u64>(), images);
    let right: u64 = (0..3).map(|class| confusion[class][class]).sum();
    assert!((accuracy - right as f64 / images as f64).abs() < 1e-12);
    let labels: Vec<_> = object["per_class"].as_array().unwrap().iter().map(|class| class["label"].clone()).collect();
    assert_eq!(labels, ["dark", "disc", "stripes"]);
    assert_eq!(info["best"]["val_accuracy"], object["accuracy"], "the best weights are evaluated");

    let text = scene.run("--run run --evaluate").ends(0);
    let shown = format!("accuracy {:.1} % on {images} images", 100.0 * accuracy);
    text.prints(&[&shown, "precision", "recall", "confusion matrix: rows are true classes", "stripes"]);
    let train = scene.run("--run run --evaluate --split train --json").ends(0).object("evaluation");
    assert_eq!(train["images"], info["data"]["train"]);
    scene.run("--run run --evaluate --split test").ends(2).says(&[
        "no test images",
        "--split validation",
        "data.test_split=0.1",
    ]);
}

#[test]
fn mistakes_are_named_by_their_files() {
    let scene = trained();
    // A dark picture among the discs.
    super::scene::picture(0, 500).save(scene.path("pictures/disc/000.png")).unwrap();
    let object = scene.run("--run run --evaluate --split train --json").ends(0).object("evaluation");
    let held_out = scene.run("--run run --evaluate --json").ends(0).object("evaluation");
    let named = |object: &serde_json::Value| {
        object["mistakes"].as_array().unwrap().iter().any(|mistake| {
            mistake["file"] == "disc/000.png" && mistake["truth"] == "disc" && mistake["predicted"] == "dark"
        })
    };
    assert!(named(&object) || named(&held_out), "{object}\n{held_out}");
}

#[test]
fn images_are_classified_and_one_that_cannot_be_read_is_named() {
    let scene = trained();
    super::scene::picture(1, 700).save(scene.path("new disc.png")).unwrap();
    super::scene::picture(2, 700).save(scene.path("stripes.jpg")).unwrap();
    fs::write(scene.path("broken.png"), b"\x89PNG\r\n\x1a\nand nothing more").unwrap();
    let call = |json: &str| {
        let mut command =
            scene.command(&format!("--run run {json} --predict stripes.jpg broken.png missing.png tiny.toml"));
        super::scene::Answer::of(command.arg("new disc.png").output().unwrap()).ends(2)
    };
    let answer = call("--json").says(&["broken.png", "missing.png", "tiny.toml"]);
    let answers: Vec<_> = answer.objects().into_iter().filter(|object| object["type"] == "prediction").collect();
    assert_eq!(answers.len(), 2, "{answer}");
    assert_eq!(answer.objects().iter().filter(|object| object["type"] == "error").count(), 3);
    for (answer, (file, label)) in answers.iter().zip([("stripes.jpg", "stripes"), ("new disc.png", "disc")]) {
        assert_eq!((&answer["file"], &answer["label"]), (&file.into(), &label.into()));
        let probabilities: BTreeMap<String, f64> = serde_json::from_value(answer["probabilities"].clone()).unwrap();
        assert_eq!(probabilities.keys().collect::<Vec<_>>(), ["dark", "disc", "stripes"]);
        assert!((probabilities.values().sum::<f64>() - 1.0).abs() < 1e-5);
        assert!(probabilities.values().all(|value| *value <= probabilities[label]));
    }
    call("").prints(&["stripes.jpg   stripes ", "new disc.png  disc "]).says(&["missing.png: No such file"]);
    scene.run("--run run --predict pictures/dark/000.png").ends(0).prints(&["dark"]);
    // The same error is not printed twice in one line.
    let answer = scene.run("--run run --predict missing.png").ends(2);
    assert_eq!(answer.stderr.matches("No such file").count(), 1, "{answer}");
}

/// The tensors of `file` with what PyTorch adds, some left out or changed by `change`.
pub fn foreign(scene: &Scene, file: &str, change: impl Fn(&str, &mut Vec<usize>, &mut Vec<u8>) -> bool) {
    let bytes = fs::read(scene.path("run/checkpoints/best.safetensors")).unwrap();
    let own = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, view) in own.iter() {
        let (mut shape, mut data) = (view.shape().to_vec(), view.data().to_vec());
        if change(name, &mut shape, &mut data) {
            tensors.push((name.to_owned(), shape, data));
        }
    }
    let mut views: Vec<(String, TensorView<'_>)> = tensors
        .iter()
        .map(|(name, shape, data)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()))
        .collect();
    let one = 1_i64.to_le_bytes();
    views.push(("stem.bn.num_batches_tracked".into(), TensorView::new(Dtype::I64, vec![], &one).unwrap()));
    fs::write(scene.path(file), safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn weights_from_elsewhere_are_taken_by_name() {
    let scene = trained();
    foreign(&scene, "good.safetensors", |_, _, _| true);
    let own = scene.run("--run run --evaluate --json").ends(0).object("evaluation");
    let call = "--config tiny.toml --weights good.safetensors --evaluate --json";
    assert_eq!(scene.run(call).ends(0).object("evaluation"), own);
    let export = "--config tiny.toml --weights good.safetensors --export --no-check --output there";
    scene.run(export).ends(0).prints(&["wrote there/Tiny/Tiny.h"]);
    let predict = "--config tiny.toml --weights good.safetensors --predict pictures/disc/000.png";
    scene.run(predict).ends(0).prints(&["disc"]);
}

#[test]
fn weights_that_do_not_fit_are_explained() {
    let scene = trained();
    foreign(&scene, "less.safetensors", |name, _, _| name != "block0.depthwise.bn.weight");
    foreign(&scene, "flat.safetensors", |name, shape, _| {
        if name == "stem.weight" {
            *shape = vec![shape.iter().product()];
        }
        true
    });
    foreign(&scene, "nan.safetensors", |name, _, data| {
        if name == "head.bias" {
            data[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
        }
        true
    });
    let whole = fs::read(scene.path("run/checkpoints/best.safetensors")).unwrap();
    fs::write(scene.path("cut.safetensors"), &whole[..whole.len() / 2]).unwrap();
    let mut huge = whole.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(scene.path("huge.safetensors"), huge).unwrap();
    for (file, said) in [
        ("less.safetensors", "`block0.depthwise.bn.weight` is missing"),
        ("flat.safetensors", "`stem.weight` has shape [36]; the network needs [4, 1, 3, 3]"),
        ("nan.safetensors", "`head.bias` contains NaN at index 1"),
        ("cut.safetensors", "cut.safetensors: "),
        ("huge.safetensors", "huge.safetensors: "),
        ("tiny.toml", "tiny.toml: "),
        ("missing.safetensors", "missing.safetensors: No such file"),
        ("pictures", "pictures"),
    ] {
        for action in ["--train", "--evaluate", "--export", "--predict pictures/disc/000.png"] {
            let call = format!("--config tiny.toml --weights {file} {action}");
            scene.run(&call).ends(2).says(&[said]);
        }
    }
    assert!(!scene.path("runs").exists(), "no training was begun");
    let other = "--config tiny.toml --weights run/checkpoints/best.safetensors --set blocks.0.filters=9 --evaluate";
    scene
        .run(other)
        .ends(2)
        .says(&["`block0.pointwise.weight` has shape [8, 4, 1, 1]; the network needs [9, 4, 1, 1]"]);
}

#[test]
fn classes_other_than_those_trained_on_are_refused() {
    let scene = trained();
    for class in ["dark", "disc", "waves"] {
        let from = if class == "waves" { "stripes" } else { class };
        fs::create_dir_all(scene.path("others")).unwrap();
        assert!(
            std::process::Command::new("cp")
                .arg("-r")
                .arg(scene.path(&format!("pictures/{from}")))
                .arg(scene.path(&format!("others/{class}")))
                .status()
                .unwrap()
                .success()
        );
    }
    scene.run("--run run --data others --evaluate").ends(2).says(&["stripes", "waves"]);
    scene.pictures("others/fourth", 0, 20);
    scene
        .run("--run run --data others --evaluate")
        .ends(2)
        .says(&["others has dark, disc, fourth, waves", "help: leave out --data"]);
}

#[test]
fn several_runs_are_compared() {
    let scene = trained();
    scene.run("--config tiny.toml --set model.name=\"wide\" --set blocks.0.filters=16 --train --run wide").ends(0);
    let answer = scene.run("--report run wide --output both --json").ends(0);
    assert_eq!(answer.object("report")["files"], serde_json::json!(["both/report.md", "both/overlay.svg"]));
    let report = scene.read("both/report.md");
    for part in ["| tiny | run |", "| wide | wide |", "(epoch 30)", "(epoch 3)", "](overlay.svg)"] {
        assert!(report.contains(part), "{part}:\n{report}");
    }
    let overlay = scene.read("both/overlay.svg");
    roxmltree::Document::parse(&overlay).unwrap();
    assert!(overlay.contains("tiny") && overlay.contains("wide"));
    scene.run("--report run wide").ends(0).prints(&["report: runs/report/report.md"]);
    scene.run("--report run pictures").ends(2).says(&["pictures is not a run folder"]);
    fs::write(scene.path("wide/metrics.csv"), "epoch,nonsense\n").unwrap();
    scene.run("--report run wide").ends(2).says(&["wide/metrics.csv:1: "]);
}

#[test]
fn an_evaluation_is_kept_in_its_run_and_shown_in_the_report() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 8 --set target.board=uno-r3 --run run").ends(0);
    let answer = scene.run("--run run --evaluate --precision float").ends(0);
    answer.prints(&[
        "accuracy if predictions below a probability are rejected\n  probability       accepted  accuracy\n         0.00        100.0 %",
        "(export.min_precision = 0.9)",
        "report: run/report.html, run/evaluation.json",
    ]);
    let int8 = scene.run("--run run --evaluate --split train --json").ends(0);
    let told = int8.object("evaluation");
    assert_eq!((&told["split"], &told["precision"]), (&"train".into(), &"int8".into()));
    let kept: serde_json::Value = serde_json::from_str(&scene.read("run/evaluation.json")).unwrap();
    let kept = kept["evaluations"].as_array().unwrap();
    assert_eq!(kept.len(), 2);
    let [first, second] = [&kept[0], &kept[1]];
    assert_eq!((&first["split"], &first["precision"]), (&"validation".into(), &"float".into()));
    assert_eq!((&second["accuracy"], &second["int8_accuracy"]), (&told["accuracy"], &told["accuracy"]));
    assert_eq!((&second["coverage"], &second["threshold"]), (&told["coverage"], &told["threshold"]));
    assert!(second["float_accuracy"].is_f64() && second["per_class"].as_array().unwrap().len() == 3, "{second}");
    let (text, page) = (scene.read("run/report.md"), scene.read("run/report.html"));
    let info: serde_json::Value = serde_json::from_str(&scene.read("run/run.json")).unwrap();
    let images =
        |part: &str, precision: &str, count: &str| format!("| {part} | {precision} | {} |", info["data"][count]);
    let [validation, train] = [images("validation", "float", "validation"), images("train", "int8", "train")];
    for part in ["## Evaluation", &validation, &train, "| uno-r3 (target.board) | "] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(text.contains("](mistakes.svg)") || !text.contains("## Mistakes"));
    roxmltree::Document::parse(page.split_once('\n').unwrap().1).unwrap();
    for part in [
        "Learning rate",
        "<th>class</th><th class=\"n\">training</th>",
        "<h2>Evaluation</h2>",
        "<td>uno-r3 (target.board)</td>",
        "<svg ",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // Nothing is fetched: the only addresses are names of namespaces.
    assert!(!page.replace("http://www.w3.org/", "").contains("http"), "{page}");
    let report = scene.run("--report run --output both").ends(0);
    report.prints(&["both/report.md"]);
    let both = scene.read("both/report.md");
    // Images that it was trained on say nothing of its accuracy.
    assert!(both.contains("| RAM, B | flash, B |") && both.contains(" | – | 8 |"), "{both}");
    // Evaluations of other images or weights do not change the report of the run.
    scene.pictures("others/dark", 0, 9);
    scene.pictures("others/disc", 1, 9);
    scene.pictures("others/stripes", 2, 9);
    scene.run("--run run --evaluate --data others").ends(0).prints(&["these are not its images"]);
    assert_eq!(scene.read("run/report.html"), page);
    let before = scene.read("run/evaluation.json");
    scene.run("--run run --weights run/checkpoints/last.safetensors --evaluate").ends(0);
    assert_eq!(scene.read("run/evaluation.json"), before);
}

#[test]
fn an_evaluation_on_other_images_leaves_those_of_the_run_as_they_are() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 8 --run run").ends(0);
    let evaluate = |with: &str| {
        let answer = scene.run(&format!("--run run --evaluate {with} --json")).ends(0);
        answer.object("evaluation")["accuracy"].as_f64().unwrap()
    };
    let own = evaluate("");
    // The same pictures in folders of other classes: correct predictions become wrong.
    for (class, kind) in [("dark", 1), ("disc", 2), ("stripes", 0)] {
        scene.pictures(&format!("others/{class}"), kind, 20);
    }
    let other = evaluate("--data others");
    assert!((own - other).abs() > 0.01, "{own} {other}");
    evaluate("--data others --split all");
    evaluate("--split all");
    let compared = || {
        scene.run("--report run --output both").ends(0);
        let shown = format!(" | {:.1} % (validation) | 8 |", 100.0 * own);
        let both = scene.read("both/report.md");
        assert!(both.contains(&shown), "{shown}:\n{both}");
    };
    compared();
    // The next evaluation updates the report with results on own images only.
    scene.run("--run run --evaluate --precision float").ends(0).prints(&["report: run/report.html"]);
    compared();
    let report = scene.read("run/report.md");
    let evaluated = report.split("\n## ").find(|section| section.starts_with("Evaluation")).unwrap();
    let rows: Vec<&str> = evaluated.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let [validation, all, float] = rows.as_slice() else { panic!("{report}") };
    assert!(validation.starts_with("| validation | int8 |") && all.starts_with("| all | int8 |"), "{report}");
    assert!(validation.contains(&format!(" | {:.1} % |", 100.0 * own)) && float.contains(" | float | "), "{report}");
    // The others are stored separately.
    let kept: serde_json::Value = serde_json::from_str(&scene.read("run/evaluation.json")).unwrap();
    let is_other = |one: &&serde_json::Value| one["source"].as_str().unwrap().ends_with("others");
    let of_others: Vec<_> = kept["evaluations"].as_array().unwrap().iter().filter(is_other).collect();
    assert_eq!(of_others.len(), 2, "{kept}");
    assert_eq!((&of_others[0]["split"], &of_others[0]["accuracy"]), (&"validation".into(), &other.into()));
}
