//! Folders as people have them: how each is understood.

use super::*;

/// `count` different PNG files `<folder>/<stem>N.png`, which begin with picture `first`.
fn put_files(top: &Path, stem: &str, count: u32, first: u32) {
    for i in 0..count {
        put(top, &format!("{stem}{i}.png"), &encoded(&picture(8, 8, first + i), ImageFormat::Png));
    }
}

/// A source that `make` makes.
fn source(make: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    folder
}

/// Its classes, and the numbers of images for training and validation together, and for testing.
fn understood(folder: &Path) -> (Vec<String>, usize, usize, String) {
    let names = class_names(folder.to_str().unwrap()).unwrap();
    let set = loaded(folder).unwrap();
    assert_eq!(names, set.labels);
    let test = set.test.as_ref().map_or(0, Images::len);
    (set.labels, set.train.len() + set.validation.len(), test, set.check.details().join("\n"))
}

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
    assert!(found.contains("1 folder skipped: seg_pred/ (beside the folders of training"), "{found}");
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
    assert!(error.contains("/val and ") && error.contains("/valid are both folders of validation images"), "{error}");
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
    assert!(refusal(folder.path()).contains("it holds 3 PNG pictures"), "{}", refusal(folder.path()));
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
        error.contains("/test, but neither a folder of training images") && error.ends_with("nor two classes"),
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
    assert!(refusal(folder.path()).contains("train has no sub-folders with classes"), "{}", refusal(folder.path()));
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
    assert!(refusal(folder.path()).contains("cat/test lie in a class folder"), "{}", refusal(folder.path()));
    let folder = source(|top| put_class(top, "val/a", 3, 0));
    assert!(
        refusal(folder.path()).contains("/val, but neither a folder of training images"),
        "{}",
        refusal(folder.path())
    );
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
    for part in ["b/1/2/3/4/5/6/7/8/9/ (too deep)", "a/2024/up/ (a link to", "a/again/ (a link to"] {
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
    assert_eq!(error, "class \"c\" has no readable training image: put pictures into c/, or take it away");
    let folder = source(|top| {
        put_class(top, "train/a", 5, 0);
        put_class(top, "train/b", 5, 100);
        for empty in ["val/a", "val/b", "test/a"] {
            std::fs::create_dir_all(top.join(empty)).unwrap();
        }
    });
    let (_, train, test, found) = understood(folder.path());
    assert_eq!((train, test), (10, 0));
    assert!(found.contains("the folder of validation images has none, so that it is not used"), "{found}");
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
        "runs/ (training runs of this program)",
        "ArduinoCode/ (sketches of this program)",
        "a/@eaDir/ (made by the system",
        "2 files skipped: 1 hidden file, 1 system file",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    // Also before the first run is over, and what is left of one.
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
        assert!(found.contains("runs/ (training runs of this program)"), "{found}");
    }
    // A class may be called as the program's folder.
    let folder = source(|top| {
        put_class(top, "runs", 5, 0);
        put_class(top, "walks", 5, 100);
    });
    assert_eq!(understood(folder.path()).0, ["runs", "walks"]);
}

