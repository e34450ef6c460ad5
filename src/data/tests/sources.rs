//! Folders, IDX files and the bundled set, and their splits.

use std::sync::Mutex;

use super::*;
use crate::config::Background;

#[test]
fn a_folder_of_classes_is_split_by_class_and_sorted_by_name() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "b", 10, 100);
    put_class(folder.path(), "a", 20, 0);
    put(folder.path(), "a/notes.txt", b"x");
    put(folder.path(), ".hidden/x.png", b"x");
    put(folder.path(), "a/.hidden.png", b"x");
    assert_eq!(class_names(folder.path().to_str().unwrap()).unwrap(), ["a", "b"]);
    let set = loaded(folder.path()).unwrap();
    assert_eq!(set.labels, ["a", "b"]);
    let (train, validation) = (set.train.counts(2), set.validation.counts(2));
    assert_eq!((train[0] + validation[0], train[1] + validation[1]), (20, 10));
    assert!(validation.iter().zip([10, 5]).all(|(&count, most)| (1..=most).contains(&count)), "{validation:?}");
    assert!(set.test.is_none());
    let skipped: Vec<&str> = set.check.skipped.iter().map(|entry| &entry.name[..]).collect();
    assert_eq!(skipped, [".hidden/", "a/.hidden.png", "a/notes.txt"]);
    for images in [&set.train, &set.validation] {
        assert!(images.names.windows(2).all(|pair| pair[0] < pair[1]));
        for i in 0..images.len() {
            assert!(images.names[i].starts_with(&format!("{}/", set.labels[usize::from(images.labels[i])])));
            let path = folder.path().join(&images.names[i]);
            assert_eq!(
                images.image(i),
                load_image(&path, GREY, Data::default().resize, Background::default()).unwrap()
            );
        }
    }
}

#[test]
fn the_order_in_which_files_were_made_changes_nothing() {
    let make = |order: &[u32]| {
        let folder = tempfile::tempdir().unwrap();
        for &i in order {
            let class = ["a", "b", "c"][i as usize % 3];
            put(folder.path(), &format!("{class}/{i}.png"), &encoded(&picture(8, 8, i), ImageFormat::Png));
        }
        let set = loaded(folder.path()).unwrap();
        (set.train, set.validation, set.fingerprint)
    };
    let straight: Vec<u32> = (0..30).collect();
    let reverse: Vec<u32> = (0..30).rev().collect();
    assert_eq!(make(&straight), make(&reverse));
}

#[test]
fn the_fingerprint_follows_pixels_labels_and_split() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 10, 0);
    put_class(folder.path(), "b", 10, 100);
    let mut seen = vec![loaded(folder.path()).unwrap().fingerprint];
    assert_eq!(loaded(folder.path()).unwrap().fingerprint, seen[0]);
    assert_eq!(seen[0].len(), 64);
    let other_seed = Data { split_seed: 1, ..data(folder.path()) };
    seen.push(load(&other_seed, GREY, None, &NoProgress).unwrap().fingerprint);
    let padded = Data { resize: crate::config::Resize::Pad, ..data(folder.path()) };
    seen.push(load(&padded, GREY, None, &NoProgress).unwrap().fingerprint);
    put(folder.path(), "a/000.png", &encoded(&picture(8, 8, 77), ImageFormat::Png));
    seen.push(loaded(folder.path()).unwrap().fingerprint);
    std::fs::rename(folder.path().join("b"), folder.path().join("bb")).unwrap();
    seen.push(loaded(folder.path()).unwrap().fingerprint);
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
fn train_validation_and_test_folders_are_the_users_split() {
    for validation in ["validation", "val", "valid"] {
        let folder = tempfile::tempdir().unwrap();
        for (part, count, first) in [("train", 6, 0), (validation, 3, 50), ("test", 2, 80)] {
            put_class(folder.path(), &format!("{part}/a"), count, first);
            put_class(folder.path(), &format!("{part}/b"), count, 100 + first);
        }
        assert_eq!(class_names(folder.path().to_str().unwrap()).unwrap(), ["a", "b"]);
        let set = loaded(folder.path()).unwrap();
        assert_eq!([set.train.len(), set.validation.len(), set.test.as_ref().unwrap().len()], [12, 6, 4]);
        assert_eq!(set.validation.names[0], format!("{validation}/a/000.png"));
    }
}

