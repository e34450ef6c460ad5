//! Slow links: what a frame costs in bytes, and how many there are.

use super::terminal::Terminal;
use super::{F1, F2, F3, F4, F5, folder_with};
use std::time::{Duration, Instant};

/// Escape sequence at the end of every frame.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Bytes of a frame where all of 80 × 24 is drawn: a second and a half at 4 kB/s.
const FRAME: usize = 6_000;
/// The same of Data: each cell of a picture has two of 256 colours.
const PICTURES: usize = 16_000;
/// Bytes of the frame that answers a key: half a second at 4 kB/s.
const KEYSTROKE: usize = 2_000;
/// Bytes a second while training: they leave room for keys at 4 kB/s.
const TRAINING: f64 = 3_000.0;

fn frames(bytes: &[u8]) -> usize {
    bytes.windows(FRAME_END.len()).filter(|window| *window == FRAME_END).count()
}

#[test]
fn frames_and_keystrokes_are_small() {
    let folder = folder_with("micro");
    let mut terminal = Terminal::start(folder.path(), &["--config", "net.toml"]);
    terminal.wait_for("612,240").settle();
    let mut sizes = Vec::new();
    for (name, key, text) in [
        ("Data", F2, "read 7,000 images"),
        ("Train", F3, "trains it"),
        ("Deploy", F4, "4 Deploy"),
        ("Runs", F5, "0 runs"),
        ("Design", F1, "Costs"),
    ] {
        terminal.send(key).wait_for(text);
        sizes.push((name, terminal.full_frame()));
    }
    let mut worst = 0;
    for key in ["+", "-", "j", "k", "5", "u", "d", "u"] {
        terminal.settle();
        let before = terminal.bytes.len();
        terminal.send(key).take(Duration::from_secs(5));
        terminal.settle();
        assert_eq!(frames(&terminal.bytes[before..]), 1, "{key}");
        worst = worst.max(terminal.bytes.len() - before);
    }
    println!("full frames at 80 x 24: {sizes:?}; a keystroke in Design: at most {worst} bytes");
    for (name, size) in sizes {
        let bound = if name == "Data" { PICTURES } else { FRAME };
        assert!(size < bound, "{name}: {size} bytes");
    }
    assert!(worst < KEYSTROKE, "{worst} bytes");
}

#[test]
fn over_ssh_a_training_sends_little_and_keys_are_answered_at_once() {
    let folder = folder_with("mobilenet");
    let variables = [("TERM", "xterm-256color"), ("SSH_TTY", "/dev/pts/0")];
    let arguments = ["--config", "net.toml", "--threads", "1"];
    let mut terminal = Terminal::with(folder.path(), &arguments, &variables);
    terminal.wait_for("Network").send(F3).wait_for("trains it").send("t").wait_for("images/s");
    let (begun, before) = (Instant::now(), terminal.bytes.len());
    while begun.elapsed() < Duration::from_secs(4) {
        terminal.take(Duration::from_millis(50));
    }
    let sent = &terminal.bytes[before..];
    let seconds = begun.elapsed().as_secs_f64();
    let (bytes, count) = (sent.len() as f64 / seconds, frames(sent) as f64 / seconds);
    println!("training over SSH: {bytes:.0} bytes and {count:.1} frames a second");
    assert!(count < 4.6, "{count} frames a second");
    assert!(bytes < TRAINING, "{bytes} bytes a second");
    // A key does not wait for the next frame of the training's.
    let waits: Vec<Duration> = (0..12)
        .map(|at| {
            let begun = Instant::now();
            let (key, text) = if at % 2 == 0 { ("L", "(log)") } else { ("L", "loss ") };
            terminal.send(key);
            while terminal.text().contains("(log)") == (at % 2 == 1) || !terminal.text().contains(text) {
                terminal.take(Duration::from_millis(500));
                assert!(begun.elapsed() < Duration::from_secs(20), "{}", terminal.text());
            }
            begun.elapsed()
        })
        .collect();
    let mut sorted = waits.clone();
    sorted.sort();
    println!("a key is answered within {:?} (median), {:?} (worst)", sorted[6], sorted[11]);
    assert!(sorted[6] < Duration::from_millis(120), "{waits:?}");
    terminal.send("x").wait_for("stopped");
    let size = terminal.full_frame();
    println!("a full frame of a training: {size} bytes");
    assert!(size < FRAME, "{size} bytes");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}
