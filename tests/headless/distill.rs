//! `--distill`: learning from the network of another run.

use super::checkpoint::{assert_same, trained};
use super::scene::Scene;
use std::fs;

/// A scene with a trained teacher in `teacher`.
fn school() -> Scene {
    let scene = Scene::new();
    scene.run("--config tiny.toml --set train.learning_rate=0.05 --epochs 3 --seed 3 --train --run teacher").ends(0);
    scene
}

#[test]
fn a_student_keeps_its_teacher_and_goes_on_without_the_run_it_came_from() {
    let scene = school();
    let call = "--config tiny.toml --set train.learning_rate=0.05 --seed 4 --train";
    scene.run(&format!("{call} --epochs 4 --distill teacher --run whole")).ends(0);
    assert_eq!(scene.read("whole/teacher/config.toml"), scene.read("teacher/config.toml"));

    scene.run(&format!("{call} --epochs 4 --run alone")).ends(0);
    let (whole, alone) = (trained(&scene, "whole"), trained(&scene, "alone"));
    assert_ne!(whole.last, alone.last, "a teacher makes a difference");

    // A rate that does not depend on the number of epochs makes two and two the same as four.
    scene.run(&format!("{call} --epochs 2 --distill teacher --set train.schedule=\"constant\" --run half")).ends(0);
    scene.run(&format!("{call} --epochs 4 --distill teacher --set train.schedule=\"constant\" --run four")).ends(0);
    fs::remove_dir_all(scene.path("teacher")).unwrap();
    scene.run("--run half --train --resume --epochs 4").ends(0);
    assert_same(&trained(&scene, "half"), &trained(&scene, "four"), "resumed without the teacher's run");
}

#[test]
fn a_teacher_that_does_not_fit_is_refused_before_anything_is_written() {
    let scene = school();
    let call = "--config tiny.toml --train --run student --distill";
    scene
        .run(&format!("{call} teacher --set model.input.height=20"))
        .ends(2)
        .says(&["teacher: this network cannot be the teacher: its input is "]);
    scene.run(&format!("{call} nowhere")).ends(2).says(&["nowhere"]);
    fs::create_dir(scene.path("empty")).unwrap();
    scene.run(&format!("{call} empty")).ends(2).says(&["empty"]);
    fs::write(scene.path("teacher/checkpoints/best.safetensors"), b"torn").unwrap();
    scene.run(&format!("{call} teacher")).ends(2).says(&["best.safetensors"]);
    assert!(!scene.path("student").exists());
    scene.run("--config tiny.toml --estimate --distill teacher").ends(2).says(&["--train"]);
}