#[test]
fn without_a_validation_folder_the_training_images_are_split() {
    let folder = tempfile::tempdir().unwrap();
    for (part, first) in [("train", 0), ("test", 50)] {
        put_class(folder.path(), &format!("{part}/a"), 10, first);
        put_class(folder.path(), &format!("{part}/b"), 10, 100 + first);
    }
    let set = loaded(folder.path()).unwrap();
    assert_eq!((set.train.len() + set.validation.len(), set.test.unwrap().len()), (20, 20));
    assert!((2..=10).contains(&set.validation.len()));
}

#[test]
fn a_class_may_be_called_train() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "plane", 5, 0);
    put_class(folder.path(), "train", 5, 100);
    assert_eq!(loaded(folder.path()).unwrap().labels, ["plane", "train"]);
}

#[test]
fn copies_stay_on_one_side_and_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 10, 0);
    put_class(folder.path(), "b", 10, 100);
    for i in 0..10 {
        let copy = encoded(&picture(8, 8, i), ImageFormat::Bmp);
        put(folder.path(), &format!("a/copy{i}.bmp"), &copy);
    }
    put(folder.path(), "b/wrong.png", &encoded(&picture(8, 8, 3), ImageFormat::Png));
    let set = loaded(folder.path()).unwrap();
    for i in 0..set.validation.len() {
        assert!((0..set.train.len()).all(|j| set.train.image(j) != set.validation.image(i)));
    }
    assert!(set.validation.counts(2).iter().all(|&count| count > 0));
    let found = &set.check.duplicates;
    assert_eq!((found.copies, found.across_classes.len(), found.across_parts.len()), (11, 1, 0));
    assert_eq!(found.across_classes[0], ("a/003.png".to_owned(), "b/wrong.png".to_owned()));
}

#[test]
fn copies_across_the_users_own_folders_are_kept_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["train", "validation"] {
        put_class(folder.path(), &format!("{part}/a"), 3, 0);
        put_class(folder.path(), &format!("{part}/b"), 3, 100);
    }
    let set = loaded(folder.path()).unwrap();
    assert_eq!((set.train.len(), set.validation.len()), (6, 6));
    assert_eq!(set.check.duplicates.across_parts.len(), 6);
    assert!(set.check.to_string().contains("train/a/000.png = validation/a/000.png"), "{}", set.check);
}

#[test]
fn unreadable_files_are_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 5, 0);
    put_class(folder.path(), "b", 5, 100);
    put(folder.path(), "a/0000.png", b"no picture");
    put(folder.path(), "b/zero.jpg", b"");
    let set = loaded(folder.path()).unwrap();
    assert_eq!(set.train.len() + set.validation.len(), 10);
    let names: Vec<&str> = set.check.unreadable.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a/0000.png", "b/zero.jpg"]);
    // After the unreadable ones are removed, every image still has the pixels of its file.
    for i in 0..set.train.len() {
        let path = folder.path().join(&set.train.names[i]);
        assert_eq!(set.train.image(i), load_image(&path, GREY, Data::default().resize, Background::default()).unwrap());
    }
}

#[test]
fn small_images_are_counted_but_not_those_of_the_bundled_set() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 5, 0);
    put_class(folder.path(), "b", 5, 100);
    let input = Input { height: 9, width: 4, channels: 1 };
    let set = load(&data(folder.path()), input, None, &NoProgress).unwrap();
    assert_eq!(set.check.small.count, 10);
    let set = load(&Data::default(), Input::default(), Some(20), &NoProgress).unwrap();
    assert_eq!(set.check.small.count, 0);
}

#[test]
fn idx_folders_are_read_plain_and_in_gzip_with_their_test_images() {
    let (images, labels) = idx_pair(30);
    let (test_images, test_labels) = idx_pair(6);
    let mut fingerprints = Vec::new();
    for packed in [false, true] {
        for separator in ["-", "."] {
            let folder = tempfile::tempdir().unwrap();
            for (stem, kind, bytes) in [
                ("train-images", 3, &images),
                ("train-labels", 1, &labels),
                ("t10k-images", 3, &test_images),
                ("t10k-labels", 1, &test_labels),
            ] {
                let end = if packed { ".gz" } else { "" };
                let name = format!("{stem}{separator}idx{kind}-ubyte{end}");
                put(folder.path(), &name, &if packed { gzip(bytes) } else { bytes.clone() });
            }
            assert_eq!(class_names(folder.path().to_str().unwrap()).unwrap(), ["0", "1", "2"]);
            let set = loaded(folder.path()).unwrap();
            assert_eq!((set.train.len() + set.validation.len(), set.test.as_ref().unwrap().len()), (30, 6));
            assert_eq!(set.test.unwrap().names[5], "test 5");
            assert!(set.train.names[0].starts_with("train "));
            fingerprints.push(set.fingerprint);
        }
    }
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 1);
}

