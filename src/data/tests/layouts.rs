//! Common layouts of data folders and their interpretation.

use super::*;

#[test]
fn parts_have_any_usual_name_and_wrappers_are_looked_through() {
    for (wrapper, train, validation, test) in [
        ("", "Training", "Val", "Testing"),
        ("", "TRAIN", "dev", "Test"),
        ("a/", "train", "eval", "test"),
        ("archive/data/", "train", "valid", "test"),
        ("", "training_set", "validation_set", "test_set"),
        ("cats/", "TrainImages", "Val images", "Test "),
        ("", "asl_alphabet_train", "asl_alphabet_val", "asl_alphabet_test"),
        ("coco/", "train2017", "val2017", "test2017"),
    ] {
        let folder = source(|top| {
            for (part, count, first) in [(train, 6, 0), (validation, 3, 20), (test, 2, 40)] {
                put_class(top, &format!("{wrapper}{part}/a"), count, first);
                put_class(top, &format!("{wrapper}{part}/b"), count, 100 + first);
            }
        });
        let set = loaded(folder.path()).unwrap();
        assert_eq!(set.labels, ["a", "b"]);
        assert_eq!([set.train.len(), set.validation.len(), set.test.unwrap().len()], [12, 6, 4]);
        assert!(set.train.names[0].starts_with(&format!("{wrapper}{train}/a/")));
        let note = format!("training from {wrapper}{train}/, validation from {wrapper}{validation}/");
        assert!(set.check.to_string().contains(&note), "{}", set.check);
    }
    let folder = source(|top| {
        for (part, first) in [("seg_train", 0), ("seg_test", 50)] {
            put_class(top, &format!("{part}/{part}/a"), 6, first);
            put_class(top, &format!("{part}/{part}/b"), 6, 100 + first);
        }
        put_files(top, "seg_pred/seg_pred/", 3, 200);
    });
    let (labels, train, test, found) = understood(folder.path());
    assert_eq!((labels, train, test), (vec!["a".to_owned(), "b".to_owned()], 12, 12));
    assert!(found.contains("1 folder skipped: seg_pred/ (next to the training"), "{found}");
}

#[test]
fn a_folder_around_the_classes_is_looked_through_and_named() {
    let folder = source(|top| {
        put_class(top, "flowers/flowers/daisy", 5, 0);
        put_class(top, "flowers/flowers/rose", 5, 100);
        put(top, "flowers/README.txt", b"about");
    });
    let (labels, train, _, found) = understood(folder.path());
    assert_eq!((labels.join(" "), train), ("daisy rose".to_owned(), 10));
    assert!(found.contains("images are read for training from flowers/flowers/"), "{found}");
    assert!(found.contains("1 file skipped: 1 text file: flowers/README.txt (text)"), "{found}");
}

#[test]
fn two_folders_for_one_part_are_named() {
    let folder = source(|top| {
        for part in ["train", "val", "valid"] {
            put_class(top, &format!("{part}/a"), 2, 0);
            put_class(top, &format!("{part}/b"), 2, 10);
        }
    });
    let error = refusal(folder.path());
    assert!(error.contains("/val and ") && error.contains("/valid are both validation folders"), "{error}");
}

#[test]
fn pictures_that_lie_flat_have_no_class_and_are_counted() {
    let folder = source(|top| {
        put_class(top, "train/a", 5, 0);
        put_class(top, "train/b", 5, 100);
        put_files(top, "test/", 7, 200);
        put_files(top, "loose", 1, 220);
    });
    let (labels, train, test, found) = understood(folder.path());
    assert_eq!((labels.len(), train, test), (2, 10, 0));
    assert!(found.contains("7 pictures in test/ have no class and are not used: test/0.png; "), "{found}");
    assert!(found.contains("1 picture in the top folder has no class and is not used: loose0.png"), "{found}");
    let folder = source(|top| put_files(top, "train/", 3, 0));
    assert!(refusal(folder.path()).contains("it contains 3 PNG pictures"), "{}", refusal(folder.path()));
}

