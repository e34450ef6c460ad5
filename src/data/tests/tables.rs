//! Labels in tables and in file names, and files that are no pictures.

use super::*;

#[test]
fn tables_give_labels_and_parts() {
    // Beside one folder, without endings.
    let folder = source(|top| {
        put_files(top, "images/", 8, 0);
        put(top, "labels.csv", b"id,breed\n0,pug\n1,pug\n2,pug\n3,husky\n4,husky\n5,husky\n9,husky\n../x,pug\n");
    });
    let (labels, train, _, found) = understood(folder.path());
    assert_eq!((labels.join(" "), train), ("husky pug".to_owned(), 6));
    assert!(found.contains("labels are read from labels.csv"), "{found}");
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
    // Class folders with a table of the same labels.
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
        error.contains("labels.csv: none of the 2 files that it lists exists in its folder; the first is x.png"),
        "{error}"
    );
    let folder = source(|top| {
        put_files(top, "train/", 4, 0);
        put_files(top, "valid/", 1, 10);
        put(top, "train/_classes.csv", b"filename,a,b\n0.png,1,0\n1.png,0,1\n2.png,1,0\n3.png,0,1\n");
        put(top, "valid/_classes.csv", b"filename,c,d\n0.png,1,0\n");
    });
    let error = refusal(folder.path());
    assert!(error.contains("valid/0.png belongs to class \"c\", which has no training images"), "{error}");
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
    // A class with only such files.
    let folder = source(|top| {
        put_class(top, "a", 5, 0);
        put(top, "b/x.avif", &avif);
    });
    assert_eq!(
        refusal(folder.path()),
        "class \"b\" has no readable training images: b/x.avif: an AVIF picture: convert to JPEG or PNG"
    );
    // Archives in place of folders, or as the source.
    let folder = source(|top| {
        put(top, "daisy.zip", b"PK\x03\x04....");
        put(top, "rose.zip", b"PK\x03\x04....");
    });
    assert!(refusal(folder.path()).ends_with("it contains 2 zip archives (unpack)"), "{}", refusal(folder.path()));
    let error = refusal(&folder.path().join("daisy.zip"));
    assert!(error.ends_with("daisy.zip is a zip archive, not a data set: unpack it and pass the folder"), "{error}");
    put(folder.path(), "x.tar.gz", &gzip(b"x"));
    assert!(refusal(&folder.path().join("x.tar.gz")).contains("x.tar.gz is a gzip archive, not a data set: unpack"));
}
