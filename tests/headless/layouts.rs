//! Folders of pictures in the layouts that people have, made here: each is trained on with the right
//! classes and parts, or refused with the folder or file to look at.

use crate::scene::{Scene, picture};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

/// A set of files, by their paths.
type Files = Vec<(String, Vec<u8>)>;

fn png(kind: usize, number: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(kind, number).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// `count` pictures `<stem>N.png` of one kind.
fn pictures(stem: &str, kind: usize, count: u32) -> Files {
    (0..count).map(|number| (format!("{stem}{number}.png"), png(kind, number + 1000 * stem.len() as u32))).collect()
}

/// The class folders `classes` below `folder`, `count` pictures in each.
fn classes(folder: &str, classes: &[&str], count: u32) -> Files {
    let class = |(kind, class): (usize, &&str)| pictures(&format!("{folder}{class}/"), kind, count);
    classes.iter().enumerate().flat_map(class).collect()
}

fn file(name: &str, bytes: impl AsRef<[u8]>) -> Files {
    vec![(name.to_owned(), bytes.as_ref().to_vec())]
}

fn all(parts: impl IntoIterator<Item = Files>) -> Files {
    parts.into_iter().flatten().collect()
}

/// A table of `rows` with this header.
fn table(name: &str, header: &str, rows: impl IntoIterator<Item = String>) -> Files {
    let rows: Vec<String> = std::iter::once(header.to_owned()).chain(rows).collect();
    file(name, rows.join("\n"))
}

fn idx(counts: &[u32], bytes: Vec<u8>) -> Vec<u8> {
    let head = [0, 0, 8, counts.len() as u8].into_iter().chain(counts.iter().flat_map(|count| count.to_be_bytes()));
    head.chain(bytes).collect()
}

/// IDX files of `count` images of 16×16 in three classes from `first`; `place` makes a path of a name.
fn idx_files(stem: &str, count: u32, first: u8, place: impl Fn(String) -> String) -> Files {
    let pixels = (0..count).flat_map(|number| picture(number as usize % 3, number).into_raw()).collect();
    let labels = (0..count).map(|number| first + (number % 3) as u8).collect();
    vec![
        (place(format!("{stem}-images-idx3-ubyte")), idx(&[count, 16, 16], pixels)),
        (place(format!("{stem}-labels-idx1-ubyte")), idx(&[count], labels)),
    ]
}

/// An npz file of `count` images of 16×16 in three classes.
fn npz(count: u32) -> Vec<u8> {
    let array = |descr: &str, shape: &str, bytes: Vec<u8>| {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        [&b"\x93NUMPY\x01\0"[..], &(text.len() as u16).to_le_bytes(), text.as_bytes(), &bytes].concat()
    };
    let pixels = (0..count).flat_map(|number| picture(number as usize % 3, number).into_raw()).collect();
    let labels = (0..count).map(|number| (number % 3) as u8).collect();
    let arrays = [
        ("x_train.npy", array("|u1", &format!("{count}, 16, 16"), pixels)),
        ("y_train.npy", array("|u1", &format!("{count},"), labels)),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn cifar(count: u32) -> Vec<u8> {
    let record = |number: u32| {
        let bytes = (0..3072).map(move |at| (number * 37 + at % 251 * (number % 3 + 1)) as u8);
        std::iter::once((number % 3) as u8).chain(bytes)
    };
    (0..count).flat_map(record).collect()
}

/// Expected result of a layout.
enum Outcome {
    /// The classes, the pictures to train and validate with, those of a validation part of its own,
    /// those of the test; and what is said.
    Read(&'static str, usize, Option<usize>, usize, &'static str),
    /// Refused with this.
    Refused(&'static str),
}
use Outcome::{Read, Refused};

const AB: &[&str] = &["a", "b"];
const WEB_PAGE: &[u8] = b"<!DOCTYPE html><html><body>404</body></html>";
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";

/// AVIF by its brand; more of it is not looked at.
const AVIF: &[u8] = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf and so on";

fn tiff(kind: usize, number: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(kind, number).write_to(&mut bytes, image::ImageFormat::Tiff).unwrap();
    bytes.into_inner()
}

fn layouts() -> Vec<(&'static str, Files, Outcome)> {
    let ab = |folder: &str, count| classes(folder, AB, count);
    let row = |number: u32| format!("{number}.png,{}", AB[number as usize % 2]);
    let info = (0..10).map(|number| {
        let (part, class) = (["training", "testing"][usize::from(number >= 8)], AB[number % 2]);
        format!(r#"{{"path": "{part}/{class}.{number}.png", "category": "{part}", "label": {{"label": "{class}"}}}}"#)
    });
    let info = info.collect::<Vec<_>>().join(",");
    let edge_impulse = (0..10).map(|number| {
        let part = ["training", "testing"][usize::from(number >= 8)];
        (format!("{part}/{}.{number}.png", AB[number % 2]), png(number % 2, number as u32))
    });
    vec![
        ("plain", ab("", 8), Read("a b", 16, None, 0, "")),
        ("deep", all([ab("", 6), pictures("a/2024/may/", 0, 3)]), Read("a b", 15, None, 0, "")),
        ("wrapped", ab("flowers/", 8), Read("a b", 16, None, 0, "training from flowers/")),
        ("twice", all([ab("data/set/", 8), file("README.md", "x")]), Read("a b", 16, None, 0, "from data/set/")),
        ("capital", all([ab("Training/", 8), ab("Testing/", 3)]), Read("a b", 16, None, 6, "test from Testing/")),
        ("upper", all([ab("TRAIN/", 8), ab("VAL/", 2)]), Read("a b", 20, Some(4), 0, "validation from VAL/")),
        (
            "dev",
            all([ab("train/", 8), ab("dev/", 2), ab("test/", 1)]),
            Read("a b", 20, Some(4), 2, "validation from dev/"),
        ),
        (
            "seg",
            all([ab("seg_train/seg_train/", 8), ab("seg_test/seg_test/", 2), pictures("seg_pred/seg_pred/", 0, 4)]),
            Read("a b", 16, None, 4, "1 folder skipped: seg_pred/"),
        ),
        (
            "flat_test",
            all([ab("train/", 8), pictures("test/", 0, 5)]),
            Read("a b", 16, None, 0, "5 pictures in test/ have no class and are not used"),
        ),
        (
            "two_parts",
            all([ab("train/", 8), ab("val/", 2), ab("valid/", 2)]),
            Refused("two_parts/valid are both validation folders"),
        ),
        ("no_training", ab("test/", 3), Refused("no_training/test, but neither a training folder")),
        ("all_flat", pictures("train/", 0, 5), Refused("all_flat/train has no class folders")),
        (
            "clutter",
            all([
                ab("", 8),
                pictures("@eaDir/a", 0, 3),
                pictures("a/@eaDir/x", 0, 3),
                pictures(".ipynb_checkpoints/x", 1, 2),
                pictures("__MACOSX/x", 1, 2),
                file("runs/2026-01-02_03-04-05_micro/run.json", "{}"),
                pictures("runs/2026-01-02_03-04-05_micro/x", 0, 1),
                file("ArduinoCode/Net/Net.ino", ""),
                file("ArduinoCode/Net/Net.h", ""),
            ]),
            Read("a b", 16, None, 0, "6 folders skipped: "),
        ),
        (
            "csv",
            all([pictures("images/", 0, 12), table("labels.csv", "filename,label", (0..12).map(row))]),
            Read("a b", 12, None, 0, "labels are read from labels.csv"),
        ),
        (
            "missing_rows",
            all([pictures("", 0, 12), table("train.csv", "image_id,class", (0..14).map(row))]),
            Read("a b", 12, None, 0, "2 rows of tables skipped: train.csv:14: 12.png (the file is missing)"),
        ),
        (
            "escape",
            all([
                pictures("", 0, 3),
                table("x.csv", "file,label", ["../plain/a/0.png,a".to_owned(), "/etc/passwd,b".to_owned()]),
            ]),
            Refused("escape/x.csv: none of the 2 files"),
        ),
        (
            "roboflow",
            all([("train", 12), ("valid", 4), ("test", 2)].map(|(part, count)| {
                let rows = (0..count).map(|number| format!("{number}.png, {}, {}", number % 2, 1 - number % 2));
                let table = table(&format!("{part}/_classes.csv"), "filename, a, b", rows);
                all([pictures(&format!("{part}/"), 0, count), table])
            })),
            Read("a b", 16, Some(4), 2, "labels are read from train/_classes.csv"),
        ),
        (
            "hugging_face",
            all([pictures("train/", 0, 12), table("train/metadata.csv", "file_name,label", (0..12).map(row))]),
            Read("a b", 12, None, 0, "labels are read from train/metadata.csv"),
        ),
        (
            "edge_impulse",
            all([edge_impulse.collect(), file("info.labels", format!("{{\"version\": 1, \"files\": [{info}]}}"))]),
            Read("a b", 8, None, 2, "labels are read from info.labels"),
        ),
        (
            "names",
            all([pictures("train/a.", 0, 8), pictures("train/b.", 1, 8)]),
            Read("a b", 16, None, 0, "before the first dot"),
        ),
        ("idx", idx_files("train", 30, 0, |name| name), Read("0 1 2", 30, None, 0, "")),
        (
            "kaggle_idx",
            all([("train", 30), ("t10k", 6)]
                .map(|(stem, count)| idx_files(stem, count, 0, |name| format!("{name}/{name}")))),
            Read("0 1 2", 30, None, 6, ""),
        ),
        (
            "emnist",
            all([("train", 30), ("test", 6)].map(|(part, count)| {
                idx_files(&format!("emnist-letters-{part}"), count, 1, |name| format!("gzip/{name}"))
            })),
            Read("1 2 3", 30, None, 6, "images are read from gzip/"),
        ),
        (
            "emnist_mapped",
            all([
                all([("train", 30), ("test", 6)]
                    .map(|(part, count)| idx_files(&format!("emnist-letters-{part}"), count, 1, |name| name))),
                file("emnist-letters-mapping.txt", "1 65 97\n2 66 98\n3 67 99\n"),
            ]),
            Read("A B C", 30, None, 6, ""),
        ),
        ("npz", file("set.npz", npz(30)), Read("0 1 2", 30, None, 0, "")),
        (
            "cifar",
            all([
                file("cifar-10-batches-bin/data_batch_1.bin", cifar(30)),
                file("cifar-10-batches-bin/test_batch.bin", cifar(3)),
                file("cifar-10-batches-bin/batches.meta.txt", "cat\ndog\nfrog\n"),
            ]),
            Read("cat dog frog", 30, None, 3, "images are read from cifar-10-batches-bin/"),
        ),
        (
            "zips",
            all([file("a.zip", "PK\x03\x04"), file("b.zip", "PK\x03\x04")]),
            Refused("it contains 2 zip archives (unpack)"),
        ),
        (
            "tiff",
            all([pictures("a/", 0, 8), (0..8).map(|number| (format!("b/{number}.tif"), tiff(1, number))).collect()]),
            Read("a b", 16, None, 0, ""),
        ),
        (
            "avif",
            all([ab("", 8), file("a/x.avif", AVIF), file("a/y.avif", AVIF), file("b/notes.txt", "x")]),
            Read("a b", 16, None, 0, "3 files skipped: 2 AVIF pictures (convert to JPEG or PNG), 1 text file"),
        ),
        (
            "only_avif",
            all([pictures("a/", 0, 8), file("b/x.avif", AVIF)]),
            Refused("class \"b\" has no readable training images: b/x.avif: an AVIF picture: convert to JPEG or PNG"),
        ),
        (
            "downloads",
            all([ab("", 8), file("a/x.jpg", WEB_PAGE), file("b/y.jpg", LFS)]),
            Read(
                "a b",
                16,
                None,
                0,
                "a/x.jpg (it is a web page: not a picture: the download failed); b/y.jpg (it is a Git LFS",
            ),
        ),
    ]
}

fn write(scene: &Scene, folder: &str, files: &Files) {
    for (name, bytes) in files {
        let path = scene.path(folder).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The classes, and the sums of training, validation and test images, in a run's `data-check.md`.
fn counted(text: &str) -> (String, [usize; 3]) {
    let rows = text.lines().skip(2).take_while(|line| line.starts_with('|'));
    let (mut names, mut sums) = (Vec::new(), [0; 3]);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        names.push(cells[0]);
        for (sum, cell) in sums.iter_mut().zip(&cells[1..]) {
            *sum += cell.parse::<usize>().unwrap();
        }
    }
    (names.join(" "), sums)
}

#[test]
fn every_layout_is_read_as_it_is_meant_or_refused_by_name() {
    let scene = Scene::empty();
    let layouts = layouts();
    assert!(layouts.len() >= 20);
    for (name, files, outcome) in layouts {
        write(&scene, name, &files);
        let answer = scene.run(&format!("--config tiny.toml --data {name} --epochs 1 --train --run run-{name}"));
        match outcome {
            Refused(message) => {
                answer.ends(2).says(&[message]);
            }
            Read(classes, learnt, validated, tested, said) => {
                answer.ends(0).says(&[said]);
                let (names, [train, validation, test]) = counted(&scene.read(&format!("run-{name}/data-check.md")));
                assert_eq!((&names[..], train + validation, test), (classes, learnt, tested), "{name}");
                assert!(validated.is_none_or(|wanted| wanted == validation), "{name}: {validation}");
                assert!(train > 0 && validation > 0, "{name}");
            }
        }
    }
}

#[test]
fn every_entry_passed_over_is_named_in_the_run() {
    let scene = Scene::empty();
    let files = all([classes("", AB, 8), file("a/x.avif", AVIF), file("b/.hidden", "x"), file("loose.png", png(0, 1))]);
    write(&scene, "photos", &files);
    for number in 0..5 {
        fs::write(scene.path(&format!("photos/a/note{number}.txt")), "x").unwrap();
    }
    scene.run("--config tiny.toml --data photos --epochs 1 --train --run run").ends(0).says(&[
        "7 files skipped: 5 text files, 1 AVIF picture (convert to JPEG or PNG), 1 hidden file",
        "1 picture in the top folder has no class and is not used: loose.png",
    ]);
    let report = scene.read("run/data-check.md");
    for name in
        ["a/x.avif (an AVIF picture", "b/.hidden (hidden)", "a/note0.txt (text)", "a/note4.txt (text)", "loose.png"]
    {
        assert!(report.contains(name), "{name}: {report}");
    }
}

#[test]
fn an_archive_in_place_of_a_folder_is_called_that() {
    let scene = Scene::empty();
    for (name, bytes, kind) in [
        ("a.zip", &b"PK\x03\x04"[..], "zip"),
        ("b.tgz", b"\x1f\x8b\x08", "gzip"),
        ("c.7z", b"7z\xbc\xaf\x27\x1c", "7z"),
    ] {
        fs::write(scene.path(name), bytes).unwrap();
        let answer = scene.run(&format!("--config tiny.toml --data {name} --train"));
        answer.ends(2).says(&[name, &format!("is a {kind} archive, not a data set: unpack it and pass the folder")]);
        assert!(!Path::new(&scene.path("runs")).exists());
    }
}

#[test]
fn the_background_of_the_configuration_is_behind_what_is_transparent() {
    let scene = Scene::new();
    scene.run("--config tiny.toml --train --run white").ends(0);
    scene.run("--config tiny.toml --set data.background=black --train --run black").ends(0);
    // One that shows nothing but its background, and what that looks like.
    image::GrayAlphaImage::new(16, 16).save(scene.path("clear.png")).unwrap();
    for (name, level) in [("white", 255), ("black", 0)] {
        image::GrayImage::from_pixel(16, 16, image::Luma([level])).save(scene.path(&format!("{name}.png"))).unwrap();
        let answer = scene.run(&format!("--run {name} --predict clear.png {name}.png --json")).ends(0);
        let mut predictions = answer.objects();
        predictions.retain(|object| object["type"] == "prediction");
        assert_eq!(predictions[0]["probabilities"], predictions[1]["probabilities"], "{name}");
    }
}
