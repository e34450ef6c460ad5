//! Validation and test images, images of other folders, and that training images are never among them.

use super::scene::{Answer, Scene, picture};
use std::collections::BTreeSet;
use std::fs;

fn images(answer: &Answer) -> u64 {
    answer.object("evaluation")["images"].as_u64().unwrap()
}

#[test]
fn a_test_part_is_set_apart_from_the_same_folder() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run --set data.test_split=0.3").ends(0);
    let of = |split: &str| images(&scene.run(&format!("--run run --evaluate --split {split} --json")).ends(0));
    let (train, validation, test) = (of("train"), of("validation"), of("test"));
    assert_eq!(train + validation + test, 72);
    assert!((8..40).contains(&test), "{test}");
    let told: u64 = scene
        .read("run/data-check.md")
        .lines()
        .filter(|line| line.starts_with("| d") || line.starts_with("| s"))
        .filter_map(|line| line.split('|').nth(4)?.trim().parse::<u64>().ok())
        .sum();
    assert_eq!(told, test);
    scene.run("--config tiny.toml --train --set data.test_split=1.0").ends(2).says(&["test_split must be"]);
    let shares = "--set data.test_split=0.6 --set data.validation_split=0.5";
    scene
        .run(&format!("--config tiny.toml --train {shares}"))
        .ends(2)
        .says(&["--set data.test_split=0.6", "hold out 1.10 of the images"]);
}

#[test]
fn an_image_that_was_trained_on_is_not_counted_as_held_out() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let same = scene.run("--run run --evaluate --json").ends(0);
    assert!(!same.stderr.contains("changed"), "{}", same.stderr);
    let held = images(&same);
    // The same pictures under other names, all of them to validate with, and three new ones.
    for class in ["dark", "disc", "stripes"] {
        let to = scene.path(&format!("other/validation/{class}"));
        fs::create_dir_all(&to).unwrap();
        fs::create_dir_all(scene.path(&format!("other/train/{class}"))).unwrap();
        for number in 0..24 {
            let from = scene.path(&format!("pictures/{class}/{number:03}.png"));
            fs::copy(from, to.join(format!("renamed {number}.png"))).unwrap();
        }
    }
    for (kind, class) in ["dark", "disc", "stripes"].into_iter().enumerate() {
        picture(kind, 700).save(scene.path(&format!("other/train/{class}/a.png"))).unwrap();
        picture(kind, 701).save(scene.path(&format!("other/validation/{class}/new.png"))).unwrap();
    }
    for precision in ["float", "int8"] {
        let answer = scene.run(&format!("--run run --evaluate --json --data other --precision {precision}")).ends(0);
        assert_eq!(images(&answer), held + 3);
        answer.says(&["have changed since the run was trained", &format!("{} validation and 0 test", 72 - held)]);
    }
    // With nothing left there is nothing to say.
    for class in ["dark", "disc", "stripes"] {
        fs::remove_dir_all(scene.path(&format!("other/validation/{class}"))).unwrap();
        fs::create_dir_all(scene.path(&format!("other/validation/{class}"))).unwrap();
    }
    let trained = scene.read("run/training-images.txt");
    assert_eq!(trained.lines().count() as u64, 72 - held);
    assert!(trained.lines().all(|line| line.len() == 64));
}

#[test]
fn a_whole_folder_is_evaluated_also_one_of_fewer_classes() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run run").ends(0);
    let answer = scene.run("--run run --evaluate --split all --json").ends(0);
    assert_eq!(images(&answer), 72);
    answer.says(&["of the 72 images: accuracy on other images may be lower"]);
    for (kind, class) in [(2, "stripes"), (0, "dark")] {
        scene.pictures(&format!("new/{class}"), kind, 5);
        for number in 0..5 {
            picture(kind, 900 + number).save(scene.path(&format!("new/{class}/{number:03}.png"))).unwrap();
        }
    }
    for precision in ["float", "int8"] {
        let call = format!("--run run --evaluate --split all --data new --json --precision {precision}");
        let answer = scene.run(&call).ends(0);
        let object = answer.object("evaluation");
        assert_eq!(object["images"], 10);
        assert_eq!(object["per_class"][1]["label"], "disc");
        assert_eq!(object["per_class"][1]["images"], 0);
        assert_eq!(object["per_class"][2]["images"], 5);
        assert!(!answer.stderr.contains("trained on"), "{}", answer.stderr);
    }
    scene.pictures("new/cat", 1, 2);
    let refused = scene.run("--run run --evaluate --split all --data new").ends(2);
    refused.says(&["new", "class \"cat\"", "dark, disc, stripes"]);
}

#[test]
fn two_processes_share_the_cache_of_decoded_pictures() {
    let scene = Scene::empty();
    for (kind, class) in ["dark", "disc"].into_iter().enumerate() {
        fs::create_dir_all(scene.path(&format!("pictures/{class}"))).unwrap();
        for number in 0..8 {
            // Uncompressed, so that the file is worth keeping.
            let large = image::imageops::resize(&picture(kind, number), 200, 150, image::imageops::FilterType::Nearest);
            large.save(scene.path(&format!("pictures/{class}/{number}.bmp"))).unwrap();
        }
    }
    let cache = scene.path("cache");
    let start = |run: &str| {
        let mut command = scene.command(&format!("--config tiny.toml --train --epochs 1 --run {run}"));
        command.env("MICROMOBILENET_CACHE", &cache);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    for child in [start("a"), start("b")] {
        Answer::of(child.wait_with_output().unwrap()).ends(0);
    }
    let files = || -> BTreeSet<_> {
        let shards = fs::read_dir(&cache).unwrap().flatten();
        shards.flat_map(|shard| fs::read_dir(shard.path()).unwrap().flatten()).map(|file| file.path()).collect()
    };
    let kept = files();
    assert_eq!(kept.len(), 16, "{kept:?}");
    let fingerprint = |run: &str| {
        let info: serde_json::Value = serde_json::from_str(&scene.read(&format!("{run}/run.json"))).unwrap();
        info["data"]["fingerprint"].clone()
    };
    // Damaged entries are decoded and written again.
    let damaged = kept.iter().next().unwrap();
    let whole = fs::read(damaged).unwrap();
    fs::write(damaged, &whole[..100]).unwrap();
    Answer::of(start("c").wait_with_output().unwrap()).ends(0);
    assert_eq!(files(), kept);
    assert_eq!(fs::read(damaged).unwrap(), whole);
    assert!(fingerprint("a") == fingerprint("b") && fingerprint("b") == fingerprint("c"));
    // With an empty name nothing is kept, and nothing is needed.
    fs::remove_dir_all(&cache).unwrap();
    let mut command = scene.command("--config tiny.toml --train --epochs 1 --run d");
    Answer::of(command.env("MICROMOBILENET_CACHE", "").output().unwrap()).ends(0);
    assert!(!cache.exists());
    assert_eq!(fingerprint("d"), fingerprint("a"));
}
