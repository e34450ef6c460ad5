//! Held-out images: the same for every input size, and never of a scene in the training images.

use std::collections::BTreeMap;

use super::*;
use crate::random::{Purpose, Stream};

/// A picture of 64 × 64 of scene `scene`: patches of random colours, with noise of frame `frame`.
fn frame(scene: u32, frame: u32) -> DynamicImage {
    let mut stream = Stream::new(scene, Purpose::Order, 0, 0);
    let patches: Vec<u8> = (0..75).map(|_| stream.below(256) as u8).collect();
    let mut noise = Stream::new(scene, Purpose::Mixup, frame, 0);
    let mut image = image::RgbImage::new(64, 64);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let patch = (y / 13 * 5 + x / 13) as usize;
        for colour in 0..3 {
            let value = f32::from(patches[patch * 3 + colour]) + noise.symmetric(30.0);
            pixel.0[colour] = value.clamp(0.0, 255.0) as u8;
        }
    }
    DynamicImage::ImageRgb8(image)
}

/// A folder of `scenes` scenes, each with `frames` frames, in two classes.
fn scenes(scenes: u32, frames: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for scene in 0..scenes {
        for number in 0..frames {
            let name = format!("{}/{scene:03}_{number}.bmp", ["a", "b"][scene as usize % 2]);
            put(folder.path(), &name, &encoded(&frame(scene, number), ImageFormat::Bmp));
        }
    }
    folder
}

/// The part of each image, by name.
fn parts(set: &Dataset) -> BTreeMap<&str, char> {
    let mut parts: Vec<(&str, char)> = Vec::new();
    for (images, name) in [(Some(&set.train), 't'), (Some(&set.validation), 'v'), (set.test.as_ref(), 'e')] {
        if let Some(images) = images {
            let named = images.names.iter().map(|image| (image.as_str(), name));
            parts.extend(named);
        }
    }
    parts.into_iter().collect()
}

#[test]
fn no_scene_of_200_with_8_noisy_frames_spans_the_split() {
    let folder = scenes(200, 8);
    let data = Data { test_split: 0.2, ..data(folder.path()) };
    let set = load(&data, GREY, None, &NoProgress).unwrap();
    assert_eq!((set.check.near.scenes, set.check.near.pictures), (200, 1600), "{}", set.check);
    let parts = parts(&set);
    assert_eq!(parts.len(), 1600);
    let mut of_scene: BTreeMap<&str, Vec<char>> = BTreeMap::new();
    for (name, part) in parts {
        of_scene.entry(&name[..5]).or_default().push(part);
    }
    assert!(of_scene.values().all(|parts| parts.iter().all(|part| *part == parts[0])));
    for part in ['t', 'v', 'e'] {
        assert!(of_scene.values().filter(|parts| parts[0] == part).count() > 20, "{part}");
    }
}

#[test]
fn the_split_is_the_same_for_every_input_and_for_more_or_fewer_pictures() {
    let folder = scenes(60, 2);
    let data = Data { test_split: 0.2, ..data(folder.path()) };
    let split = |input: Input, resize| {
        let set = load(&Data { resize, ..data.clone() }, input, None, &NoProgress).unwrap();
        parts(&set).into_iter().map(|(name, part)| (name.to_owned(), part)).collect::<BTreeMap<_, _>>()
    };
    let first = split(GREY, crate::config::Resize::Crop);
    assert!(first.values().any(|part| *part == 'e'));
    let colour = Input { height: 5, width: 9, channels: 3 };
    assert_eq!(split(colour, crate::config::Resize::Fit), first);
    for scene in [1, 2, 30] {
        for number in 0..2 {
            std::fs::remove_file(folder.path().join(format!("{}/{scene:03}_{number}.bmp", ["a", "b"][scene % 2])))
                .unwrap();
        }
    }
    put(folder.path(), "a/new.bmp", &encoded(&frame(400, 0), ImageFormat::Bmp));
    let then = split(GREY, crate::config::Resize::Crop);
    assert_eq!(then.len(), 115);
    for (name, part) in then.iter().filter(|(name, _)| *name != "a/new.bmp") {
        assert_eq!(first[name], *part, "{name}");
    }
}

