//! The workbench as people use it: the program in a pseudo-terminal.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod console;
mod links;
mod losses;
mod newcomer;
mod picture;
mod record;
mod runs;
mod screenshots;
#[path = "../support/skipped.rs"]
mod skipped;
mod terminal;
mod train;

use skipped::skipped;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use terminal::Terminal;

const DOWN: &str = "\x1b[B";
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const SAVE: &str = "\x13";
const F1: &str = "\x1bOP";
const F2: &str = "\x1bOQ";
const F3: &str = "\x1bOR";
const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";

/// A folder with a preset's file in it.
fn folder_with(preset: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(format!("{}/configs/{preset}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    fs::write(folder.path().join("net.toml"), text).unwrap();
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_width_is_edited_and_saved_and_the_terminal_given_back() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240").send("12").wait_for("+");
    terminal.wait_for("0 separable    47x47x12").wait_for("net.toml*");
    while !folder.path().join(".net.toml.unsaved").exists() {
        terminal.take(Duration::from_millis(50));
    }
    terminal.send(SAVE).wait_for("wrote net.toml").send("q");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_restored());
    let text = read(&folder, "net.toml");
    assert!(text.contains("filters = 12") && text.contains("# folded away at export"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn a_setting_is_found_by_its_name_and_explained() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240").send(F3).wait_for("trains it").send(",").wait_for("Settings, 1 of ");
    terminal.send("42\r").wait_for("now 42 (saved auto)");
    terminal.send("\x10learning rate\r").wait_for("learning_rate (train.learning_rate)");
    terminal.send("\x7f\x7f\x7f0.25\r").wait_for("now 0.25 (saved 0.1)");
    terminal.send("?").wait_for("Design: the settings").send("q").wait_for("Settings, 4 of ");
    terminal.send(SAVE).wait_for("wrote net.toml");
    let text = read(&folder, "net.toml");
    assert!(text.contains("epochs = 42") && text.contains("learning_rate = 0.25"), "{text}");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

/// The only folder in `folder`.
fn only_folder(folder: PathBuf) -> PathBuf {
    let mut found = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let path = found.next().unwrap();
    assert!(found.next().is_none());
    path
}

#[test]
fn a_network_is_designed_trained_and_exported() {
    let folder = folder_with("pico");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml", "--set", "train.epochs=1"]);
    terminal.wait_for("net.toml*").wait_for("epochs 1").send("7").wait_for("16x16x7").send(SAVE).wait_for("wrote");
    // The bundled images: seen, and trained on for an epoch.
    terminal.send(F2).wait_for("read 7,000 images").wait_for("Ankle boot");
    terminal.send(F3).wait_for("trains it as it is now").send("t").wait_for("done, runs/");
    terminal.wait_for("true → predicted");
    // Both arithmetics, and the files of int8.
    terminal.send(F4).wait_for("quantises and compares").send("w").wait_for("wrote 3 files");
    // The run, chosen from the list, beside the export of the design.
    terminal
        .send("p")
        .wait_for("pinned: ")
        .send("o")
        .wait_for("the latest run of this design")
        .wait_for("after epoch 1");
    terminal.send(DOWN).send(ENTER).wait_for("_pico (pico)").wait_for("unpins");
    terminal.send(F5).wait_for("1 run").wait_for("finished").send("q");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_restored());

    let run = only_folder(folder.path().join("runs"));
    for file in ["config.toml", "metrics.csv", "history.svg", "report.md", "checkpoints/last.safetensors"] {
        assert!(fs::metadata(run.join(file)).unwrap().len() > 0, "{file}");
    }
    let trained = fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(trained.contains("filters = 7") && trained.contains("epochs = 1"), "{trained}");
    let export = only_folder(folder.path().join("ArduinoCode"));
    let header = fs::read_to_string(export.join("PicoMobileNet.h")).unwrap();
    assert!(header.contains("class PicoMobileNet") && header.contains("int8_t scores[10]"));
    assert!(export.join("samples.h").exists() && export.join("PicoMobileNet.ino").exists());
    // What the command line writes from the same run is the same.
    let command = std::process::Command::new(env!("CARGO_BIN_EXE_micromobilenet"))
        .current_dir(folder.path())
        .args(["--precision", "int8", "--export", "--no-check", "--output", "again", "--run"])
        .arg(&run)
        .output()
        .unwrap();
    assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
    for file in ["PicoMobileNet.h", "samples.h", "PicoMobileNet.ino"] {
        let again = fs::read(folder.path().join("again/PicoMobileNet").join(file)).unwrap();
        assert!(fs::read(export.join(file)).unwrap() == again, "{file} differs");
    }
}

#[test]
fn a_header_that_answers_wrongly_is_shown_and_not_written() {
    let folder = folder_with("pico");
    let liar = folder.path().join("liar");
    let script = "while [ \"$1\" != -o ]; do shift; done\nprintf '#!/bin/sh\\n' > \"$2\"\nchmod +x \"$2\"\n\
                  case $3 in *check.cpp) echo 'exit 5' >> \"$2\" ;; esac\n";
    fs::write(&liar, script).unwrap();
    let compiler = format!("sh {}", liar.display());
    let variables = [("TERM", "xterm-256color"), ("CXX", compiler.as_str())];
    let arguments = ["--config", "net.toml", "--set", "train.epochs=1"];
    let mut terminal = Terminal::with(folder.path(), &arguments, &variables);
    terminal.send(F3).wait_for("trains it as it is now").send("t").wait_for("done, runs/");
    terminal.send(F4).wait_for("quantises and compares").send("w").wait_for("nothing was written");
    terminal.wait_for("The exported header").send(ENTER).wait_for("writes the files").send("qx");
    assert_eq!(terminal.end(), 0);
    assert!(!folder.path().join("ArduinoCode").exists());
}

#[test]
fn leaving_while_training_asks_and_the_run_can_be_gone_on_with() {
    let folder = folder_with("mobilenet");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send(F3).wait_for("trains it").send("t").wait_for("images/s");
    // The design can be changed meanwhile; the run keeps what it began with.
    terminal.send(F1).wait_for("0 separable").send("9").wait_for("47x47x9").send("u").wait_for("47x47x6").send(F3);
    terminal
        .wait_for("images/s")
        .send(" ")
        .wait_for("paused")
        .send(" ")
        .wait_for("training")
        .send("q")
        .wait_for("would stop")
        .send("s");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.text().contains("saving its state"), "{}", terminal.text());
    let run = only_folder(folder.path().join("runs"));
    assert!(fs::metadata(run.join("checkpoints/last.safetensors")).is_ok());
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send(F3).wait_for("stopped").send("R").wait_for("images/s").send("x");
    terminal.wait_for("stopped, runs/").send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn unsaved_changes_survive_a_kill_and_are_offered_again() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240").send("9").wait_for("47x47x9");
    while !folder.path().join(".net.toml.unsaved").exists() {
        terminal.take(Duration::from_millis(50));
    }
    terminal.signal("KILL");
    terminal.end();
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Unsaved text found").send("r").wait_for("47x47x9").send(SAVE).wait_for("wrote").send("q");
    assert_eq!(terminal.end(), 0);
    assert!(read(&folder, "net.toml").contains("filters = 9"));
    assert!(!folder.path().join(".net.toml.unsaved").exists());
}

#[test]
fn however_it_is_ended_the_terminal_is_given_back_and_the_text_kept() {
    for signal in ["TERM", "INT", "HUP"] {
        let folder = folder_with("pico");
        let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
        terminal.wait_for("Network").send("+").wait_for("net.toml*");
        terminal.signal(signal);
        terminal.end();
        assert!(terminal.is_restored(), "{signal}");
        assert!(folder.path().join(".net.toml.unsaved").exists(), "{signal}");
    }
}

#[test]
fn a_terminal_that_closes_ends_the_program() {
    let folder = folder_with("pico");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send("+").wait_for("net.toml*");
    terminal.close();
    terminal.end();
    assert!(folder.path().join(".net.toml.unsaved").exists());
}

#[test]
fn a_second_wish_to_end_right_behind_the_first_loses_nothing() {
    // Keys at the same time, so that the second one arrives at different moments of a frame.
    for keys in ["", "+", "++++++++", "+-+-+-+-+-+-+-+-+-+-+-+-"] {
        let folder = folder_with("pico");
        let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
        terminal.wait_for("Network").send("+").wait_for("net.toml*");
        terminal.send(keys);
        terminal.signal("HUP");
        terminal.signal("TERM");
        terminal.end();
        assert!(folder.path().join(".net.toml.unsaved").exists(), "{keys}");
        assert!(terminal.is_restored(), "{keys}");
    }
}

#[test]
fn it_is_suspended_and_comes_back() {
    let folder = folder_with("pico");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send("\x1a");
    while terminal.state() != 'T' {
        terminal.take(Duration::from_millis(50));
    }
    terminal.take(Duration::from_millis(200));
    assert!(terminal.is_restored());
    terminal.signal("CONT");
    terminal.wait_for("Network").send("+").wait_for("net.toml*").send("uq");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_file_that_changes_under_the_editor_is_read_again() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240");
    let theirs = read(&folder, "net.toml").replacen("filters = 6", "filters = 10", 1);
    fs::write(folder.path().join("theirs"), &theirs).unwrap();
    fs::rename(folder.path().join("theirs"), folder.path().join("net.toml")).unwrap();
    terminal.wait_for("47x47x10").wait_for("changed on disk").send("+").wait_for("47x47x11");
    fs::write(folder.path().join("net.toml"), theirs.replacen("filters = 10", "filters = 20", 1)).unwrap();
    terminal.wait_for("and by you").send("l").wait_for("47x47x20").send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_text_is_opened_in_the_users_editor() {
    let folder = folder_with("micro");
    let script = folder.path().join("edit.sh");
    fs::write(&script, "sed -i 's/filters = 6/filters = 13/' \"$1\"\n").unwrap();
    let editor = format!("sh {}", script.display());
    let variables = [("TERM", "xterm-256color"), ("EDITOR", editor.as_str())];
    let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
    terminal.wait_for("612,240").send("E").wait_for("47x47x13").send("u").wait_for("47x47x6").send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_end_while_the_editor_runs_leaves_the_terminal_restored() {
    // The second signal arrives before, while and after the terminal is set up again.
    for pause in ["", "sleep 0.001", "sleep 0.003", "sleep 0.01"] {
        let folder = folder_with("micro");
        let script = folder.path().join("edit.sh");
        let editor = format!("sh {}", script.display());
        let variables = [("TERM", "xterm-256color"), ("EDITOR", editor.as_str())];
        let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
        terminal.wait_for("612,240");
        let pid = terminal.pid();
        fs::write(&script, format!("kill -INT {pid}\nkill -TERM {pid} &\n{pause}\n")).unwrap();
        terminal.send("E");
        terminal.end();
        assert!(terminal.is_restored(), "{pause}");
    }
}

#[test]
fn garbage_storms_and_floods_do_no_harm() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240");
    for size in [(1, 1), (300, 90), (10, 3), (80, 24), (40, 8), (200, 5), (80, 24)] {
        terminal.resize(size.0, size.1);
        terminal.take(Duration::from_millis(20));
    }
    terminal.wait_for("612,240");
    // A megabyte pasted into the text, one into the table.
    let flood = format!("\x1b[200~{}\x1b[201~", "# a line of a film's subtitles\n".repeat(34_000));
    terminal.send(&flood).send("e").wait_for("Esc table").send(&flood).wait_for("too much to paste");
    // Bytes that are no keys: control sequences cut short, bytes that are no UTF-8.
    let garbage: Vec<u8> = (0..20_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let harmless: Vec<u8> = garbage.into_iter().filter(|byte| ![3, 17, 19, 26].contains(byte)).collect();
    terminal.send_bytes(&harmless).send("\x1b\x1b").take(Duration::from_secs(1));
    terminal.signal("TERM");
    terminal.end();
    assert!(terminal.is_restored());
    assert!(read(&folder, "net.toml").contains("filters = 6"), "nothing was written unasked");
}

#[test]
fn a_terminal_without_colours_or_glyphs_is_served() {
    let folder = folder_with("micro");
    let variables = [("TERM", "linux"), ("NO_COLOR", "1")];
    let mut terminal = Terminal::with(folder.path(), &["--config", "net.toml"], &variables);
    terminal.wait_for("612,240").send("?").wait_for("Design: the table").send(ESC).wait_for("D duplicate").send("q");
    assert_eq!(terminal.end(), 0);
    let text = String::from_utf8_lossy(&terminal.bytes).into_owned();
    for colour in ["\x1b[38;", "\x1b[31m", "\x1b[48;"] {
        assert!(!text.contains(colour), "{colour:?}");
    }
}

#[test]
fn a_training_that_is_too_hot_waits_and_says_so() {
    let folder = folder_with("pico");
    let zone = folder.path().join("sys/class/thermal/thermal_zone0");
    fs::create_dir_all(&zone).unwrap();
    let heat = |thousandths: &str| {
        fs::write(zone.join("new"), thousandths).unwrap();
        fs::rename(zone.join("new"), zone.join("temp")).unwrap();
    };
    heat("83600");
    let arguments = ["--config", "net.toml", "--set", "train.epochs=1", "--max-temp", "80"];
    let mut terminal = Terminal::start(folder.path(), &arguments);
    terminal.wait_for("Network").send(F3).wait_for("trains it").send("t").wait_for("84 °C   cooling to 75 °C");
    terminal.wait_for("paused until the processor has cooled").send(" ").wait_for("paused; space resumes").send(" ");
    terminal.wait_for("paused until the processor has cooled");
    heat("61000");
    terminal.wait_for("done, runs/").send("q").wait_for("discard the changes").send("x");
    assert_eq!(terminal.end(), 0);
    // Without a sensor nobody could keep the limit, and no screen is begun.
    fs::remove_dir_all(zone).unwrap();
    let mut terminal = Terminal::start(folder.path(), &arguments);
    assert_eq!(terminal.end(), 2);
    assert!(terminal.text().contains("thermal_zone*/temp"), "{}", terminal.text());
}

#[test]
fn a_broken_file_opens_at_what_is_wrong() {
    let folder = folder_with("micro");
    fs::write(folder.path().join("net.toml"), "[model]\nname = 3\n").unwrap();
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("line 2, column 8").send("\x11");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_cannot_be_opened_is_an_error_and_no_screen() {
    let folder = TempDir::new().unwrap();
    let mut terminal = Terminal::start(folder.path(), &["--config", "nothing.toml"]);
    assert_eq!(terminal.end(), 2);
    assert!(terminal.text().contains("nothing.toml"), "{}", terminal.text());
}

#[test]
fn nothing_happens_while_nobody_does_anything() {
    let folder = folder_with("mobilenet");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("Network").send(DOWN).settle();
    let before = (terminal.waits(), terminal.bytes.len());
    assert!(before.0.len() > 2, "its threads are there: {before:?}");
    terminal.take(Duration::from_secs(2));
    assert_eq!((terminal.waits(), terminal.bytes.len()), before, "it works while idle");
    match terminal.resident_bytes() {
        Some(bytes) => assert!(bytes < 30_000_000, "{bytes} bytes"),
        None => skipped("an emulator's memory is not the program's"),
    }
    terminal.send("b").wait_for("Board").send(ENTER).send("q");
    assert_eq!(terminal.end(), 0);
}
