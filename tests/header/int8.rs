//! Int8 headers on the host: every row of every operation and every score, byte for byte.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use crate::build::{STRICT, compile, run, sanitized};
use crate::case::{Case, random_case};
use crate::support::usable;
use micromobilenet::codegen::header;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Writes the headers of `cases` and a program that prints, for each image, every row and the
/// scores; without `rows` only the scores.
fn write_program(folder: &Path, cases: &[Case], rows: bool) {
    let mut main = String::from("#include <stdio.h>\n#include <stddef.h>\n");
    if rows {
        main += "static void traced(const char *name, unsigned row, const void *data, size_t count) {\n\
                 static_cast<void>(name);\n    static_cast<void>(row);\n    fwrite(data, 1, count, stdout);\n}\n\
                 #define MICROMOBILENET_TRACE(name, row, data, count) traced(name, row, data, count)\n";
    }
    let mut calls = String::new();
    for case in cases {
        fs::write(folder.join(format!("{}.h", case.class)), header(&case.model()).unwrap()).unwrap();
        writeln!(main, "#include \"{}.h\"", case.class).unwrap();
        writeln!(calls, "    answer<{}>();", case.class).unwrap();
    }
    main += "template <class Net>\nstatic void answer() {\n    static Net net;\n    static uint8_t image[Net::numInputs];\n\
             uint32_t count = 0;\n    if (fread(&count, sizeof count, 1, stdin) != 1) return;\n\
             for (; count > 0; count--) {\n    if (fread(image, sizeof image, 1, stdin) != 1) return;\n\
             net.predict(image);\n    fwrite(net.scores, 1, sizeof net.scores, stdout);\n    }\n}\n";
    writeln!(main, "int main() {{\n{calls}    return 0;\n}}").unwrap();
    fs::write(folder.join("main.cpp"), main).unwrap();
}

/// What the program prints for an image: the rows in the order they are made, then the scores.
/// Rows are told apart only by their order, which is that of the header.
fn expected(case: &Case, image: &[u8], rows: bool) -> Vec<Vec<u8>> {
    let quantised = case.quantised.as_ref().unwrap();
    let maps = quantised.run(image);
    let mut records = Vec::new();
    if rows {
        for (op, map) in quantised.ops.iter().zip(&maps) {
            let (width, channels) = (op.output.width, op.output.channels);
            for row in map.chunks(width * channels) {
                let value = |c: usize, x: usize| row[x * channels + c].cast_unsigned() ^ 0x80;
                records.push(
                    (0..channels).flat_map(|c| (0..width).map(move |x| (c, x))).map(|(c, x)| value(c, x)).collect(),
                );
            }
        }
    }
    records.push(maps.last().unwrap().iter().map(|score| score.cast_unsigned()).collect());
    records
}

/// Runs `program` on at most `limit` images of each case.
fn check(program: &Path, cases: &[Case], limit: usize) {
    let mut input = Vec::new();
    for case in cases {
        let images = &case.images[..case.images.len().min(limit)];
        input.extend((images.len() as u32).to_le_bytes());
        input.extend(images.concat());
    }
    let output = run(program, &input);
    let mut rest = output.as_slice();
    for case in cases {
        let images = &case.images[..case.images.len().min(limit)];
        let scores: Vec<Vec<u8>> = images.par_iter().map(|image| expected(case, image, false).remove(0)).collect();
        for (index, scores) in scores.iter().enumerate() {
            let (found, after) = rest.split_at(scores.len());
            assert_eq!(found, scores.as_slice(), "{}: image {index}", case.class);
            rest = after;
        }
    }
    assert!(rest.is_empty());
}

#[test]
fn scores_are_those_of_the_executor_byte_for_byte() {
    if !usable("g++", &[]) {
        return;
    }
    let presets = ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"];
    let mut cases: Vec<Case> = presets.iter().map(|name| Case::preset(name, 40).int8()).collect();
    cases.extend((0..40).map(|number| random_case(number).int8()));
    cases.extend((40..60).map(|number| random_case(number).int8().fast()));
    let folder = tempfile::tempdir().unwrap();
    write_program(folder.path(), &cases, false);
    let builds: [(&[&str], usize); 2] = [(&["-O2"], 40), (sanitized(), 10)];
    builds.par_iter().for_each(|(flags, limit)| {
        let arguments = [&STRICT[..], &["-Wshadow", "-Wconversion", "-pedantic"], flags].concat();
        let program = compile(folder.path(), "g++", &arguments, &["main.cpp"]).unwrap();
        check(&program, &cases, *limit);
    });
}