#[test]
fn tables_give_labels_and_parts() {
    // Beside one folder, without endings.
    let folder = source(|top| {
        put_files(top, "images/", 8, 0);
        put(top, "labels.csv", b"id,breed\n0,pug\n1,pug\n2,pug\n3,husky\n4,husky\n5,husky\n9,husky\n../x,pug\n");
    });
    let (labels, train, _, found) = understood(folder.path());
    assert_eq!((labels.join(" "), train), ("husky pug".to_owned(), 6));
    assert!(found.contains("labels are those of labels.csv"), "{found}");
    assert!(
        found.contains("2 rows of tables skipped: labels.csv:8: 9 (the file is missing); labels.csv:9: ../x"),
        "{found}"
    );
    assert!(found.contains("2 pictures in images/ have no class"), "{found}");
    // Roboflow.
    let folder = source(|top| {
        for (part, count, first) in [("train", 6, 0), ("valid", 4, 20), ("test", 2, 40)] {
            put_files(top, &format!("{part}/"), count, first);
            let rows: Vec<String> = (0..count).map(|i| format!("{i}.png, {}, {}", i % 2, 1 - i % 2)).collect();
            let rows = rows.join("\n");
            put(top, &format!("{part}/_classes.csv"), format!("filename, rose, daisy\n{rows}").as_bytes());
        }
    });
    let set = loaded(folder.path()).unwrap();
    assert_eq!([set.train.len(), set.validation.len(), set.test.unwrap().len()], [6, 4, 2]);
    assert_eq!((set.labels.join(" "), set.train.counts(2)), ("daisy rose".to_owned(), vec![3, 3]));
    // Hugging Face, with folders that are no classes.
    let folder = source(|top| {
        put_files(top, "train/x/", 4, 0);
        put_files(top, "train/y/", 4, 10);
        let rows: Vec<String> = (0..4).map(|i| format!("x/{i}.png,{}\ny/{i}.png,{}", i % 2, i % 2)).collect();
        let rows = rows.join("\n");
        put(top, "train/metadata.csv", format!("file_name,label\n{rows}").as_bytes());
    });
    assert_eq!(understood(folder.path()).0, ["0", "1"]);
    // Edge Impulse.
    let folder = source(|top| {
        let mut files = Vec::new();
        for (part, count, first) in [("training", 6, 0), ("testing", 2, 40)] {
            for class in ["cat", "dog"] {
                put_files(top, &format!("{part}/{class}."), count, first + if class == "cat" { 0 } else { 100 });
                files.extend((0..count).map(|i| {
                    format!("{{\"path\": \"{part}/{class}.{i}.png\", \"category\": \"{part}\", \"label\": {{\"type\": \"label\", \"label\": \"{class}\"}}}}")
                }));
            }
        }
        put(top, "info.labels", format!("{{\"version\": 1, \"files\": [{}]}}", files.join(",")).as_bytes());
    });
    let (labels, train, test, _) = understood(folder.path());
    assert_eq!((labels.join(" "), train, test), ("cat dog".to_owned(), 12, 4));
    // GTSRB: class folders to train with, a table for those of the test.
    let folder = source(|top| {
        put_class(top, "Train/0", 5, 0);
        put_class(top, "Train/1", 5, 50);
        put_files(top, "Test/", 4, 100);
        put(top, "Train.csv", b"Width,ClassId,Path\n8,0,Train/0/000.png\n");
        put(top, "Test.csv", b"Width,ClassId,Path\n8,0,Test/0.png\n8,1,Test/1.png\n8,1,Test/2.png\n8,0,Test/3.png\n");
    });
    let (labels, train, test, _) = understood(folder.path());
    assert_eq!((labels.join(" "), train, test), ("0 1".to_owned(), 10, 4));
    // Parts of one folder whose names are no classes, and a column of parts.
    let folder = source(|top| {
        put_files(top, "images_1/a", 5, 0);
        put_files(top, "images_2/b", 5, 100);
        let row = |name: &str, i: u32| {
            format!("{name}{i},{},{}\n", ["nv", "mel"][i as usize % 2], if i == 4 { "test" } else { "train" })
        };
        let rows: String = (0..5).map(|i| row("a", i) + &row("b", i)).collect();
        put(top, "table.csv", format!("image_id,dx,split\n{rows}").as_bytes());
    });
    let (labels, train, test, _) = understood(folder.path());
    assert_eq!((labels.join(" "), train, test), ("mel nv".to_owned(), 8, 2));
    // Class folders with a table that says the same.
    let folder = source(|top| {
        put_class(top, "rose", 5, 0);
        put_class(top, "daisy", 5, 50);
        put(top, "list.csv", b"path,label\nrose/000.png,rose\ndaisy/000.png,daisy\n");
    });
    assert_eq!(understood(folder.path()).1, 10);
}

