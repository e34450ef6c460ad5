//! Invalid, damaged and malicious sources: each gives an error with its reason.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use proptest::prelude::*;

use super::*;

#[test]
fn an_unknown_name_lists_the_bundled_sets() {
    let error = refusal(Path::new("fashion-mnits\u{1b}"));
    assert!(error.contains("bundled data sets are: fashion-mnist"), "{error}");
    assert!(!error.contains('\u{1b}'));
    assert!(class_names("").is_err());
}

#[test]
fn a_folder_needs_two_classes() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refusal(folder.path()).contains("has no class folders"));
    put(folder.path(), "x.png", b"");
    assert!(refusal(folder.path()).contains("has no class folders"));
    put_class(folder.path(), "only", 3, 0);
    assert!(refusal(folder.path()).contains("only one class, \"only\""));
}

#[test]
fn a_class_without_a_readable_image_is_an_error_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 3, 0);
    std::fs::create_dir(folder.path().join("b")).unwrap();
    assert_eq!(
        refusal(folder.path()),
        "class \"b\" has no readable training images: add pictures to b/ or remove the folder"
    );
    put(folder.path(), "b/1.png", b"");
    assert_eq!(refusal(folder.path()), "class \"b\" has no readable training images: b/1.png: the file is empty");
}

#[test]
fn a_validation_class_that_is_not_trained_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "train/a", 3, 0);
    put_class(folder.path(), "train/b", 3, 10);
    put_class(folder.path(), "validation/c", 3, 20);
    assert!(refusal(folder.path()).contains("validation/c is not a class"));
}

#[test]
fn one_image_a_class_leaves_none_to_hold_out() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 1, 0);
    put_class(folder.path(), "b", 1, 10);
    assert!(refusal(folder.path()).contains("the validation set is empty"));
}

#[test]
fn too_many_classes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..1001 {
        std::fs::create_dir(folder.path().join(i.to_string())).unwrap();
    }
    assert!(refusal(folder.path()).contains("1001 classes; the maximum is 1000"));
}

#[test]
fn fifos_sockets_devices_and_symlink_loops_are_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 3, 0);
    put_class(folder.path(), "b", 3, 10);
    let fifo = folder.path().join("a/fifo.png");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("a/socket.png")).unwrap();
    symlink("/dev/zero", folder.path().join("a/zero.png")).unwrap();
    symlink("loop.png", folder.path().join("a/loop.png")).unwrap();
    symlink("..", folder.path().join("a/up")).unwrap();
    symlink("circle", folder.path().join("circle")).unwrap();
    symlink("nothing", folder.path().join("dangling")).unwrap();
    let set = loaded(folder.path()).unwrap();
    assert_eq!(set.train.len() + set.validation.len(), 6);
    let mut names: Vec<&str> = set.check.unreadable.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a/fifo.png", "a/loop.png", "a/socket.png", "a/zero.png", "circle"]);
    assert!(refusal(&fifo).contains("neither a folder nor a regular file"));
    assert!(refusal(&folder.path().join("circle")).contains("cannot read"));
}

#[test]
fn names_that_are_not_utf_8_are_shown_as_far_as_they_can_be() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    put_class(folder.path(), "a", 3, 0);
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"b\xff"));
    std::fs::create_dir(&odd).unwrap();
    for i in 0..3 {
        let name = [b"\xfe", i.to_string().as_bytes(), b".png"].concat();
        std::fs::write(odd.join(std::ffi::OsStr::from_bytes(&name)), encoded(&picture(8, 8, 50 + i), ImageFormat::Png))
            .unwrap();
    }
    let set = loaded(folder.path()).unwrap();
    assert_eq!(set.labels[1], "b\u{ff}");
    assert!(set.train.names.iter().any(|name| name.starts_with("b\u{ff}/\u{fe}")));
}

#[test]
fn more_than_memory_holds_is_refused_before_it_is_decoded() {
    let input = Input { height: 4096, width: 4096, channels: 3 };
    let error = load(&Data::default(), input, None, &NoProgress).unwrap_err().to_string();
    assert!(error.contains("maximum is 4000 MB"), "{error}");
}

