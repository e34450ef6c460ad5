//! Ctrl-C outside of training.

use super::scene::{Scene, finish, signal, wait_for};
use std::fs;
use std::process::Child;
use std::time::Duration;

/// Waits until signals are watched, which is before images are read.
fn wait_for_watch(child: &mut Child) {
    let status = format!("/proc/{}/task", child.id());
    let watched = || {
        fs::read_dir(&status).is_ok_and(|tasks| {
            tasks
                .flatten()
                .any(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.trim() == "signals"))
        })
    };
    assert!(wait_for(child, watched));
}

#[test]
fn ctrl_c_ends_an_evaluation() {
    let scene = Scene::empty();
    let weights = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/weights/mobilenet.safetensors");
    // Seconds on 6,000 images.
    let call = "--config mobilenet --evaluate --precision int8 --split train --threads 1 --weights";
    let mut child = scene.spawn(&format!("{call} {weights}"));
    wait_for_watch(&mut child);
    std::thread::sleep(Duration::from_millis(1500));
    signal(&child, "INT");
    let answer = finish(child).ends(130).says(&["interrupted"]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn ctrl_c_while_images_are_read_leaves_nothing_behind() {
    let scene = Scene::new();
    // Pictures that take their time to be decoded.
    for class in ["a", "b"] {
        fs::create_dir_all(scene.path("large").join(class)).unwrap();
        for number in 0..40_u32 {
            let image = image::GrayImage::from_fn(1500, 1500, |x, y| image::Luma([((x * number) ^ y) as u8]));
            let path = scene.path("large").join(class).join(format!("{number}.png"));
            if number == 0 {
                image.save(path).unwrap();
            } else {
                fs::hard_link(scene.path("large").join(class).join("0.png"), path).unwrap();
            }
        }
    }
    let mut child = scene.spawn("--config tiny.toml --data large --threads 1 --train");
    wait_for_watch(&mut child);
    std::thread::sleep(Duration::from_millis(30));
    signal(&child, "INT");
    let answer = finish(child).ends(130).says(&["interrupted"]);
    assert!(!answer.stdout.contains("epoch"), "{answer}");
    assert!(!scene.path("runs").exists(), "no run was begun");
}
