//! Many images in one file: IDX as EMNIST and Kaggle have it, CIFAR, NumPy arrays.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;

use super::*;

const SMALL: Input = Input { height: 2, width: 3, channels: 1 };

/// The data set at `source` for images of two rows and three columns.
fn read(source: &Path) -> Result<Dataset, DataError> {
    load(&data(source), SMALL, None, &NoProgress)
}

/// An IDX pair of `count` images of `rows`×`columns`, image i filled from 10 i upwards, its label
/// `first + i % classes`.
fn pair(count: u32, (rows, columns): (u32, u32), first: u8, classes: u8) -> (Vec<u8>, Vec<u8>) {
    let pixels: Vec<u8> = (0..count).flat_map(|i| (0..rows * columns).map(move |p| (i * 10 + p) as u8)).collect();
    let labels: Vec<u8> = (0..count).map(|i| first + (i % u32::from(classes)) as u8).collect();
    (idx(&[count, rows, columns], &pixels), idx(&[count], &labels))
}

#[test]
fn emnist_is_put_upright_and_its_letters_begin_at_1() {
    let folder = tempfile::tempdir().unwrap();
    // Three rows and two columns as written, two rows and three columns upright.
    let (images, labels) = pair(26 * 2, (3, 2), 1, 26);
    let (test_images, test_labels) = pair(26, (3, 2), 1, 26);
    for (name, bytes) in [
        ("emnist-letters-train-images-idx3-ubyte.gz", &images),
        ("emnist-letters-train-labels-idx1-ubyte.gz", &labels),
        ("emnist-letters-test-images-idx3-ubyte.gz", &test_images),
        ("emnist-letters-test-labels-idx1-ubyte.gz", &test_labels),
    ] {
        put(folder.path(), &format!("gzip/{name}"), &gzip(bytes));
    }
    let set = read(folder.path()).unwrap();
    assert_eq!((set.labels.len(), &set.labels[0][..], &set.labels[25][..]), (26, "A", "Z"));
    assert_eq!(set.train.len() + set.validation.len(), 52);
    let test = set.test.unwrap();
    assert_eq!((test.len(), test.labels[0], test.labels[25]), (26, 0, 25));
    assert_eq!(test.image(1), [10, 12, 14, 11, 13, 15], "columns become rows");
    assert!(set.check.notes == ["images are read from gzip/"], "{:?}", set.check.notes);
    // By the name of the file alone, and with the mapping that comes with it.
    let mapping: Vec<String> = (1..=26).map(|label| format!("{label} {} {}", 64 + label, 96 + label)).collect();
    let mapping = mapping.join("\n");
    put(folder.path(), "gzip/emnist-letters-mapping.txt", mapping.replace(" 65 ", " 97 ").as_bytes());
    let single = read(&folder.path().join("gzip/emnist-letters-train-images-idx3-ubyte.gz")).unwrap();
    assert_eq!((&single.labels[..2], single.test.unwrap().len()), (&["a".to_owned(), "B".to_owned()][..], 26));
    // A second set makes it unclear which is meant.
    put(folder.path(), "gzip/emnist-digits-train-images-idx3-ubyte.gz", &gzip(&images));
    let error = refusal(folder.path());
    assert!(error.contains("2 data sets; pass the training images of one: emnist-digits-train-images"), "{error}");
}

#[test]
fn labels_from_1_are_told_from_labels_from_0() {
    let classes = |first: u8, classes: u8, names: Option<&str>| {
        let folder = tempfile::tempdir().unwrap();
        let (images, labels) = pair(24, (2, 3), first, classes);
        put(folder.path(), "train-images-idx3-ubyte", &images);
        put(folder.path(), "train-labels-idx1-ubyte", &labels);
        if let Some(names) = names {
            put(folder.path(), "labels.txt", names.as_bytes());
        }
        let names = class_names(folder.path().to_str().unwrap()).unwrap();
        let set = read(folder.path()).unwrap();
        assert_eq!(names, set.labels);
        (names.join(" "), set.train.counts(classes.into()).iter().all(|&count| count > 0))
    };
    assert_eq!(classes(0, 3, None), ("0 1 2".to_owned(), true));
    assert_eq!(classes(1, 3, None), ("1 2 3".to_owned(), true));
    assert_eq!(classes(1, 3, Some("a\nb\nc")), ("a b c".to_owned(), true));
    assert_eq!(classes(0, 3, Some("a\nb\nc")), ("a b c".to_owned(), true));
}

#[test]
fn idx_files_may_lie_in_folders_of_their_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = pair(24, (2, 3), 0, 3);
    for (stem, images, labels) in [("train", &images, &labels), ("t10k", &images, &labels)] {
        for (name, bytes) in
            [(format!("{stem}-images-idx3-ubyte"), images), (format!("{stem}-labels-idx1-ubyte"), labels)]
        {
            put(folder.path(), &format!("{name}/{name}"), bytes);
        }
    }
    let set = read(folder.path()).unwrap();
    assert_eq!((set.train.len() + set.validation.len(), set.test.unwrap().len()), (24, 24));
}