#[test]
fn parts_are_never_classes() {
    // Two folders of pictures, of which one is for testing.
    let folder = source(|top| {
        put_class(top, "cat", 3, 0);
        put_class(top, "test", 3, 100);
    });
    let error = refusal(folder.path());
    assert!(
        error.contains("/test, but neither a training folder") && error.ends_with("nor two class folders"),
        "{error}"
    );
    let folder = source(|top| {
        put_class(top, "cat", 5, 0);
        put_class(top, "dog", 5, 50);
        put_class(top, "Test", 3, 100);
    });
    let (labels, train, _, found) = understood(folder.path());
    assert_eq!((labels.join(" "), train), ("cat dog".to_owned(), 10));
    assert!(found.contains("3 pictures in Test/ have no class"), "{found}");
    let folder = source(|top| {
        put_class(top, "train", 5, 0);
        put_class(top, "test1", 5, 50);
    });
    assert!(refusal(folder.path()).contains("train has no class folders"), "{}", refusal(folder.path()));
    let folder = source(|top| {
        put_class(top, "cat", 5, 0);
        put_class(top, "dog", 5, 50);
        put_class(top, "test/cat", 2, 100);
    });
    let (labels, train, test, _) = understood(folder.path());
    assert_eq!((labels.join(" "), train, test), ("cat dog".to_owned(), 10, 2));
    let folder = source(|top| {
        for class in ["cat", "dog"] {
            put_class(top, &format!("{class}/train"), 3, 0);
            put_class(top, &format!("{class}/test"), 3, 50);
        }
    });
    assert!(refusal(folder.path()).contains("cat/test lie inside a class folder"), "{}", refusal(folder.path()));
    let folder = source(|top| put_class(top, "val/a", 3, 0));
    assert!(refusal(folder.path()).contains("/val, but neither a training folder"), "{}", refusal(folder.path()));
}

#[test]
fn class_folders_are_read_to_their_ends_and_links_once() {
    let folder = source(|top| {
        put_class(top, "a", 3, 0);
        put_files(top, "a/2024/may/", 2, 10);
        put_class(top, "b", 5, 100);
        put_files(top, "b/1/2/3/4/5/6/7/8/", 1, 150);
        put_files(top, "b/1/2/3/4/5/6/7/8/9/", 1, 160);
        std::os::unix::fs::symlink("../..", top.join("a/2024/up")).unwrap();
        std::os::unix::fs::symlink("2024", top.join("a/again")).unwrap();
    });
    let (_, train, _, found) = understood(folder.path());
    assert_eq!(train, 11);
    for part in ["b/1/2/3/4/5/6/7/8/9/ (nested too deep)", "a/2024/up/ (a link to", "a/again/ (a link to"] {
        assert!(found.contains(part), "{part}: {found}");
    }
}

#[test]
fn tables_and_folders_in_other_encodings_keep_their_classes_apart() {
    let folder = source(|top| put_files(top, "", 12, 0));
    let rows: Vec<u8> = (0..12)
        .flat_map(|i| {
            let class: &[u8] = [b"L\xf6we".as_slice(), b"L\xfcwe", b"Hund"][i % 3];
            [format!("{i}.png,").as_bytes(), class, b"\n"].concat()
        })
        .collect();
    put(folder.path(), "labels.csv", &[b"filename,label\n".as_slice(), &rows].concat());
    assert_eq!(understood(folder.path()).0, ["Hund", "Löwe", "Lüwe"]);
    let text: String = (0..12).fold("\u{feff}filename\tlabel\r\n".to_owned(), |text, i| {
        text + &format!("{i}.png\t{}\r\n", ["Löwe", "Lüwe"][i % 2])
    });
    let words: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(folder.path(), "labels.csv", &words);
    assert_eq!(understood(folder.path()).0, ["Löwe", "Lüwe"]);
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        for (class, first) in [(b"L\xf6we", 0), (b"L\xfcwe", 50)] {
            let class = folder.path().join(std::ffi::OsStr::from_bytes(class));
            put_class(&class, ".", 5, first);
        }
        assert_eq!(understood(folder.path()).0, ["Löwe", "Lüwe"]);
    }
}

