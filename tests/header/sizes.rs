//! The sizes that the plan states are those that a compiler finds.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::build::compile;
use crate::case::{Case, random_case};
use crate::support::usable;
use micromobilenet::codegen::header;
use micromobilenet::config::{Plan, Precision};
use micromobilenet::plan::{Estimate, Tables};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;

/// Random architectures; each is compiled in two precisions and with two plans.
const ARCHITECTURES: u32 = 200;

/// The header of `case` and the statements that prove its sizes.
fn proof(case: &Case, precision: Precision) -> String {
    let model = case.model();
    let program = model.program();
    let estimate = Estimate::of(model.graph, precision, case.plan);
    let tables = Tables::of(model.graph, &program);
    let text = header(&model).unwrap();
    let class = &case.class;
    // Every array in flash, by the names under which the header declares them.
    let arrays: Vec<String> = text
        .lines()
        .filter(|line| line.contains(" MICROMOBILENET_FLASH = "))
        .map(|line| line.split('[').next().unwrap().split_whitespace().next_back().unwrap().to_owned())
        .collect();
    assert!(arrays.iter().any(|name| name == "steps") && arrays.len() >= 2, "{arrays:?}");
    let sum = arrays.iter().map(|name| format!("sizeof {class}_detail::{name}")).collect::<Vec<_>>().join(" + ");
    let mut text = text;
    let ram = estimate.ram_bytes;
    writeln!(text, "static_assert(sizeof({class}) == {ram}, \"RAM\");").unwrap();
    writeln!(text, "static_assert({sum} == {}, \"tables\");", tables.bytes()).unwrap();
    let largest = tables.largest_array;
    let is_largest = |name: &String| format!("sizeof {class}_detail::{name} == {largest}");
    let is_in = |name: &String| format!("sizeof {class}_detail::{name} <= {largest}");
    let weights =
        || arrays.iter().filter(|name| ["weightTable", "multiplierTable", "offsetTable"].contains(&name.as_str()));
    let any = weights().map(is_largest).collect::<Vec<_>>().join(" || ");
    let all = weights().map(is_in).collect::<Vec<_>>().join(" && ");
    writeln!(text, "static_assert(({any}) && {all}, \"largest array\");").unwrap();
    assert_eq!(estimate.table_bytes, tables.bytes() as u64);
    assert_eq!(estimate.weight_bytes, tables.ops.iter().sum::<usize>() as u64);
    text
}

#[test]
fn ram_and_tables_are_as_estimated_for_random_architectures() {
    if !usable("g++", &[]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let numbers: Vec<u32> = (1_000..1_000 + ARCHITECTURES).collect();
    numbers.par_chunks(25).for_each(|numbers| {
        let mut text = String::new();
        for number in numbers {
            let mut case = random_case(*number);
            let name = case.class.clone();
            for precision in [Precision::Float, Precision::Int8] {
                if precision == Precision::Int8 {
                    case = case.int8();
                }
                for plan in [Plan::Smallest, Plan::LowestLatency] {
                    (case.plan, case.class) = (plan, format!("{name}{precision:?}{plan:?}"));
                    text += &proof(&case, precision);
                }
            }
        }
        let name = format!("sizes{}.cpp", numbers[0]);
        // It says `pragma once` of a header.
        fs::write(folder.path().join(&name), text.replace("#pragma once\n", "")).unwrap();
        compile(folder.path(), "g++", &["-std=c++11", "-fsyntax-only"], &[&name]).unwrap();
    });
}
