//! An arena of the caller's may begin anywhere and end anywhere: nothing around it is read or written.

use crate::build::{STRICT, compile, run, sanitized};
use crate::case::{Case, random_case};
use crate::support::usable;
use micromobilenet::codegen::header;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;

const PRESETS: [&str; 6] = ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"];

#[test]
fn nothing_beside_the_callers_arena_is_touched() {
    if !usable("g++", &[]) {
        return;
    }
    let presets = || PRESETS.iter().map(|name| Case::preset(name, 8));
    let random = || (0..6).map(random_case);
    let float = presets().chain(random());
    let int8 = presets().chain(random()).map(Case::int8);
    let fast = [Case::preset("squeeze", 8).int8().fast(), random_case(2).int8().fast()];
    let (mut includes, mut calls) = (String::new(), String::new());
    let folder = tempfile::tempdir().unwrap();
    for (number, mut case) in float.chain(int8).chain(fast).enumerate() {
        case.class = format!("Net{number}");
        let class = &case.class;
        fs::write(folder.path().join(format!("{class}.h")), header(&case.model()).unwrap()).unwrap();
        writeln!(includes, "#include \"{class}.h\"").unwrap();
        writeln!(calls, "    run<{class}, {class}Camera>();").unwrap();
    }
    let text = include_str!("arena.cpp").replace("@includes@", &includes).replace("@calls@", calls.trim_end());
    fs::write(folder.path().join("main.cpp"), text).unwrap();
    let caller = "-DMICROMOBILENET_CALLER_ARENA";
    let (optimised, sanitized) = (["-O2", caller], [sanitized(), &[caller]].concat());
    let mut builds: Vec<(&str, &[&str])> = vec![("g++", &["-O2"]), ("g++", &optimised), ("g++", &sanitized)];
    if usable("clang++", &["-O2"]) {
        builds.push(("clang++", &optimised));
    }
    let answers: Vec<Vec<u8>> = builds
        .par_iter()
        .map(|(compiler, flags)| {
            let arguments = [&STRICT[..], &["-Wshadow", "-Wconversion"], flags].concat();
            run(&compile(folder.path(), compiler, &arguments, &["main.cpp"]).unwrap(), &[])
        })
        .collect();
    assert!(answers[0].len() > 1_000);
    for ((compiler, flags), found) in builds.iter().zip(&answers) {
        assert!(*found == answers[0], "{compiler} {flags:?}: other probabilities than in an arena of the object");
    }
}
