//! `ArduinoCode/` is what the weights in `assets/weights/` give: `assets/weights/make.sh` made
//! both, and exporting again changes no byte.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Presets and the classes they are exported as.
const NETS: [(&str, &str); 5] = [
    ("pico", "PicoMobileNet"),
    ("nano", "NanoMobileNet"),
    ("micro", "MicroMobileNet"),
    ("milli", "MilliMobileNet"),
    ("mobilenet", "MobileNet"),
];
const MAKE: &str = "assets/weights/make.sh makes them";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The weights of `net`.
fn weights(net: &str) -> PathBuf {
    root().join(format!("assets/weights/{net}.safetensors"))
}

/// Runs the program, and returns what it printed.
fn micromobilenet(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_micromobilenet"));
    let output = command.current_dir(root()).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_shipped_sketches_are_what_the_shipped_weights_give() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    for (net, class) in NETS {
        let (config, weights) = (format!("configs/{net}.toml"), weights(net));
        assert!(weights.is_file(), "{} is missing; {MAKE}", weights.display());
        let weights = weights.to_str().unwrap();
        micromobilenet(&["--config", &config, "--weights", weights, "--export", "--no-check", "--output", output]);
        for file in [format!("{class}.h"), "samples.h".to_owned(), format!("{class}.ino")] {
            let shipped = root().join("ArduinoCode").join(class).join(&file);
            let shipped = fs::read(&shipped).unwrap_or_else(|error| panic!("{}: {error}; {MAKE}", shipped.display()));
            let fresh = fs::read(folder.path().join(class).join(&file)).unwrap();
            assert!(fresh == shipped, "ArduinoCode/{class}/{file} differs from a new export; {MAKE}");
        }
    }
}

#[test]
fn there_is_a_sketch_for_every_net_and_nothing_else() {
    let names = |path: PathBuf| {
        let mut names: Vec<String> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let mut classes = NETS.map(|(_, class)| class.to_owned());
    classes.sort();
    assert_eq!(names(root().join("ArduinoCode")), classes);
    for class in classes {
        let mut files = [format!("{class}.h"), format!("{class}.ino"), "samples.h".to_owned()];
        files.sort();
        assert_eq!(names(root().join("ArduinoCode").join(&class)), files);
    }
}

/// A header says in its front matter how well its network did; evaluating the weights says the same.
#[test]
fn the_shipped_weights_are_as_good_as_their_headers_say() {
    for (net, class) in NETS {
        let header = fs::read_to_string(root().join(format!("ArduinoCode/{class}/{class}.h"))).unwrap();
        let stated = header.lines().find_map(|line| line.strip_prefix("// accuracy ")).unwrap();
        let stated: f64 = stated.split_whitespace().next().unwrap().parse().unwrap();
        let (config, weights) = (format!("configs/{net}.toml"), weights(net));
        let from = ["--config", &config, "--weights", weights.to_str().unwrap()];
        let said = micromobilenet(&[&from[..], &["--precision", "float", "--evaluate", "--json"]].concat());
        let evaluation: serde_json::Value = said
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .find(|object| object["type"] == "evaluation")
            .unwrap();
        let measured = evaluation["accuracy"].as_f64().unwrap();
        // Another kind of processor may round one image in a thousand to the other side.
        assert!((measured - stated).abs() < 0.0025, "{net}: {measured} measured, {stated} stated");
    }
}
