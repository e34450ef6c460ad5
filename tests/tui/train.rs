//! The Train screen on real trainings.

use super::*;

#[test]
fn the_end_of_a_training_rings_and_the_title_says_how_far_it_is() {
    let folder = folder_with("pico");
    let text = read(&folder, "net.toml").replacen("epochs = \"auto\"", "epochs = 1", 1);
    fs::write(folder.path().join("net.toml"), text).unwrap();
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send(F3).wait_for("trains it").send("t").wait_for("done").settle();
    let has = |terminal: &Terminal, text: &str| terminal.bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has(&terminal, "\x07\x1b]9;micromobilenet: pico done"), "no notification");
    for title in ["\x1b[22;2t", "\x1b]2;pico reading images · micromobilenet", "\x1b]2;pico 1/1", "\x1b]2;pico done"] {
        assert!(has(&terminal, title), "{title:?}");
    }
    assert!(!has(&terminal, "\x1b[23;2t"));
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    assert!(has(&terminal, "\x1b[23;2t"), "the title before is restored");
}

#[test]
fn a_run_folder_removed_while_it_is_trained_is_written_anew() {
    let folder = folder_with("pico");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml", "--set", "train.epochs=20"]);
    terminal.wait_for("Network").send(SAVE).wait_for("wrote").send(F3).wait_for("trains it").send("t");
    terminal.wait_for("images/s");
    let run = only_folder(folder.path().join("runs"));
    fs::remove_dir_all(&run).unwrap();
    terminal.wait_for("vanished").send("x").wait_for("pico stopped");
    assert!(!terminal.text().contains("not begun"), "{}", terminal.text());
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(only_folder(folder.path().join("runs")), run);
    let info = fs::read_to_string(run.join("run.json")).unwrap();
    assert!(info.contains("\"stopped\""), "{info}");
    for file in ["config.toml", "labels.txt", "checkpoints/last.safetensors"] {
        assert!(run.join(file).exists(), "{file}");
    }
}

/// Writes a data set of two classes whose images cannot be told apart, so that there are mistakes.
fn write_pictures(folder: &Path) {
    for (class, shade) in [("dark", 90), ("light", 110)] {
        fs::create_dir_all(folder.join(class)).unwrap();
        for number in 0..40_u32 {
            let pixel = |x: u32, y: u32| image::Luma([(shade + (x * 37 + y * 91 + number * 53) % 60) as u8]);
            image::GrayImage::from_fn(16, 16, pixel).save(folder.join(class).join(format!("{number}.png"))).unwrap();
        }
    }
}

/// Every file below `folder`, as a path from there.
fn files_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for class in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        for file in fs::read_dir(&class).unwrap().map(|entry| entry.unwrap().path()) {
            found.push(file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn images_of_a_cell_are_opened_relabelled_set_aside_and_moved_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_with("pico");
    write_pictures(&folder.path().join("pictures"));
    let text = read(&folder, "net.toml").replacen("epochs = \"auto\"", "epochs = 1", 1);
    let text = text.replacen("source = \"fashion-mnist\"", "source = \"pictures\"", 1);
    fs::write(folder.path().join("net.toml"), text).unwrap();
    // A viewer that only says what it was given.
    let viewer = folder.path().join("bin/xdg-open");
    fs::create_dir(viewer.parent().unwrap()).unwrap();
    fs::write(&viewer, format!("#!/bin/sh\necho \"$1\" > {}\n", folder.path().join("opened").display())).unwrap();
    fs::set_permissions(&viewer, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", viewer.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let variables = [("TERM", "xterm-256color"), ("PATH", &*path)];
    let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
    terminal.wait_for("Network").send(F3).wait_for("trains it").send("t").wait_for("pico done");
    let before = files_in(&folder.path().join("pictures"));
    // The first cell that is not empty.
    terminal.send("\t\r").settle();
    if !terminal.text().contains("image 1 of") {
        terminal.send("\x1b[C\r");
    }
    terminal.wait_for("image 1 of").send("o").wait_for("opening");
    while fs::read_to_string(folder.path().join("opened")).unwrap_or_default().is_empty() {
        terminal.take(Duration::from_millis(50));
    }
    let opened = read(&folder, "opened");
    assert!(opened.contains("/pictures/dark/") && Path::new(opened.trim()).is_file(), "{opened}");
    terminal.send("e").wait_for("to the class").send(ENTER).wait_for("moved to").settle();
    let relabelled = files_in(&folder.path().join("pictures"));
    assert_eq!(relabelled.iter().filter(|file| file.starts_with("light/")).count(), 41, "{relabelled:?}");
    terminal.send("\x1b[C").wait_for("image 2 of").send("d").wait_for("set-aside/").settle();
    assert_eq!(files_in(&folder.path().join("set-aside")).len(), 1);
    terminal.send("u").wait_for("moved back").send("\x1b[D").wait_for("image 1 of").send("u").settle();
    assert_eq!(files_in(&folder.path().join("pictures")), before);
    terminal.send("\x1bq");
    terminal.settle();
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}
