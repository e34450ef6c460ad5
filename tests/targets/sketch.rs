//! The sketches of `ArduinoCode/` on simulated Arduino boards, with what they say on the serial port.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails by panicking")]

use crate::case::{Case, images, preset};
use crate::harness::{Target, avr};
use crate::ready;
use micromobilenet::codegen::{Sample, SampleRoom, Sources, export};
use micromobilenet::config::Precision;
use micromobilenet::plan::{Boards, Estimate};
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Sketches, and the smallest board that holds them with its bytes of RAM.
const SKETCHES: [(&str, Target, u32); 3] = [
    ("PicoMobileNet", Target::Uno, 2_048),
    ("NanoMobileNet", Target::Uno, 2_048),
    ("MicroMobileNet", Target::Mega, 8_192),
];

fn shipped(class: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ArduinoCode").join(class)
}

/// What the sketch of `class` in `folder` says, up to its summary of a round.
fn said(class: &str, target: Target, folder: &Path) -> Vec<String> {
    let work = tempfile::tempdir().unwrap();
    let elf = work.path().join("sketch.elf");
    let built = avr::build_sketch(target, &folder.join(format!("{class}.ino")), &elf);
    built.unwrap_or_else(|error| panic!("{class}: {error}"));
    let said = avr::listen(target, &elf, &["PASS: ", "FAIL: "]);
    said.unwrap_or_else(|error| panic!("{class}: {error}")).lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The number behind `name: ` in a line of the sketch.
fn number(line: &str, name: &str) -> u32 {
    let behind = line.split_once(&format!("{name}: ")).map(|(_, behind)| behind.split(',').next().unwrap());
    behind.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no {name} in {line}"))
}

#[test]
fn the_shipped_sketches_pass_on_arduino_boards() {
    SKETCHES.par_iter().filter(|(_, target, _)| ready(*target)).for_each(|(class, target, ram)| {
        let said = said(class, *target, &shipped(class));
        let (summary, images) = said.split_last().unwrap();
        assert!(!images.is_empty() && images.iter().all(|line| line.starts_with("PASS, prediction: ")), "{said:#?}");
        let count = images.len();
        assert!(summary.starts_with(&format!("PASS: {count} of {count} as expected, correct: ")), "{summary}");
        let microseconds: u32 = images.iter().map(|line| number(line, "microseconds")).sum();
        assert_eq!(number(summary, "microseconds per image"), microseconds / count as u32, "{said:#?}");
        // It is no faster than a multiplication every two cycles.
        assert!(microseconds > 5_000, "{said:#?}");
        let object = number(summary, "object bytes");
        let free = number(summary, "free RAM bytes");
        assert!(free > 100 && object + free < *ram, "{summary}");
    });
}

#[test]
fn a_sketch_fails_where_a_score_is_not_the_expected_one() {
    let (class, target, _) = SKETCHES[0];
    if !ready(target) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for file in [format!("{class}.ino"), format!("{class}.h"), "samples.h".to_owned()] {
        fs::copy(shipped(class).join(&file), folder.path().join(&file)).unwrap();
    }
    // The scores of the image that AVR has come first.
    let samples = fs::read_to_string(folder.path().join("samples.h")).unwrap();
    let (before, scores) = samples.split_once(" answers[count * 10] MICROMOBILENET_FLASH = {\n").unwrap();
    let (first, others) = scores.split_once(',').unwrap();
    let other = first.trim().parse::<i8>().unwrap() ^ 1;
    let changed = format!("{before} answers[count * 10] MICROMOBILENET_FLASH = {{\n{other},{others}");
    fs::write(folder.path().join("samples.h"), changed).unwrap();
    let said = said(class, target, folder.path());
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].starts_with("FAIL, prediction: "), "{said:#?}");
    assert!(said[1].starts_with("FAIL: 0 of 1 as expected, correct: "), "{said:#?}");
}

#[test]
fn boards_really_hold_as_many_images_as_they_are_given() {
    // The last is how many images there is room for, by the board's flash.
    let boards = [("pico", Target::Uno, "uno-r3", 2), ("micro", Target::Mega, "mega-2560", 5)];
    boards.par_iter().filter(|(_, target, ..)| ready(*target)).for_each(|(name, target, id, count)| {
        let graph = preset(name, 10);
        let case = Case::new("Net", &graph, images(&graph, 12, 1), 2).int8();
        let samples: Vec<Sample<'_>> =
            case.images.iter().map(|pixels| Sample { pixels, label: 0, name: String::new() }).collect();
        let boards = Boards::built_in().unwrap();
        let room = SampleRoom::on(boards.get(id).unwrap(), &Estimate::of(&graph, Precision::Int8, case.plan));
        let sources = Sources::of(&case.model(), &samples, 100, room).unwrap();
        let folder = tempfile::tempdir().unwrap();
        export(folder.path(), &sources).unwrap();
        let said = said("Net", *target, &folder.path().join("Net"));
        let passed = format!("PASS: {count} of {count} as expected");
        assert!(said.last().unwrap().starts_with(&passed), "{said:#?}");
    });
}