/// `count` CIFAR records with `labels` bytes before the pixels; the last is the class, i % 3.
fn records(count: u8, labels: usize) -> Vec<u8> {
    let plane = |i: u8, plane: u8| vec![i * 20 + plane; 1024];
    (0..count).flat_map(|i| [vec![i % 3; labels], plane(i, 0), plane(i, 1), plane(i, 2)].concat()).collect()
}

#[test]
fn cifar_is_read_from_its_binary_files() {
    let input = Input { height: 32, width: 32, channels: 3 };
    let ten = tempfile::tempdir().unwrap();
    put(ten.path(), "cifar-10-batches-bin/data_batch_1.bin", &records(6, 1));
    put(ten.path(), "cifar-10-batches-bin/data_batch_2.bin", &records(6, 1));
    put(ten.path(), "cifar-10-batches-bin/test_batch.bin", &records(3, 1));
    put(ten.path(), "cifar-10-batches-bin/batches.meta.txt", b"airplane\ntruck\nfrog\n\n");
    let set = load(&data(ten.path()), input, None, &NoProgress).unwrap();
    assert_eq!((set.labels.join(" "), set.train.len() + set.validation.len()), ("airplane truck frog".to_owned(), 12));
    let test = set.test.unwrap();
    assert_eq!((&test.image(2)[..6], test.labels[2]), (&[40, 41, 42, 40, 41, 42][..], 2), "planes become pixels");
    std::fs::remove_file(ten.path().join("cifar-10-batches-bin/batches.meta.txt")).unwrap();
    assert_eq!(class_names(ten.path().to_str().unwrap()).unwrap()[9], "truck");
    let hundred = tempfile::tempdir().unwrap();
    put(hundred.path(), "train.bin", &records(9, 2));
    put(hundred.path(), "test.bin", &records(3, 2));
    put(hundred.path(), "fine_label_names.txt", b"apple\nbear\ncan\n");
    let set = load(&data(hundred.path()), input, None, &NoProgress).unwrap();
    assert_eq!((set.labels[1].as_str(), set.test.unwrap().len()), ("bear", 3));
    put(hundred.path(), "train.bin", &records(9, 2)[1..]);
    assert!(
        refusal(hundred.path())
            .contains("train.bin: its size is 27665 bytes, not a multiple of the record size, 3074 bytes")
    );
    put(hundred.path(), "train.bin", &records(9, 2));
    put(hundred.path(), "fine_label_names.txt", b"apple\nbear\n");
    assert!(refusal(hundred.path()).contains("label 2 of image 2 is out of range"));
    let python = tempfile::tempdir().unwrap();
    put(python.path(), "data_batch_1", b"\x80\x02");
    assert!(refusal(python.path()).contains("data_batch_1: the Python version of CIFAR"));
}

/// A NumPy array file.
fn npy(descr: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), bytes].concat()
}