#[test]
fn one_idx_file_finds_its_labels_and_labels_txt_names_the_classes() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = idx_pair(30);
    put(folder.path(), "my-images-idx3-ubyte", &images);
    put(folder.path(), "my-labels-idx1-ubyte.gz", &gzip(&labels));
    let path = folder.path().join("my-images-idx3-ubyte");
    let input = Input { height: 4, width: 4, channels: 1 };
    let set = load(&data(&path), input, None, &NoProgress).unwrap();
    assert_eq!(set.train.len() + set.validation.len(), 30);
    for i in 0..set.train.len() {
        let place: usize = set.train.names[i].strip_prefix("train ").unwrap().parse().unwrap();
        assert_eq!(set.train.image(i), &images[16 + 16 * place..][..16]);
        assert_eq!(set.train.labels[i], u16::from(labels[8 + place]));
    }
    put(folder.path(), "labels.txt", "rose\r\ntulip\n\ndaisy\n".as_bytes());
    assert_eq!(class_names(path.to_str().unwrap()).unwrap(), ["rose", "tulip", "daisy"]);
}

#[test]
fn a_folder_called_fashion_has_the_fashion_classes() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = idx_pair(30);
    put(folder.path(), "Fashion-MNIST/train-images-idx3-ubyte", &images);
    put(folder.path(), "Fashion-MNIST/train-labels-idx1-ubyte", &labels);
    let names = class_names(folder.path().join("Fashion-MNIST").to_str().unwrap()).unwrap();
    assert_eq!((names.len(), names[9].as_str()), (10, "Ankle boot"));
}

#[test]
fn the_bundled_set_is_whole() {
    let input = Input { height: 28, width: 28, channels: 1 };
    assert_eq!(class_names("fashion-mnist").unwrap().len(), 10);
    let set = load(&Data::default(), input, None, &NoProgress).unwrap();
    assert_eq!(set.train.counts(10), [600; 10]);
    assert_eq!(set.validation.counts(10), [100; 10]);
    assert!(set.check.is_clean(), "{}", set.check);
    assert_eq!(set.fingerprint, "5fca1b52cd4485ea1664c59375fea8759d265e2e6ac8e7bb419ac4d58e04d4aa");
}

#[test]
fn a_limit_takes_a_little_of_every_class() {
    let set = load(&Data::default(), GREY, Some(50), &NoProgress).unwrap();
    assert_eq!((set.train.counts(10), set.validation.counts(10)), (vec![5; 10], vec![5; 10]));
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 40, 0);
    put_class(folder.path(), "b", 20, 100);
    let set = load(&data(folder.path()), GREY, Some(12), &NoProgress).unwrap();
    assert!(set.train.len() <= 12 && set.train.len() >= 11, "{}", set.train.len());
    assert!(set.validation.counts(2).iter().all(|&count| count > 0));
    let again = load(&data(folder.path()), GREY, Some(12), &NoProgress).unwrap();
    assert_eq!(set, again);
    let set = load(&data(folder.path()), GREY, Some(0), &NoProgress).unwrap();
    assert_eq!((set.train.len(), set.validation.len()), (2, 2), "one image of each class is the least");
}

#[test]
fn progress_ends_with_all_images_and_can_cancel() {
    #[derive(Default)]
    struct Log(Mutex<Vec<(usize, usize)>>, bool);
    impl Progress for Log {
        fn decoded(&self, done: usize, total: usize) {
            self.0.lock().unwrap().push((done, total));
        }
        fn cancelled(&self) -> bool {
            self.1
        }
    }
    let log = Log::default();
    load(&Data::default(), GREY, Some(100), &log).unwrap();
    let mut calls = log.0.into_inner().unwrap();
    assert_eq!(calls.last(), Some(&(200, 200)));
    calls.sort_unstable();
    assert_eq!(calls, (1..=200).map(|done| (done, 200)).collect::<Vec<_>>());
    let log = Log(Mutex::default(), true);
    assert!(matches!(load(&Data::default(), GREY, Some(100), &log), Err(DataError::Cancelled)));
}

#[test]
fn any_number_of_threads_gives_the_same_set() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 20, 0);
    put_class(folder.path(), "b", 20, 100);
    put(folder.path(), "a/bad.png", b"x");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| loaded(folder.path()).unwrap())
    };
    assert_eq!(with(1), with(3));
}
