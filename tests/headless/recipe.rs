//! Warnings about unsuitable training settings.

use super::checkpoint::tensors;
use super::scene::Scene;
use std::fs;

#[test]
fn a_flip_of_arrows_and_a_small_validation_set_are_warned_of_and_stand_in_the_report() {
    let scene = Scene::empty();
    for (kind, name) in ["arrow_left", "arrow_right"].into_iter().enumerate() {
        scene.pictures(&format!("pictures/{name}"), kind + 1, 24);
    }
    let flip = "warning: augment.flip mirrors images left to right, and the classes arrow_left, arrow_right are each \
        other's mirror images: set augment.flip = false";
    let few = " validation images, fewer than 50: one image is ";
    let call = "--config tiny.toml --epochs 1 --train --set augment.flip=true";
    scene.run(&format!("{call} --run flipped")).ends(0).says(&[flip, few]);
    let report = scene.read("flipped/report.md");
    assert!(report.contains("arrow\\_left, arrow\\_right are each other\\'s mirror images"), "{report}");
    let answer = scene.run(&format!("{call} --run plain --set augment.flip=false")).ends(0).says(&[few]);
    assert!(!answer.stderr.contains("augment.flip"), "{answer}");
}

#[test]
fn layers_of_foreign_weights_are_named_where_epsilon_matters() {
    let scene = Scene::new();
    let call = "--config tiny.toml --weights";
    scene.run("--config tiny.toml --epochs 1 --train --run own").ends(0);
    let own = fs::read(scene.path("own/checkpoints/best.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&own).unwrap();
    // As PyTorch writes it, and with a layer that hardly varies.
    let mut foreign = tensors(&own);
    foreign.get_mut("stem.bn.running_var").unwrap().1 = [2e-4_f32; 4].map(f32::to_le_bytes).concat();
    let views = file.iter().map(|(name, view)| {
        let data = &foreign[name].1;
        (name.to_owned(), safetensors::tensor::TensorView::new(view.dtype(), view.shape().to_vec(), data).unwrap())
    });
    fs::write(scene.path("net.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
    let answer = scene.run(&format!("{call} net.safetensors --evaluate")).ends(0).says(&["stem.bn (2.0e-4)", "1e-5"]);
    let warned = |text: &str| text.matches("batch_norm_epsilon").count();
    assert_eq!(warned(&answer.stderr), 1, "{answer}");
    let fitting = scene.run(&format!("{call} net.safetensors --evaluate --set model.batch_norm_epsilon=1e-6")).ends(0);
    let own = scene.run(&format!("{call} own/checkpoints/best.safetensors --evaluate")).ends(0);
    assert_eq!((warned(&fitting.stderr), warned(&own.stderr)), (0, 0), "{fitting}{own}");
}