/// An npz file of these arrays.
fn npz(arrays: &[(&str, Vec<u8>)], packed: bool) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let method = if packed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    for (name, bytes) in arrays {
        let options = zip::write::SimpleFileOptions::default().compression_method(method).large_file(true);
        writer.start_file(format!("{name}.npy"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Images of 2×3 filled from 10 i upwards, and labels i % 3.
fn arrays(count: u8) -> (Vec<u8>, Vec<u8>) {
    let pixels: Vec<u8> = (0..count).flat_map(|i| (0..6).map(move |p| i * 10 + p)).collect();
    let labels: Vec<u8> = (0..count).flat_map(|i| i64::from(i % 3).to_le_bytes()).collect();
    (npy("|u1", &format!("{count}, 2, 3"), &pixels), npy("<i8", &format!("{count}, 1"), &labels))
}

#[test]
fn npz_files_and_npy_files_are_read() {
    let ((x, y), (x_test, y_test)) = (arrays(15), arrays(3));
    for (names, packed) in [
        (["x_train", "y_train", "x_test", "y_test"], true),
        (["x_train", "y_train", "x_test", "y_test"], false),
        (["train_images", "train_labels", "test_images", "test_labels"], true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let arrays: Vec<(&str, Vec<u8>)> =
            names.into_iter().zip([x.clone(), y.clone(), x_test.clone(), y_test.clone()]).collect();
        put(folder.path(), "my.npz", &npz(&arrays, packed));
        for source in [folder.path().to_owned(), folder.path().join("my.npz")] {
            assert_eq!(class_names(source.to_str().unwrap()).unwrap(), ["0", "1", "2"]);
            let set = read(&source).unwrap();
            assert_eq!(set.train.len() + set.validation.len(), 15);
            let test = set.test.unwrap();
            assert_eq!((test.image(2), test.labels[2]), (&[20, 21, 22, 23, 24, 25][..], 2));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("x_train", &x), ("y_train", &y), ("x_val", &x_test), ("y_val", &y_test)] {
        put(folder.path(), &format!("{name}.npy"), bytes);
    }
    put(folder.path(), "labels.txt", b"a\nb\nc\n");
    let set = read(folder.path()).unwrap();
    assert_eq!((set.labels.join(" "), set.train.len(), set.validation.len()), ("a b c".to_owned(), 15, 3));
    // Channels first and last.
    let rgb: Vec<u8> = (0..6 * 18).collect();
    let labels = npy("|u1", "6,", &[0, 1, 0, 1, 0, 1]);
    for (shape, wanted) in [("6, 2, 3, 3", [90, 91, 92]), ("6, 3, 3, 2", [90, 96, 102])] {
        put(folder.path(), "z/x.npz", &npz(&[("x_train", npy("|u1", shape, &rgb)), ("y_train", labels.clone())], true));
        let (height, width) = if shape.ends_with("3, 3") { (2, 3) } else { (3, 2) };
        let input = Input { height, width, channels: 3 };
        let set = load(&data(&folder.path().join("z")), input, None, &NoProgress).unwrap();
        let images = [&set.train, &set.validation];
        let image =
            images.iter().find_map(|part| Some(part.image(part.names.iter().position(|name| name == "train 5")?)));
        assert_eq!(image.unwrap()[..3], wanted, "{shape}");
    }
}

#[test]
fn arrays_of_another_type_or_shape_say_what_would_be_right() {
    let (x, y) = arrays(6);
    let error = |x: Vec<u8>, y: Vec<u8>| {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "my.npz", &npz(&[("x_train", x), ("y_train", y)], true));
        refusal(&folder.path().join("my.npz"))
    };
    for (x, y, wanted) in [
        (npy("<f4", "6, 2, 3", &[0; 144]), y.clone(), "my.npz: x_train: its type is <f4; images must be uint8"),
        (npy("|u1", "6, 6", &[0; 36]), y.clone(), "its shape is 6×6; expected images × height × width"),
        (npy("|u1", "6, 2, 3, 4", &[0; 144]), y.clone(), "its shape is 6×2×3×4"),
        (npy("|u1", "99999999, 999, 999", &[0; 36]), y.clone(), "header declares 99999999 images of 999×999"),
        (npy("|u1", "7, 2, 3", &[0; 36]), y.clone(), "ends after 36 of the 42 bytes"),
        (npy("|u1", "5, 2, 3", &[0; 36]), y.clone(), "more data after the 30 bytes"),
        (x.clone(), npy("|u1", "5,", &[0, 1, 0, 1, 0]), "y_train: it has 5 labels, but x_train has 6 images"),
        (x.clone(), npy("<f8", "6,", &[0; 48]), "its type is <f8; labels must be integers"),
        (x.clone(), npy("|u1", "6, 3", &[0; 18]), "its shape is 6×3; expected one label per image"),
        (x.clone(), npy("|i1", "6,", &[255; 6]), "negative labels"),
        (x.clone(), npy("<u8", "6,", &[255; 48]), "classes; the maximum is 1000"),
        (x.clone(), b"junk".to_vec(), "y_train: it ends in its header"),
    ] {
        let error = error(x, y);
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.npz", &npz(&[("spam", x)], true));
    assert!(refusal(&folder.path().join("a.npz")).ends_with("and their labels; it has: spam"));
    put(folder.path(), "b.npz", b"PK");
    assert!(refusal(folder.path()).contains("2 npz files; pass one of them: a.npz, b.npz"));
    assert!(refusal(&folder.path().join("b.npz")).contains("b.npz: not a readable npz file"));
}

proptest! {
    #[test]
    fn damaged_arrays_and_records_never_panic(
        packed: bool, cut in 0_usize..3000,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let (x, y) = arrays(15);
        let file = npz(&[("x_train", x.clone()), ("y_train", y)], packed);
        let spoilt = |mut bytes: Vec<u8>| {
            bytes.truncate(cut.max(1));
            for (place, value) in &damage {
                let place = place.index(bytes.len());
                bytes[place] = *value;
            }
            bytes
        };
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "x.npz", &spoilt(file));
        if let Ok(set) = read(&folder.path().join("x.npz")) {
            prop_assert!(set.train.len() + set.validation.len() <= 15);
        }
        put(folder.path(), "n/x_train.npy", &spoilt(x));
        put(folder.path(), "n/y_train.npy", &arrays(15).1);
        let _ = read(&folder.path().join("n"));
        put(folder.path(), "c/data_batch_1.bin", &spoilt(records(4, 1)));
        let _ = read(&folder.path().join("c"));
    }
}
