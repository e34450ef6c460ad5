//! Tests of the check with scripts in place of compilers.

use super::*;
use crate::codegen::{Model, Provenance, Sample, SampleRoom};
use crate::config::{ConfigFile, Plan, Resize};
use crate::data::Images;
use crate::graph::Graph;
use crate::quant::{Deployed, Settings, fold};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const NET: &str = "[model]\nname = \"tiny\"\ninput = { height = 12, width = 12, channels = 1 }\n\
    [stem]\nfilters = 4\n[[blocks]]\ntype = \"separable\"\nfilters = 6\nstride = 2\n";
/// A time limit that scripts meet on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The time limit for scripts that hang.
const SHORT: Duration = Duration::from_millis(400);
/// Parses the paths of program and source from the arguments.
const ARGUMENTS: &str = "while [ \"$1\" != -o ]; do shift; done\nprogram=$2 text=$3\n";
/// Writes a program that exits successfully.
const WORKS: &str = "printf '#!/bin/sh\\n' > \"$program\"\nchmod +x \"$program\"\n";

/// An int8 export of a small network.
fn export() -> (Sources, Network) {
    let graph = Graph::of_file(&ConfigFile::parse("tiny.toml", NET, &[]).unwrap(), 3).unwrap();
    let weights = Weights::random(&graph, 1);
    let probes = probe_images(graph.input, 8, 1);
    let mut images = Images { height: 12, width: 12, channels: 1, pixels: probes.concat(), ..Images::default() };
    (images.labels, images.names) = (vec![0; 8], vec![String::new(); 8]);
    let quantised = Deployed::of(&graph, &weights, &images, Settings::default()).unwrap().quantised;
    let (graph, weights) = fold(&graph, &weights);
    let labels = ["a", "b", "c"].map(str::to_owned).to_vec();
    let network = Network { graph, weights, quantised: Some(quantised), labels };
    let model = Model {
        graph: &network.graph,
        weights: &network.weights,
        quantised: network.quantised.as_ref(),
        plan: Plan::Smallest,
        resize: Resize::Crop,
        class_name: "Tiny".into(),
        labels: &network.labels,
        provenance: Provenance::default(),
    };
    let sample = Sample { pixels: &probes[7], label: 1, name: "x.png".into() };
    let sources = Sources::of(&model, &[sample], 1, SampleRoom::default()).unwrap();
    (sources, network)
}

/// Writes a compiler with this `script` and returns its command.
fn compiler(folder: &Path, name: &str, script: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, format!("{ARGUMENTS}{script}")).unwrap();
    // Executing the script itself fails ("text file busy") while a process forked by another thread has it open.
    format!("sh {}", path.display())
}

fn checked(commands: &[&str], patience: Duration) -> Result<Checked, CheckError> {
    let (sources, network) = export();
    let compilers = Compilers::of(commands.iter().map(|command| (*command).to_owned()), patience);
    check(&sources, &network, &compilers, &|| false)
}

/// The result of a check with a compiler of this `script`, as text; errors begin with `!`.
fn said(script: &str, patience: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    match checked(&[&compiler(folder.path(), "cxx", script)], patience) {
        Ok(checked) => checked.to_string().replace(&folder.path().display().to_string(), "FOLDER"),
        Err(error) => format!("!{error}").replace(&folder.path().display().to_string(), "FOLDER"),
    }
}

/// The script of a compiler whose program for a header runs `program`; other programs exit successfully.
fn making(program: &str) -> String {
    format!("{WORKS}case $text in *check.cpp) echo '{program}' >> \"$program\" ;; esac\n")
}

#[test]
fn without_a_compiler_nothing_is_checked_and_all_that_were_looked_for_are_named() {
    let said = checked(&["/no/such/c++", "/no/such/g++"], PATIENCE).unwrap().to_string();
    assert_eq!(said, "not checked: no C++ compiler found (/no/such/c++, /no/such/g++)");
}

#[test]
fn a_compiler_that_compiles_nothing_is_told_from_a_header_that_does_not_compile() {
    let broken =
        "echo 'In file included from x:' >&2\necho \"$text:2:10: fatal error: math.h: no such file\" >&2\nexit 1\n";
    let found = said(broken, PATIENCE);
    let expected = "not checked: sh FOLDER/cxx does not work here: trial.cpp:2:10: fatal error: math.h: no such file";
    assert_eq!(found, expected);
    let found = said(&format!("case $text in *check.cpp) {broken} ;; esac\n{WORKS}"), PATIENCE);
    let expected = "!sh FOLDER/cxx does not compile the exported header: check.cpp:2:10: fatal error: math.h: no such file; nothing was written";
    assert!(found.starts_with(expected) && found.contains("--no-check"), "{found}");
}

