//! Response time and memory of the workbench: `cargo bench --bench tui`.
//!
//! The program runs in a pseudo-terminal of 160 × 48: time to the first frame, memory and wake-ups while idle, and
//! time from a keystroke in Design to the last byte of the frame with its change, on mobilenet extended to 30 blocks,
//! with and without a training on one thread, and to 200 blocks, whose costs are estimated in the background. Times include the pseudo-terminal, but not the emulator that interprets
//! the output. The sizes of frames of 80 × 24, in bytes, are measured first, for slow connections.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

#[path = "../tests/support/grown.rs"]
mod grown;
#[path = "../tests/tui/terminal.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use terminal::Terminal;

const KEYS: usize = 10_000;
const STARTS: usize = 21;
const IDLE: Duration = Duration::from_secs(5);
/// Escape sequence at the end of every frame.
const FRAME_END: &[u8] = b"\x1b[?2026l";
const F1: &str = "\x1bOP";
const F2: &str = "\x1bOQ";
const F3: &str = "\x1bOR";
const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";

/// A folder with mobilenet, extended to `count` blocks.
fn grown(count: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/mobilenet.toml")).unwrap();
    let more = count - text.matches("[[blocks]]").count();
    let text = grown::grown(&text, "type = \"separable\"\nfilters = 96", more);
    std::fs::write(folder.path().join("net.toml"), text).unwrap();
    folder
}

fn start(folder: &Path) -> Terminal {
    Terminal::in_colours(folder, &["--config", "net.toml", "--threads", "1", "--set", "train.epochs=1000"], 160, 48)
}

/// Bytes of a full frame of each screen, in 80 × 24 and 256 colours, and bytes per second of training progress over
/// SSH.
fn sizes() {
    let folder = grown(30);
    let variables = [("TERM", "xterm-256color"), ("SSH_TTY", "/dev/pts/0")];
    let arguments = ["--config", "net.toml", "--threads", "1", "--set", "train.epochs=1000"];
    let mut terminal = Terminal::with(folder.path(), &arguments, &variables);
    terminal.wait_for("Network");
    let mut told = format!("full frames of 80 x 24, in bytes: Design {}", terminal.full_frame());
    let screens =
        [("Data", F2, "read 7,000"), ("Deploy", F4, "Deploy"), ("Runs", F5, "0 runs"), ("Train", F3, "trains it")];
    for (name, key, text) in screens {
        terminal.send(key).wait_for(text);
        told += &format!(", {name} {}", terminal.full_frame());
    }
    terminal.send("t").wait_for("images/s");
    let (begun, before) = (Instant::now(), terminal.bytes.len());
    while begun.elapsed() < IDLE {
        terminal.take(Duration::from_millis(100));
    }
    let rate = (terminal.bytes.len() - before) as f64 / begun.elapsed().as_secs_f64();
    terminal.send("x").wait_for("stopped");
    println!("{told}, Train after a training {}", terminal.full_frame());
    println!("training over SSH: {rate:.0} bytes a second");
}

/// Median, 99th of a hundred, and worst, in milliseconds.
fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    format!("median {:.2} ms, 99 of 100 {:.2} ms, worst {:.2} ms", at(0.5), at(0.99), at(1.0))
}

/// From `key` to the end of the frame that shows `text`.
fn frame(terminal: &mut Terminal, key: &str, text: &str) -> Duration {
    let begun = Instant::now();
    terminal.send(key);
    loop {
        terminal.take(Duration::from_secs(10));
        if terminal.bytes.ends_with(FRAME_END) && terminal.text().contains(text) {
            return terminal.last - begun;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "no {text}:\n{}", terminal.text());
    }
}

/// Bytes of a keystroke's frame, and times of all keystrokes.
fn keystrokes(terminal: &mut Terminal) -> (usize, Vec<Duration>) {
    let before = terminal.bytes.len();
    let mut bytes = 0;
    let times = (0..KEYS).map(|at| {
        let time = if at % 2 == 0 { frame(terminal, "+", "47x47x7") } else { frame(terminal, "-", "47x47x6") };
        bytes += terminal.bytes.len();
        terminal.bytes.clear();
        time
    });
    let times = times.collect();
    ((bytes - before) / KEYS, times)
}

fn main() {
    sizes();
    let folder = grown(30);
    let first: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let mut terminal = start(folder.path());
            while !terminal.text().contains("Network") {
                terminal.take(Duration::from_secs(10));
            }
            begun.elapsed()
        })
        .collect();
    println!("start to first frame: {}", told(first));

    let mut terminal = start(folder.path());
    terminal.wait_for("Network").settle();
    let before = terminal.waits();
    std::thread::sleep(IDLE);
    let woken = terminal.waits() != before;
    println!("idle for {} s: {}", IDLE.as_secs(), if woken { "woken up" } else { "no thread was woken" });
    if let Some(bytes) = terminal.resident_bytes() {
        println!("resident memory: {:.1} MB", bytes as f64 / 1e6);
    }

    let (bytes, times) = keystrokes(&mut terminal);
    println!("keystroke to frame, {KEYS}: {}; {bytes} bytes a frame", told(times));
    terminal.send(F3).wait_for("trains it").send("t").wait_for("images/s").send(F1).wait_for("Costs");
    let (bytes, times) = keystrokes(&mut terminal);
    println!("the same while training:     {}; {bytes} bytes a frame", told(times));
    assert!(terminal.text().contains("/1000"), "the training has ended:\n{}", terminal.text());
    drop(terminal);

    let folder = grown(200);
    let mut terminal = start(folder.path());
    terminal.wait_for("Network").settle();
    let (bytes, times) = keystrokes(&mut terminal);
    println!("the same with 200 blocks:    {}; {bytes} bytes a frame", told(times));
}
