//! An arena of the caller's at the very end, and at the very beginning, of a board's RAM: kernels in
//! assembly read nothing beyond it.

use crate::case::{Case, random_case};
use crate::harness::{Options, Target};
use crate::{folder, holds, on};
use rayon::prelude::*;
use std::fs;

/// Images that each network is tried on.
const IMAGES: usize = 3;

/// Options for an arena of `bytes` that nothing follows, or with `begin` nothing precedes.
fn options(target: Target, bytes: usize, begin: bool) -> Options {
    let options = Options::new("-O2").flag("-DMICROMOBILENET_CALLER_ARENA");
    if target == Target::Mega {
        // SRAM of an ATmega2560 ends there.
        return options.flag(&format!("-Wl,--defsym=__stack={}", 0x21FF - bytes));
    }
    let options = if target == Target::CortexM0 { options } else { options.flag("-DGUARDED") };
    let options = if begin { options.flag("-DARENA_AT_BEGIN") } else { options };
    let place = if begin { "FIRST" } else { "LAST" };
    options.flag(&format!("-Wl,--defsym=ARENA_{place}={}", bytes.next_multiple_of(8)))
}

/// Bytes of the caller's arena of `case`.
fn arena_bytes(case: &Case) -> usize {
    case.model().program().caller_arena_bytes()
}

#[test]
fn nothing_beyond_the_callers_arena_is_read() {
    let named = |case: Case| Case { class: "Net".to_owned(), ..case };
    let presets = || ["pico", "micro", "squeeze"].into_par_iter().map(|name| Case::preset(name, 24));
    let cases: Vec<Case> = presets()
        .map(Case::int8)
        .chain(presets())
        .chain((300..309).into_par_iter().map(|number| random_case(number).int8()))
        .map(named)
        .collect();
    // What has kernels of its own.
    let targets = [Target::CortexM4, Target::CortexM0, Target::Mega];
    on(&targets, |target| {
        let fitting: Vec<&Case> = cases.iter().filter(|case| holds(target, case)).collect();
        // The compiler and the core of AVR take longest.
        let every = if target == Target::Mega { 3 } else { 1 };
        for (number, case) in fitting.into_iter().enumerate().filter(|(number, _)| number % every == 0) {
            let folder = folder(case);
            let images = &case.images[..IMAGES];
            let expected = target.build(folder.path(), &Options::new("-O2"))?.run(images)?;
            let begins = if target == Target::Mega { &[false][..] } else { &[false, true] };
            for begin in begins {
                let options = options(target, arena_bytes(case), *begin);
                let found = target.build(folder.path(), &options)?.run(images);
                let found = found.map_err(|error| format!("network {number}, {begin}: {error}"))?;
                if (found.scores, found.outputs) != (expected.scores.clone(), expected.outputs.clone()) {
                    return Err(format!("network {number}: other scores"));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn a_byte_beyond_ram_cannot_be_read() {
    let case = Case { class: "Net".to_owned(), ..Case::preset("pico", 24).int8() };
    on(&[Target::CortexM4, Target::CortexM0, Target::Mega], |target| {
        let beyond = match target {
            Target::Mega => &["(RAMEND+1)"][..],
            _ => &["reinterpret_cast<uintptr_t>(ram_end)", "(reinterpret_cast<uintptr_t>(ram_begin)-1)"],
        };
        for place in beyond {
            let flag = format!("-DREAD_BEYOND={place}");
            let options = options(target, arena_bytes(&case), false).flag(&flag);
            let folder = folder(&case);
            if target.build(folder.path(), &options)?.run(&case.images[..1]).is_ok() {
                return Err(format!("{place} can be read"));
            }
        }
        Ok(())
    });
}

#[test]
fn the_arena_that_is_tried_is_the_one_that_the_header_states() {
    for case in [Case::preset("squeeze", 24).int8(), random_case(301)] {
        let case = Case { class: "Net".to_owned(), ..case };
        let folder = folder(&case);
        let text = fs::read_to_string(folder.path().join("Net.h")).unwrap();
        // The first is that of a caller's arena.
        let stated = text.lines().find_map(|line| line.trim().strip_prefix("arenaBytes = ")?.strip_suffix(","));
        assert_eq!(stated.unwrap().parse::<usize>().unwrap(), arena_bytes(&case));
    }
}
