//! `--precision int8` and `--max-accuracy-drop`

use super::evaluate_predict::foreign;
use super::scene::Scene;

/// A trained network, and `broken.safetensors`: the same with logits that all are 10,000 larger,
/// which float does not mind and bytes do.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --epochs 30 --run run").ends(0);
    foreign(&scene, "broken.safetensors", |name, _, data| {
        if name == "head.bias" {
            for value in data.chunks_exact_mut(4) {
                let bias = f32::from_le_bytes(value.try_into().unwrap()) + 10_000.0;
                value.copy_from_slice(&bias.to_le_bytes());
            }
        }
        true
    });
    scene
}

#[test]
fn int8_is_told_beside_float() {
    let scene = scene();
    let float = scene.run("--run run --evaluate --precision float --json").ends(0).object("evaluation");
    let answer = scene.run("--run run --evaluate --json").ends(0);
    let (evaluation, comparison) = (answer.object("evaluation"), answer.object("comparison"));
    assert_eq!(comparison["float_accuracy"], float["accuracy"]);
    assert_eq!(comparison["int8_accuracy"], evaluation["accuracy"]);
    let layers: Vec<_> = comparison["layers"].as_array().unwrap().iter().map(|layer| layer["name"].clone()).collect();
    assert_eq!(layers, ["stem", "block0.depthwise", "block0.pointwise", "pool", "head"]);
    assert!(comparison["layers"][4]["snr_db"].as_f64().unwrap() > 20.0, "{comparison}");
    let text = scene.run("--run run --export --no-check").ends(0);
    text.prints(&["float ", "int8 ", "SNR", "largest effect", "wrote ArduinoCode/Tiny/Tiny.h"]);
    // Without a comparison the accuracy is that of training.
    let export = scene.run("--run run --export --no-check --precision float --json").ends(0).object("export");
    assert_eq!((&export["accuracy"], &export["int8_accuracy"]), (&float["accuracy"], &serde_json::Value::Null));
}

#[test]
fn an_export_that_loses_too_much_writes_nothing_and_ends_with_1() {
    let scene = scene();
    let int8 = "--config tiny.toml --precision int8 --output out";
    let good = format!("{int8} --weights run/checkpoints/best.safetensors --max-accuracy-drop 0.1");
    let broken = format!("{int8} --weights broken.safetensors --max-accuracy-drop");
    for action in ["--export --no-check", "--evaluate", "--evaluate --export --no-check"] {
        let answer = scene.run(&format!("{broken} 0.05 {action}")).ends(1);
        answer.says(&["the accuracy drop of int8 is too large", " and int8 of ", "--max-accuracy-drop allows 0.05"]);
        assert!(!scene.path("out").exists());
        scene.run(&format!("{broken} 1 {action}")).ends(0);
        scene.run(&format!("{good} {action}")).ends(0);
        let _ = std::fs::remove_dir_all(scene.path("out"));
    }
}

#[test]
fn a_drop_is_a_fraction_of_something_that_is_measured() {
    let scene = scene();
    scene
        .run("--run run --export --precision float --max-accuracy-drop 0.005")
        .ends(2)
        .says(&["pass --precision int8"]);
    scene.run("--run run --predict a.png --precision int8 --max-accuracy-drop 0").ends(2).says(&["--evaluate"]);
    for drop in ["2", "-0.1", "NaN", "half", ""] {
        let call = format!("--run run --export --precision int8 --max-accuracy-drop={drop}");
        scene.run(&call).ends(2).says(&["fraction from 0 to 1"]);
    }
}

#[test]
fn without_the_training_images_int8_says_how_to_predict() {
    let scene = scene();
    std::fs::rename(scene.path("pictures"), scene.path("moved")).unwrap();
    let call = "--run run --predict moved/disc/003.png";
    scene.run(call).ends(2).says(&["int8 is calibrated on the training images", "--data DIR", "--precision float"]);
    scene.run(&format!("{call} --precision float")).ends(0);
    scene.run(&format!("{call} --data moved")).ends(0);
}
