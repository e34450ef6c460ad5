//! Somebody who has never seen the workbench: from an empty folder to a sketch, by keys that the screen suggests.

use super::Terminal;
use super::record::Recording;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// Maximum number of keys, without the characters of the path of the pictures.
const MAX_KEYS: usize = 40;

/// A person at a terminal who presses only keys that are on the screen, and counts them.
pub struct Newcomer {
    pub terminal: Terminal,
    keys: usize,
    pub recording: Recording,
}

impl Newcomer {
    pub fn new(folder: &Path) -> Self {
        Self::at_home(folder, folder)
    }

    /// Somebody in `folder` whose home folder is `home`.
    pub fn at_home(folder: &Path, home: &Path) -> Self {
        let home = home.to_str().unwrap();
        let variables = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("HOME", home)];
        let program = [env!("CARGO_BIN_EXE_micromobilenet").into()];
        let terminal = Terminal::of(&program, folder, &[], &variables, 100, 30);
        Self { terminal, keys: 0, recording: Recording::new() }
    }

    /// Waits for `text`, and then presses `key`, which must be on the screen at that moment.
    fn press(&mut self, text: &str, key: &str) {
        self.terminal.wait_for(text);
        let screen = self.terminal.text();
        let is_shown = screen.split(|letter: char| letter.is_whitespace() || "[](),;".contains(letter));
        assert!(is_shown.clone().any(|word| word == key), "{key} is not on the screen:\n{screen}");
        self.recording.frame(self.terminal.screen(), 1.2);
        self.terminal.send(match key {
            "Enter" => super::ENTER,
            "F3" => super::F3,
            "Tab" => "\t",
            letter => letter,
        });
        self.keys += 1;
    }

    /// Types the path of the pictures.
    fn type_path(&mut self, path: &str) {
        self.terminal.send(path).wait_for(path);
        self.recording.frame(self.terminal.screen(), 1.0);
    }

    /// Goes all the way; `text` waits for what comes next. The training is left to itself.
    pub fn go(&mut self, pictures: &str) {
        self.press("▌ Board", "Enter");
        // The cursor is on the largest preset that fits the board now.
        self.press("✓ board", "i");
        self.terminal.wait_for("Images from");
        self.type_path(pictures);
        self.press(pictures, "Enter");
        self.press("✓ pictures", "Enter");
        self.press("▌ Network", "F3");
        self.press("trains it as it is now", "t");
        self.terminal.wait_for("images/s");
        for _ in 0..3 {
            // A training draws all the time: the screen never settles.
            self.terminal.take(Duration::from_secs(1));
            self.terminal.wait_for("images/s");
            self.recording.frame(self.terminal.screen(), 0.5);
        }
        self.terminal.wait_for_training("done");
        self.press("done", "4");
        self.press("writes the files", "w");
        self.terminal.wait_for("wrote 3 files");
        self.recording.frame(self.terminal.screen(), 4.0);
        assert!(self.keys <= MAX_KEYS, "{} keys", self.keys);
    }
}

/// Three classes of small drawings, so that the training takes moments.
pub fn draw_pictures(folder: &Path) {
    for (class, name) in ["bars", "dots", "plain"].into_iter().enumerate() {
        let of_class = folder.join(name);
        fs::create_dir_all(&of_class).unwrap();
        for number in 0..24usize {
            let mut bytes = b"P5\n32 32\n255\n".to_vec();
            bytes.extend((0..1024usize).map(|at| {
                let (x, y) = (at % 32, at / 32);
                let is_ink = match class {
                    0 => (x + number) % 8 < 3,
                    1 => (x + number) % 9 < 3 && (y + 2 * number) % 9 < 3,
                    _ => false,
                };
                let noise = (at * 7919 + number * 104_729 + class * 31) % 61;
                if is_ink { 200 + (noise % 50) as u8 } else { 20 + noise as u8 }
            }));
            fs::write(of_class.join(format!("{number}.pgm")), bytes).unwrap();
        }
    }
}

#[test]
fn a_newcomer_gets_from_an_empty_folder_to_a_sketch_by_keys_on_the_screen() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let pictures = elsewhere.path().join("drawings");
    draw_pictures(&pictures);
    let mut newcomer = Newcomer::new(folder.path());
    newcomer.go(pictures.to_str().unwrap());
    println!("{} keys", newcomer.keys);
    let export = super::only_folder(folder.path().join("ArduinoCode"));
    let files: Vec<_> = fs::read_dir(&export).unwrap().map(|entry| entry.unwrap().path()).collect();
    let sketch = files.iter().find(|path| path.extension().is_some_and(|extension| extension == "ino"));
    let header = fs::read_to_string(sketch.unwrap().with_extension("h")).unwrap();
    assert!(header.contains("int8_t"), "an Uno has no room for floats");
    newcomer.terminal.send("q").wait_for("Quit?").send("x");
    assert_eq!(newcomer.terminal.end(), 0);
    newcomer.terminal.take(Duration::from_millis(10));
    // What it wrote fits an Uno by the program's own account.
    let run = super::only_folder(folder.path().join("runs"));
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_micromobilenet"))
        .args(["--estimate", "--board", "uno-r3", "--config"])
        .arg(run.join("config.toml"))
        .output()
        .unwrap();
    assert_eq!(status.status.code(), Some(0), "{}", String::from_utf8_lossy(&status.stdout));
}