/// Missing permissions, for a user other than root.
#[test]
fn refused_permissions_are_errors_or_named() {
    if let Some(folder) = std::env::var_os("MICROMOBILENET_REFUSED") {
        return look_at_refused(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    open(folder.path(), 0o755);
    for (set, class) in [("file", "a"), ("file", "b"), ("class", "a"), ("class", "b"), ("all", "a"), ("top", "a")] {
        put_class(folder.path(), &format!("{set}/{class}"), 3, u32::from(class.as_bytes()[0]));
    }
    for path in ["file/a/001.png", "class/b", "top", "all"] {
        open(&folder.path().join(path), 0);
    }
    // Names can be listed, but the types of the entries cannot be read.
    open(&folder.path().join("all"), 0o444);
    // A user other than root, to whom modes matter, may not be able to reach the build folder.
    let program = folder.path().join("tests");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    open(&program, 0o755);
    let mut command = Command::new(&program);
    command
        .args(["--exact", "data::tests::hostile::refused_permissions_are_errors_or_named", "--nocapture"])
        .env("MICROMOBILENET_REFUSED", folder.path())
        .current_dir("/");
    if std::fs::read(folder.path().join("file/a/001.png")).is_ok() {
        use std::os::unix::process::CommandExt as _;
        command.uid(65534).gid(65534);
        for class in ["file", "class"] {
            open(&folder.path().join(class), 0o755);
        }
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    for path in ["class/b", "top", "all"] {
        open(&folder.path().join(path), 0o755);
    }
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn look_at_refused(folder: &Path) {
    let set = loaded(&folder.join("file")).unwrap();
    assert_eq!(set.check.unreadable.len(), 1);
    assert_eq!(set.check.unreadable[0].name, "a/001.png");
    assert!(set.check.unreadable[0].reason.contains("ermission denied"));
    for (source, path) in [("class", "class/b"), ("top", "top"), ("all", "all/a"), ("top/a", "top/a")] {
        let error = refusal(&folder.join(source));
        assert!(error.contains("ermission denied") && error.contains(path), "{source}: {error}");
    }
}

/// The error of loading an IDX pair with these bytes.
fn idx_refusal(images: &[u8], labels: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "x-images-idx3-ubyte", images);
    put(folder.path(), "x-labels-idx1-ubyte", labels);
    refusal(&folder.path().join("x-images-idx3-ubyte"))
}

#[test]
fn damaged_idx_files_say_what_is_wrong() {
    let (images, labels) = idx_pair(30);
    let zipped = gzip(&images);
    let cases = [
        (encoded(&picture(8, 8, 0), ImageFormat::Png), labels.clone(), "begins with 89 50 4e 47, not 00 00 08 03"),
        (labels.clone(), labels.clone(), "begins with 00 00 08 01, not 00 00 08 03"),
        (images.clone(), images.clone(), "begins with 00 00 08 03, not 00 00 08 01"),
        (images[..100].to_vec(), labels.clone(), "ends after 84 of the 480 bytes"),
        (images[..10].to_vec(), labels.clone(), "truncated in its header"),
        ([&images[..], &[1]].concat(), labels.clone(), "more data after the 480 bytes"),
        (zipped[..zipped.len() / 2].to_vec(), labels.clone(), "is truncated after"),
        (zipped[..zipped.len() - 4].to_vec(), labels.clone(), "is truncated at"),
        (images.clone(), idx(&[29], &[1; 29]), "has 29 labels, but"),
        (idx(&[u32::MAX; 3], &[]), labels.clone(), "images are 4294967295×4294967295"),
        (idx(&[u32::MAX, 9999, 9999], &[]), labels.clone(), "header declares 4294967295 images"),
        (idx(&[200_000, 100, 100], &[0; 99]), idx(&[200_000], &[1; 7]), "ends after 7 of the 200000 bytes"),
        (idx(&[30, 0, 4], &[]), labels.clone(), "4×0 pixels"),
        (idx(&[30, 2, 2, 2], &[0; 240]), labels.clone(), "2 channels"),
        (idx(&[0, 4, 4], &[]), idx(&[0], &[]), "only one class"),
    ];
    for (images, labels, wanted) in cases {
        let error = idx_refusal(&images, &labels);
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
}

#[test]
fn labels_must_be_there_and_in_range() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = idx_pair(30);
    put(folder.path(), "x-images-idx3-ubyte", &images);
    let path = folder.path().join("x-images-idx3-ubyte");
    assert!(refusal(&path).contains("expected x-labels-idx1-ubyte next to it"));
    put(folder.path(), "x-labels-idx1-ubyte", &labels);
    put(folder.path(), "labels.txt", b"rose\ntulip\n");
    assert!(refusal(&path).contains("label 2 of image 2 is out of range; there are 2 classes"), "{}", refusal(&path));
    put(folder.path(), "labels.txt", b"rose\n");
    assert!(refusal(&path).contains("only one class"));
    put(folder.path(), "pictures", &images);
    assert!(refusal(&folder.path().join("pictures")).contains("must contain \"images\""));
}

proptest! {
    #[test]
    fn damaged_idx_files_never_panic(
        packed: bool, cut in 0_usize..1500,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let (images, labels) = idx_pair(30);
        let mut bytes = if packed { gzip(&images) } else { images };
        bytes.truncate(cut.max(1));
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "x-images-idx3-ubyte", &bytes);
        put(folder.path(), "x-labels-idx1-ubyte", &labels);
        if let Ok(set) = loaded(&folder.path().join("x-images-idx3-ubyte")) {
            prop_assert_eq!(set.train.len() + set.validation.len(), 30);
        }
    }
}