#[test]
fn labels_stand_in_names() {
    for train in ["", "train/", "dataset/dataset/train/"] {
        let folder = source(|top| {
            put_files(top, &format!("{train}cat."), 5, 0);
            put_files(top, &format!("{train}dog."), 5, 50);
            put(top, &format!("{train}notes.txt"), b"x");
        });
        let (labels, count, _, found) = understood(folder.path());
        assert_eq!((labels.join(" "), count), ("cat dog".to_owned(), 10), "{train}");
        assert!(found.contains("before the first dot"), "{found}");
    }
}

#[test]
fn tables_that_name_nothing_are_refused() {
    let folder = source(|top| {
        put_files(top, "images/", 3, 0);
        put(top, "labels.csv", b"file,label\nx.png,a\ny.png,b\n");
    });
    let error = refusal(folder.path());
    assert!(
        error.contains("labels.csv: none of the 2 files that it names is in its folder; the first is x.png"),
        "{error}"
    );
    let folder = source(|top| {
        put_files(top, "train/", 4, 0);
        put_files(top, "valid/", 1, 10);
        put(top, "train/_classes.csv", b"filename,a,b\n0.png,1,0\n1.png,0,1\n2.png,1,0\n3.png,0,1\n");
        put(top, "valid/_classes.csv", b"filename,c,d\n0.png,1,0\n");
    });
    let error = refusal(folder.path());
    assert!(error.contains("valid/0.png is of class \"c\", of which there is no training image"), "{error}");
}

#[test]
fn what_is_no_picture_is_named_with_what_to_do() {
    let mut avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec();
    avif.extend([0; 100]);
    let folder = source(|top| {
        put_class(top, "a", 5, 0);
        put_class(top, "b", 5, 100);
        put(top, "a/x.avif", &avif);
        put(top, "a/page.jpg", b"<!DOCTYPE html><html></html>");
        put(top, "a/lfs.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        put(top, "b/more.zip", b"PK\x03\x04....");
        put(top, "b/with no ending", &encoded(&picture(8, 8, 77), ImageFormat::Png));
        put(top, "b/wrong.txt", &encoded(&picture(8, 8, 78), ImageFormat::Tiff));
    });
    let (_, train, _, found) = understood(folder.path());
    assert_eq!(train, 12);
    for part in [
        "2 files cannot be read and left out: a/lfs.png (it is a Git LFS pointer: run git lfs pull); ",
        "a/page.jpg (it is a web page: not a picture: the download failed)",
        "1 AVIF picture (convert to JPEG or PNG), 1 zip archive (unpack): a/x.avif (an AVIF picture: convert to JPEG or PNG); ",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
    // A class of nothing else.
    let folder = source(|top| {
        put_class(top, "a", 5, 0);
        put(top, "b/x.avif", &avif);
    });
    assert_eq!(
        refusal(folder.path()),
        "class \"b\" has no readable training image: b/x.avif: an AVIF picture: convert to JPEG or PNG"
    );
    // Archives in place of folders, or as the source.
    let folder = source(|top| {
        put(top, "daisy.zip", b"PK\x03\x04....");
        put(top, "rose.zip", b"PK\x03\x04....");
    });
    assert!(refusal(folder.path()).ends_with("it holds 2 zip archives (unpack)"), "{}", refusal(folder.path()));
    let error = refusal(&folder.path().join("daisy.zip"));
    assert!(error.ends_with("daisy.zip is a zip archive, not a data set: unpack it and name the folder"), "{error}");
    put(folder.path(), "x.tar.gz", &gzip(b"x"));
    assert!(refusal(&folder.path().join("x.tar.gz")).contains("x.tar.gz is a gzip archive, not a data set: unpack"));
}