#[test]
fn a_class_without_a_picture_is_refused_before_any_is_decoded_and_an_empty_part_is_none() {
    struct Untouched;
    impl Progress for Untouched {
        fn decoded(&self, _done: usize, _total: usize) {
            panic!("a picture was decoded");
        }
    }
    let folder = source(|top| {
        put_class(top, "a", 5, 0);
        put_class(top, "b", 5, 100);
        std::fs::create_dir_all(top.join("c")).unwrap();
    });
    let error = load(&data(folder.path()), GREY, None, &Untouched).unwrap_err().to_string();
    assert_eq!(error, "class \"c\" has no readable training images: add pictures to c/ or remove the folder");
    let folder = source(|top| {
        put_class(top, "train/a", 5, 0);
        put_class(top, "train/b", 5, 100);
        for empty in ["val/a", "val/b", "test/a"] {
            std::fs::create_dir_all(top.join(empty)).unwrap();
        }
    });
    let (_, train, test, found) = understood(folder.path());
    assert_eq!((train, test), (10, 0));
    assert!(found.contains("the validation folder has no images and is ignored"), "{found}");
}

#[test]
fn folders_of_this_program_and_of_systems_are_no_classes() {
    let folder = source(|top| {
        put_class(top, "a", 5, 0);
        put_class(top, "b", 5, 100);
        for clutter in ["@eaDir", "a/@eaDir", "__MACOSX", ".ipynb_checkpoints", "a/.ipynb_checkpoints", "lost+found"] {
            put_files(top, &format!("{clutter}/x"), 2, 200);
        }
        put(top, "runs/2026-03-04_05-06-07_micro/run.json", b"{}");
        put_files(top, "runs/2026-03-04_05-06-07_micro/plot", 1, 210);
        put(top, "ArduinoCode/Net/Net.ino", b"");
        put(top, "ArduinoCode/Net/Net.h", b"");
        put(top, "a/Thumbs.db", b"x");
        put(top, "a/.DS_Store", b"x");
    });
    let (labels, train, _, found) = understood(folder.path());
    assert_eq!((labels.join(" "), train), ("a b".to_owned(), 10));
    for part in [
        "runs/ (training runs of micromobilenet)",
        "ArduinoCode/ (sketches of micromobilenet)",
        "a/@eaDir/ (a file of the operating system",
        "2 files skipped: 1 hidden file, 1 system file",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    // Also during the first run, and with the remains of a deleted one.
    for inside in [&["runs/x/", "ArduinoCode/"][..], &["runs/2026_micro/"], &["train/runs/", "runs/report/"]] {
        let folder = source(|top| {
            let top = if inside[0].starts_with("train") { top.join("train") } else { top.to_owned() };
            put_class(&top, "a", 5, 0);
            put_class(&top, "b", 5, 100);
        });
        for name in inside {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
            if *name == "runs/2026_micro/" {
                put_files(folder.path(), "runs/2026_micro/plot", 2, 210);
                put(folder.path(), "runs/2026_micro/config.toml", b"");
            }
        }
        let (labels, train, _, found) = understood(folder.path());
        assert_eq!((labels.join(" "), train), ("a b".to_owned(), 10), "{inside:?}");
        assert!(found.contains("runs/ (training runs of micromobilenet)"), "{found}");
    }
    // A class may be called as the program's folder.
    let folder = source(|top| {
        put_class(top, "runs", 5, 0);
        put_class(top, "walks", 5, 100);
    });
    assert_eq!(understood(folder.path()).0, ["runs", "walks"]);
}
