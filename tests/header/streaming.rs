//! Rows, images and fractions, from here or there: one answer; and what a header can be told.

use crate::build::{STRICT, compile, run, sanitized};
use crate::case::{Case, preset, random_case};
use crate::support::usable;
use micromobilenet::codegen::header;
use rayon::prelude::*;
use std::fs;

#[test]
fn all_ways_to_feed_a_network_give_one_answer() {
    if !usable("g++", &[]) {
        return;
    }
    let named = |case: Case, class: &str| Case { class: class.to_owned(), ..case };
    let nets = || {
        let pico = Case::preset("pico", 8);
        let squeeze = Case::new("Net", &preset("squeeze", 3), Case::preset("squeeze", 8).images, 5);
        [pico, squeeze, random_case(3), random_case(4)]
    };
    let cases: Vec<Case> = nets().into_iter().map(Case::int8).chain(nets()).collect();
    let sanitized = sanitized();
    cases.into_par_iter().for_each(|case| {
        let second = named(Case::new("Second", &case.graph, case.images.clone(), 9), "Second");
        let case = named(case, "Net");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Net.h"), header(&case.model()).unwrap()).unwrap();
        fs::write(folder.path().join("Second.h"), header(&second.model()).unwrap()).unwrap();
        fs::write(folder.path().join("main.cpp"), include_str!("streaming.cpp")).unwrap();
        let steps = format!("-DSTEPS={}", case.model().program().steps.len());
        for told in [&[][..], &["-DMICROMOBILENET_CALLER_ARENA"], &["-DMICROMOBILENET_PROFILE"]] {
            let arguments = [&STRICT[..], &["-Wshadow", "-Wconversion"], sanitized, &[&steps], told].concat();
            let program = compile(folder.path(), "g++", &arguments, &["main.cpp"]).unwrap();
            assert_eq!(String::from_utf8_lossy(&run(&program, &[])), "fine\n", "{} {told:?}", case.graph.name);
        }
    });
}
