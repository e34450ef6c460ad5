//! Generated headers on real instruction sets: compiled for, and run in emulators of, the boards
//! that they are for.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod arena;
#[path = "../header/case.rs"]
mod case;
mod count;
mod fake;
mod float;
mod harness;
mod int8;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../differential/nets.rs"]
mod nets;
#[path = "../support/networks.rs"]
#[expect(dead_code, reason = "some is for the sizes of code")]
mod networks;
mod pictures;
mod sketch;
mod stack;
#[path = "../support/mod.rs"]
mod support;
mod wrong;

use case::Case;
use harness::answers::{Answers, TraceRow};
use harness::{Feed, Options, Target};
use micromobilenet::codegen::header;
use rayon::prelude::*;
use std::fs;

/// Whether everything that `target` wants is installed.
fn ready(target: Target) -> bool {
    target.ready(&Options::new("-Os"))
}

/// The compilers of this computer that have their sanitizers.
fn sanitizing() -> Vec<Target> {
    let compilers = [Target::HostGcc, Target::HostClang].into_iter();
    compilers.filter(|target| target.ready(&Options::sanitized())).collect()
}

fn runnable() -> Vec<Target> {
    Target::ALL.into_iter().filter(|target| target.runs()).collect()
}

/// Whether an object of the network leaves room for the driver and its stack.
fn holds(target: Target, case: &Case) -> bool {
    let object = case.model().program().object_bytes();
    object
        <= match target {
            Target::Uno => 1_640,
            Target::Mega => 7_000,
            Target::CortexM0 => 12_000,
            _ => usize::MAX,
        }
}

/// A folder with the header of `case`, whose class is called Net.
fn folder(case: &Case) -> tempfile::TempDir {
    assert_eq!(case.class, "Net");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), header(&case.model()).unwrap()).unwrap();
    folder
}

/// Calls `check` for the targets that are there, and shows what went wrong on all of them.
fn on(targets: &[Target], check: impl Fn(Target) -> Result<(), String> + Sync) {
    let ready: Vec<Target> = targets.iter().copied().filter(|target| ready(*target)).collect();
    let wrong: Vec<String> = ready
        .into_par_iter()
        .filter_map(|target| check(target).err().map(|error| format!("{target:?}: {error}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the answers are those of the fake network.
fn check_fake(answers: &Answers, images: &[Vec<u8>]) -> Result<(), String> {
    for (index, image) in images.iter().enumerate() {
        let expected = fake::expected(image);
        let found = (&answers.scores[index], &answers.outputs[index], answers.classes[index]);
        if found != (&expected.scores, &expected.outputs, expected.class) {
            return Err(format!("image {index}: {found:?} instead of {:?} {}", expected.scores, expected.class));
        }
    }
    Ok(())
}

#[test]
fn every_byte_of_an_image_arrives_and_every_answer_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), fake::HEADER).unwrap();
    let images = fake::images(5);
    on(&runnable(), |target| {
        for feed in [Feed::Rows, Feed::Push, Feed::Predict, Feed::Flash(images[3].clone())] {
            let baked = matches!(feed, Feed::Flash(_));
            let program = target.build(folder.path(), &Options::new("-Os").feed(feed.clone()))?;
            let images = if baked { vec![images[3].clone(); 2] } else { images.clone() };
            let answers = program.run(&images)?;
            check_fake(&answers, &images).map_err(|error| format!("{feed:?}: {error}"))?;
        }
        Ok(())
    });
}

#[test]
fn optimisers_change_no_answer_and_sanitizers_find_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), fake::HEADER).unwrap();
    let images = fake::images(5);
    let sanitizing = sanitizing();
    on(&[Target::HostGcc, Target::HostClang, Target::CortexM4], |target| {
        let mut all: Vec<Options> = ["-O0", "-O1", "-O2", "-O3"].map(Options::new).into();
        if sanitizing.contains(&target) {
            all.push(Options::sanitized());
        }
        for options in all {
            check_fake(&target.build(folder.path(), &options)?.run(&images)?, &images)?;
        }
        Ok(())
    });
}

#[test]
fn a_trace_holds_every_row_in_order() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), fake::HEADER).unwrap();
    let images = fake::images(2);
    on(&runnable(), |target| {
        let answers = target.build(folder.path(), &Options::new("-Os").trace())?.run(&images)?;
        check_fake(&answers, &images)?;
        let halves = answers.rows.iter().filter(|row| row.value_bytes == 4).map(TraceRow::floats);
        if halves.clone().count() == 0 || halves.into_iter().any(|values| values[1] != -1.0) {
            return Err("floats are something else".to_owned());
        }
        let expected = fake::rows(&images);
        if answers.rows == expected { Ok(()) } else { Err(format!("{:?} instead of {expected:?}", answers.rows)) }
    });
}

#[test]
fn costs_are_those_of_the_calls() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), fake::HEADER).unwrap();
    let images = fake::images(3);
    on(&runnable(), |target| {
        let program = target.build(folder.path(), &Options::new("-Os"))?;
        let answers = program.count(&images)?;
        check_fake(&answers, &images)?;
        let sections = program.sections()?;
        if sections.bss < u64::from(answers.object_bytes) {
            return Err(format!("an object of {} bytes in {sections:?}", answers.object_bytes));
        }
        fake::check_costs(target, &answers)
    });
}

#[test]
fn headers_compile_for_esp8266() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), fake::HEADER).unwrap();
    on(&[Target::Esp8266], |target| {
        for options in [Options::new("-Os"), Options::new("-O2").trace()] {
            target.build(folder.path(), &options)?;
        }
        Ok(())
    });
}