#[test]
fn a_compiler_in_trouble_of_its_own_says_nothing_of_the_header() {
    let killed = "echo 'c++: fatal error: Killed signal terminated program cc1plus' >&2\nexit 1\n";
    let found = said(&format!("case $text in *check.cpp) {killed} ;; esac\n{WORKS}"), PATIENCE);
    assert!(found.starts_with("not checked: ") && found.contains("Killed signal"), "{found}");
    let found = said(&making("exit 3"), PATIENCE);
    assert!(found.starts_with("not checked: ") && found.ends_with(" is full"), "{found}");
}

#[test]
fn where_programs_do_not_start_nothing_is_checked() {
    let found = said("printf '#!/bin/sh\\n' > \"$program\"\n", PATIENCE);
    assert!(found.starts_with("not checked: ") && found.contains("does not start: Permission denied"), "{found}");
}

#[test]
fn the_next_compiler_serves_where_the_first_does_not_work() {
    let folder = tempfile::tempdir().unwrap();
    let broken = compiler(folder.path(), "broken", "exit 1\n");
    let second = compiler(folder.path(), "second", &making("exit 7"));
    let error = checked(&["/no/such/compiler", &broken, &second], PATIENCE).unwrap_err().to_string();
    assert!(error.contains("second, ended with exit code 7"), "{error}");
}

#[test]
fn a_program_that_answers_wrongly_or_not_at_all_is_an_error() {
    // No samples; then, for each of 32 images and three functions, class 0, three scores and probabilities of 0.
    let zeros = 2 + 32 * 3 * (2 + 3 + 12);
    let found = said(&making(&format!("head -c {zeros} /dev/zero")), PATIENCE);
    let (_, network) = export();
    let scores = quant_scores(&network, 0);
    let (class, score) = scores.iter().enumerate().find(|(_, score)| **score != 0).unwrap();
    let label = ["a", "b", "c"][class];
    let expected = format!(
        "!the exported header is wrong: for test image 0 the score of class {class} ({label}) is 0 by predict() \
         (compiled with sh FOLDER/cxx), {score} by the reference; nothing was written"
    );
    assert!(found.starts_with(&expected), "{found}\n{expected}");
    for (program, how) in [
        ("exit 0", "wrote 0 bytes"),
        ("head -c 2000 /dev/zero", "wrote 2000 bytes"),
        ("exit 5", "ended with exit code 5"),
        ("kill -SEGV $$", "was ended by signal 11"),
        ("exec yes", "wrote more than"),
    ] {
        let found = said(&making(program), PATIENCE);
        assert!(found.starts_with("!a program of the exported header") && found.contains(how), "{program}: {found}");
    }
    let found = said(&making("exec sleep 1000"), SHORT);
    assert!(found.contains("compiled with sh FOLDER/cxx, did not finish within 0.4 s; nothing was written"), "{found}");
}

fn quant_scores(network: &Network, probe: usize) -> Vec<i8> {
    let images = probe_images(network.graph.input, PROBES, SEED);
    network.quantised.as_ref().unwrap().run(&images[probe]).pop().unwrap()
}

/// Whether the process with the id in the file `path` is running.
fn runs(path: &Path) -> bool {
    let process = fs::read_to_string(path).unwrap();
    let state = fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
    // A zombie has ended, but its parent has not waited for it yet.
    !state.is_empty() && !state.contains(") Z ")
}

#[test]
fn a_compiler_that_hangs_is_ended_with_what_it_started_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (child, place) = (folder.path().join("child"), folder.path().join("place"));
    let script =
        format!("sleep 1000 &\necho $! > {}\ndirname \"$text\" > {}\nwait\n", child.display(), place.display());
    let found = checked(&[&compiler(folder.path(), "cxx", &script)], SHORT).unwrap().to_string();
    assert!(found.starts_with("not checked: ") && found.ends_with("it did not finish within 0.4 s"), "{found}");
    let begun = Instant::now();
    while runs(&child) {
        assert!(begun.elapsed() < PATIENCE, "it still runs");
    }
    let place = fs::read_to_string(place).unwrap();
    assert!(place.contains("micromobilenet-") && !Path::new(place.trim()).exists(), "{place}");
}

#[test]
fn a_stop_ends_a_compiler_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let command = compiler(folder.path(), "cxx", "exec sleep 1000\n");
    let (sources, network) = export();
    let begun = Instant::now();
    let stop = || begun.elapsed() > Duration::from_millis(100);
    let error = check(&sources, &network, &Compilers::of([command], Duration::from_mins(10)), &stop).unwrap_err();
    assert!(matches!(error, CheckError::Stopped) && begun.elapsed() < PATIENCE, "{error}");
}
