//! What goes wrong on a target comes back as an error that says so.

use crate::harness::{Options, Target};
use crate::support::reason;
use crate::{fake, on};
use std::fs;

/// Builds and runs the fake network with `from` replaced by `to`: the error it gives.
fn error(target: Target, from: &str, to: &str) -> Result<String, String> {
    assert!(fake::HEADER.contains(from), "{from}");
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let header = fake::HEADER.replacen(from, to, 1);
    fs::write(folder.path().join("Net.h"), header).map_err(|error| error.to_string())?;
    let run = || target.build(folder.path(), &Options::new("-Os"))?.run(&fake::images(1));
    run().err().ok_or_else(|| format!("`{to}` goes well"))
}

fn says(target: Target, from: &str, to: &str, expected: &str) -> Result<(), String> {
    let error = error(target, from, to)?;
    if error.contains(expected) { Ok(()) } else { Err(format!("no {expected:?} in {error}")) }
}

#[test]
fn a_warning_is_an_error() {
    on(&Target::ALL, |target| says(target, "row_++;", "row_++; int nobody;", "nobody"));
}

#[test]
fn an_object_that_is_too_large_does_not_link() {
    on(&[Target::CortexM0, Target::Uno, Target::Mega], |target| {
        let (bytes, expected) = match target {
            Target::Uno => (2000, "not within region"),
            Target::Mega => (8000, "not within region"),
            _ => (16_000, "RAM"),
        };
        says(target, "uint16_t row_;", &format!("uint16_t row_; uint8_t more_[{bytes}];"), expected)
    });
}

#[test]
fn a_stack_that_grows_into_the_variables_is_found() {
    on(&[Target::Uno], |target| says(target, "scratch[200]", "scratch[1800]", "the stack has reached the variables"));
}

#[test]
fn a_fault_ends_the_program() {
    let (from, to) = ("output = 0;\n        for", "__builtin_trap();\n        for");
    let boards = [Target::CortexM0, Target::CortexM3, Target::CortexM4, Target::CortexM7, Target::CortexM33];
    on(&boards, |target| says(target, from, to, "a fault"));
    on(&[Target::HostGcc, Target::Rv32], |target| says(target, from, to, "signal"));
}

#[test]
fn the_reason_of_a_skip_is_what_the_compiler_lacks() {
    let clang = "/usr/bin/ld: cannot find /usr/lib/libclang_rt.asan.a: No such file or directory\n\
                 clang: error: linker command failed with exit code 1 (use -v to see invocation)\n";
    assert_eq!(reason(clang), "/usr/bin/ld: cannot find /usr/lib/libclang_rt.asan.a: No such file or directory");
    let gcc = "In file included from a.h:1,\n    from /tmp/t.cpp:2:\n/tmp/t.cpp:2:10: fatal error: math.h: No such file\n\
               compilation terminated.\n";
    assert_eq!(reason(gcc), "error: math.h: No such file");
    assert_eq!(reason("a\nb: not found\n"), "b: not found");
    assert_eq!(reason(""), "");
}