#[test]
fn a_transparent_picture_is_the_same_on_every_background() {
    let folder = tempfile::tempdir().unwrap();
    for scene in 0..40 {
        let mut image = frame(scene, 0).to_rgba8();
        image.pixels_mut().step_by(3).for_each(|pixel| pixel.0[3] = 100);
        let name = format!("{}/{scene:03}.png", ["a", "b"][scene as usize % 2]);
        put(folder.path(), &name, &encoded(&image.into(), ImageFormat::Png));
    }
    let on = |background| load(&Data { background, ..data(folder.path()) }, GREY, None, &NoProgress).unwrap();
    let (white, black) = (on(crate::config::Background::White), on(crate::config::Background::Black));
    assert_eq!(parts(&white), parts(&black));
    assert_eq!(white.train.contents, black.train.contents);
    assert_ne!(white.train.pixels, black.train.pixels);
    assert_ne!(white.fingerprint, black.fingerprint);
}

#[test]
fn re_encoded_and_slightly_resized_copies_stay_with_their_original() {
    let folder = scenes(12, 1);
    for scene in 0..12 {
        let (class, original) = (["a", "b"][scene as usize % 2], frame(scene, 0));
        put(folder.path(), &format!("{class}/{scene:03}.jpg"), &encoded(&original, ImageFormat::Jpeg));
        let larger = original.resize_exact(80, 78, image::imageops::FilterType::Triangle);
        put(folder.path(), &format!("{class}/{scene:03}_larger.png"), &encoded(&larger, ImageFormat::Png));
    }
    let set = loaded(folder.path()).unwrap();
    assert_eq!((set.check.near.scenes, set.check.near.pictures), (12, 36), "{:?}", set.check.near);
    let parts = parts(&set);
    for (name, part) in &parts {
        let scene = &name[..5];
        assert!(parts.iter().filter(|(other, _)| other.starts_with(scene)).all(|(_, other)| other == part));
    }
}

#[test]
fn scenes_that_the_users_own_folders_have_on_two_sides_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for (part, number) in [("train", 0), ("val", 1)] {
        for scene in 0..6 {
            let name = format!("{part}/{}/{scene}.bmp", ["a", "b"][scene as usize % 2]);
            // Of two scenes only, the other part has a frame.
            let shown = if number == 1 && scene > 1 { scene + 100 } else { scene };
            put(folder.path(), &name, &encoded(&frame(shown, number), ImageFormat::Bmp));
        }
    }
    let set = loaded(folder.path()).unwrap();
    let pairs = &set.check.near.across_parts;
    assert_eq!(pairs[0], ("train/a/0.bmp".to_owned(), "val/a/0.bmp".to_owned()));
    assert_eq!((pairs.len(), set.check.near.pictures), (2, 0));
    assert!(set.check.to_string().contains("2 pairs of near duplicates are in different splits"));
}

#[test]
fn small_images_of_a_kind_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (class, scene) in [("a", 0), ("b", 1)] {
        for number in 0..20 {
            let image = frame(scene, number).crop_imm(0, 0, 63, 64);
            put(folder.path(), &format!("{class}/{number}.bmp"), &encoded(&image, ImageFormat::Bmp));
        }
    }
    let set = loaded(folder.path()).unwrap();
    assert_eq!(set.check.near, NearDuplicates::default());
}

#[test]
fn all_labelled_images_are_taken_by_the_names_of_their_classes() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "rose", 3, 0);
    put_class(folder.path(), "daisy", 2, 50);
    let labels = ["tulip", "rose", "daisy"].map(str::to_owned);
    let (images, _) = load_all(&data(folder.path()), GREY, &labels, &NoProgress).unwrap();
    assert_eq!(images.labels, [2, 2, 1, 1, 1]);
    assert_eq!(images.names[4], "rose/002.png");
    assert_eq!(images.contents.len(), 5);
    let alone = folder.path().join("alone");
    put_class(&alone, "rose", 4, 0);
    let (images, _) = load_all(&data(&alone), GREY, &labels, &NoProgress).unwrap();
    assert_eq!(images.labels, [1; 4]);
    let split = tempfile::tempdir().unwrap();
    for (class, count) in [("train/daisy", 2), ("val/tulip", 1), ("test/rose", 1)] {
        put_class(split.path(), class, count, 10);
    }
    let (images, _) = load_all(&data(split.path()), GREY, &labels, &NoProgress).unwrap();
    assert_eq!(images.counts(3), [1, 1, 2]);
    std::fs::remove_dir_all(alone).unwrap();
    let labels = ["tulip", "rose"].map(str::to_owned);
    let error = load_all(&data(folder.path()), GREY, &labels, &NoProgress).unwrap_err().to_string();
    assert!(
        error.ends_with("has a class \"daisy\" that the network was not trained on; its classes are: tulip, rose"),
        "{error}"
    );
}
