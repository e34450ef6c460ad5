//! Which epoch is exported: with few validation images, the best of many is a lucky one.

use super::scene::Scene;
use image::{GrayImage, Luma};
use std::fs;

/// Circles, squares, triangles and crosses.
const SHAPES: [&str; 4] = ["circle", "cross", "square", "triangle"];
const SIDE: u32 = 20;

/// A net that learns them in seconds, its last epochs aware of quantisation.
const NET: &str = r#"[model]
name = "shapes"
input = { height = 20, width = 20, channels = 1 }
[stem]
filters = 6
stride = 2
[[blocks]]
type = "separable"
filters = 24
stride = 2
[[blocks]]
type = "separable"
filters = 24
[head]
pool = "avg"
[data]
source = "shapes"
[train]
epochs = 40
batch_size = 16
optimizer = "sgd"
learning_rate = 0.1
schedule = "one_cycle"
ema = 0.9
quantization_aware = 0.2
[export]
precision = "int8"
"#;

/// A shape somewhere, in noise that hides some of it.
fn shape(kind: usize, number: u32) -> GrayImage {
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(kind as u64 + 1);
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 24) as f32
    };
    let (cx, cy, size) = (7.0 + 6.0 * random(), 7.0 + 6.0 * random(), 4.0 + 2.5 * random());
    let contrast = 70.0 + 60.0 * random();
    GrayImage::from_fn(SIDE, SIDE, |x, y| {
        let (dx, dy) = ((x as f32 - cx) / size, (y as f32 - cy) / size);
        let is_inside = match kind {
            0 => dx * dx + dy * dy < 1.0,
            1 => (dx.abs() < 0.3 && dy.abs() < 1.0) || (dy.abs() < 0.3 && dx.abs() < 1.0),
            2 => dx.abs() < 0.85 && dy.abs() < 0.85,
            _ => dy > -0.9 && dy < 0.9 && dx.abs() < (dy + 0.9) * 0.6,
        };
        let noise = (random() + random() + random() - 1.5) * 24.0;
        Luma([(90.0 + noise + if is_inside { contrast } else { 0.0 }).clamp(0.0, 255.0) as u8])
    })
}

/// `count` images of all shapes in turn, in the folder `part`.
fn part(scene: &Scene, part: &str, first: u32, count: u32) {
    for number in 0..count {
        let kind = number as usize % SHAPES.len();
        let folder = scene.path(&format!("shapes/{part}/{}", SHAPES[kind]));
        fs::create_dir_all(&folder).unwrap();
        shape(kind, first + number).save(folder.join(format!("{number}.png"))).unwrap();
    }
}

#[test]
fn with_30_validation_images_the_exported_net_is_about_as_good_as_the_better_of_best_and_last() {
    let scene = Scene::empty();
    fs::write(scene.path("shapes.toml"), NET).unwrap();
    part(&scene, "train", 0, 200);
    part(&scene, "val", 10_000, 30);
    part(&scene, "test", 20_000, 900);
    let mut lost = Vec::new();
    for seed in 0..5 {
        let run = format!("seed{seed}");
        scene.run(&format!("--config shapes.toml --seed {seed} --train --run {run}")).ends(0);
        let accuracy = |precision: &str, weights: &str| {
            let file = format!("{run}/checkpoints/{weights}.safetensors");
            let call =
                format!("--config shapes.toml --weights {file} --evaluate --split test --precision {precision} --json");
            scene.run(&call).object("evaluation")["accuracy"].as_f64().unwrap()
        };
        let exported = accuracy("int8", "best");
        let others = [accuracy("float", "best"), accuracy("float", "last"), accuracy("int8", "last")];
        println!("seed {seed}: exported {exported:.4}; best, last, last int8 {others:.4?}");
        lost.push(others.into_iter().fold(exported, f64::max) - exported);
    }
    let mean = lost.iter().sum::<f64>() / lost.len() as f64;
    assert!(mean <= 0.01, "{mean:.4} of {lost:.4?}");
}

#[test]
fn epochs_follow_from_the_images_seen_also_after_a_resume() {
    let scene = Scene::new();
    let auto = "--config tiny.toml --set train.epochs=auto --set train.images_seen=1200 --train";
    let whole = scene.run(&format!("{auto} --run whole")).ends(0);
    let info: serde_json::Value = serde_json::from_str(&scene.read("whole/run.json")).unwrap();
    let epochs = (1200.0 / info["data"]["train"].as_f64().unwrap()).round() as u32;
    assert!((15..30).contains(&epochs), "{info}");
    let last = format!("\n{epochs}/{epochs}");
    whole.prints(&[&format!("{epochs} epochs\n"), &last]);
    scene.run(&format!("{auto} --run given --epochs 2")).ends(0).prints(&["2 epochs\n"]);
    scene.run(&format!("{auto} --run short --test")).ends(0).prints(&["1 epoch\n"]);
    scene.run(&format!("{auto} --run few --epochs 2")).ends(0);
    let resumed = scene.run("--train --resume --run few --set train.epochs=auto").ends(0);
    resumed.prints(&["resumed after epoch 2", &last]);
    let stored = scene.read("whole/config.toml");
    assert!(stored.contains("epochs = \"auto\"") && stored.contains("images_seen = 1200"), "{stored}");
    scene.run("--train --resume --run whole").ends(0).prints(&["all are done"]);
}

#[test]
fn the_epoch_that_is_kept_is_that_of_train_select() {
    let scene = Scene::new();
    for select in ["accuracy", "loss", "last"] {
        scene.run(&format!("--config tiny.toml --epochs 6 --set train.select={select} --train --run {select}")).ends(0);
        let info: serde_json::Value = serde_json::from_str(&scene.read(&format!("{select}/run.json"))).unwrap();
        let weights = fs::read(scene.path(&format!("{select}/checkpoints/best.safetensors"))).unwrap();
        let about = String::from_utf8_lossy(&weights).replace('\\', "");
        let epoch = &info["best"]["epoch"];
        assert!(about.contains(&format!("\"metrics\":\"{{\"epoch\":{epoch},")), "{select}: {epoch}");
        assert!(select != "last" || epoch == 6);
    }
}
