//! Pictures of every screen for the README: `cargo test --release --test tui -- --ignored screenshots`, with photographs
//! in `MICROMOBILENET_PHOTOS` if there are any.

use super::newcomer::{Newcomer, draw_pictures};
use super::picture::{self, Palette};
use super::*;

/// The answer of a light terminal to the question for its background.
const LIGHT: &str = "\x1b]11;rgb:fdfd/fdfd/fbfb\x1b\\";

fn write(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name).with_extension("svg"), text).unwrap();
}

fn show(terminal: &mut Terminal, name: &str, palette: &Palette) {
    terminal.settle();
    write(name, &picture::svg(terminal.screen(), palette));
}

/// A folder with `net.toml` and a few short trainings.
fn folder_with_runs() -> (TempDir, String) {
    let folder = folder_with("micro");
    let photographs = std::env::var("MICROMOBILENET_PHOTOS").ok().filter(|path| !path.is_empty());
    let source = photographs.unwrap_or_else(|| "fashion-mnist".to_owned());
    let text = read(&folder, "net.toml").replacen("fashion-mnist", &source, 1);
    fs::write(folder.path().join("net.toml"), text).unwrap();
    for (name, epochs) in [("pico", "24"), ("nano", "20"), ("mobilenet", "10")] {
        let command = std::process::Command::new(env!("CARGO_BIN_EXE_micromobilenet"))
            .current_dir(folder.path())
            .args(["--config", name, "--data", &source, "--train", "--epochs", epochs])
            .status()
            .unwrap();
        assert!(command.success());
    }
    (folder, source)
}

#[test]
#[ignore = "it writes pictures, and trains for minutes to have something to show"]
fn screenshots() {
    let (folder, _) = folder_with_runs();
    let arguments = ["--config", "net.toml", "--set", "train.epochs=24"];
    let dark = &Palette::DARK;
    let empty = TempDir::new().unwrap();
    let mut terminal = Terminal::in_colours(empty.path(), &[], 120, 36);
    terminal.wait_for("New network from a preset").send(ENTER).wait_for("✓ board");
    show(&mut terminal, "start", dark);
    terminal.send("q");
    terminal.end();

    let mut terminal = Terminal::in_colours(folder.path(), &arguments, 144, 42);
    terminal.wait_for("612,240").send("pj3").wait_for("24x24x3").send("0").wait_for("24x24x30");
    terminal.send("b").wait_for("Board").send("mega").wait_for("Mega").send(ENTER).wait_for("Mega 2560");
    show(&mut terminal, "design", dark);
    terminal.send(",").wait_for("optimizer");
    show(&mut terminal, "settings", dark);
    terminal.send(ESC).send("uu").send(F2).wait_for("images").wait_for("train");
    show(&mut terminal, "data", dark);
    terminal.send(F3).wait_for("trains it").send("t").wait_for("epoch 20/24").send(" ").wait_for("paused");
    show(&mut terminal, "train", dark);
    terminal.resize(80, 24);
    show(&mut terminal, "train-80x24", dark);
    terminal.resize(144, 42);
    terminal.send(" ").wait_for("done").send(F4).wait_for("compares").send("w").wait_for("wrote 3 files");
    show(&mut terminal, "deploy", dark);
    terminal.send(F5).wait_for("4 runs").send("p").send(DOWN).send("p").send(DOWN);
    show(&mut terminal, "runs", dark);
    terminal.send("q").wait_for("Quit?").send("x");
    terminal.end();

    let own = ["--config", "uno.toml"];
    let text = read(&folder, "net.toml").replacen("[data]", "[target]\nboard = \"uno-r3\"\n\n[data]", 1);
    fs::write(folder.path().join("uno.toml"), text).unwrap();
    let mut terminal = Terminal::with(folder.path(), &own, &[("TERM", "xterm")]);
    terminal.wait_for("612,240");
    show(&mut terminal, "design-16-colours", dark);
    drop(terminal);
    let plain = [("TERM", "xterm"), ("NO_COLOR", "1")];
    let mut terminal = Terminal::with(folder.path(), &own, &plain);
    terminal.wait_for("612,240");
    show(&mut terminal, "design-no-colours", dark);
    drop(terminal);
    let mut terminal = Terminal::on_background(folder.path(), &own, LIGHT, 120, 36);
    terminal.wait_for("612,240");
    show(&mut terminal, "design-light", &Palette::LIGHT);
    terminal.send(F5).wait_for("4 runs").send("p").send(DOWN).send("p").send(DOWN);
    show(&mut terminal, "runs-light", &Palette::LIGHT);
    drop(terminal);
    let mut terminal = Terminal::in_colours(folder.path(), &own, 200, 60);
    terminal.wait_for("612,240");
    show(&mut terminal, "design-200x60", dark);
}

#[test]
#[ignore = "it writes a recording"]
fn recording() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let pictures = std::env::var("MICROMOBILENET_PHOTOS").ok().filter(|path| !path.is_empty());
    let own = elsewhere.path().join("pictures");
    match pictures {
        Some(path) => std::os::unix::fs::symlink(path, &own).unwrap(),
        None => draw_pictures(&own),
    }
    // A path that can be read.
    let mut newcomer = Newcomer::at_home(folder.path(), elsewhere.path());
    newcomer.go("~/pictures");
    write("newcomer", &newcomer.recording.svg());
}
