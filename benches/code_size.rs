//! Code size of the components of a header: `cargo bench --bench code_size`.
//!
//! Headers of many networks are linked at `-Os` for every family of cores, and the sizes of the components are fitted
//! by least squares. The result is the table in `src/plan/measured.rs`, which `-- --write` writes; errors of the
//! estimates go to stderr, also for networks that were not used for the fit. Families without a compiler keep their
//! old numbers.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and what fails ends it"
)]

#[path = "../tests/header/case.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod case;
#[path = "../tests/support/linked.rs"]
mod linked;
#[path = "../tests/support/networks.rs"]
mod networks;
#[path = "../tests/support/mod.rs"]
mod support;

use case::Case;
use micromobilenet::config::Precision;
use micromobilenet::plan::{Family, Piece, Pieces};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const PIECES: usize = Piece::ALL.len();
/// Regularisation, for components that always occur together.
const RIDGE: f64 = 0.02;

/// A network's pieces and the bytes it links to.
struct Sample {
    name: String,
    used: [bool; PIECES],
    bytes: f64,
}

fn samples(cases: &[(String, Case)], family: Family) -> Vec<Sample> {
    let sample = |(name, case): &(String, Case)| {
        let model = case.model();
        match linked::code_bytes(&model, family) {
            Ok(bytes) => {
                let used = Pieces::of(model.graph, &model.program()).used;
                Some(Sample { name: name.clone(), used, bytes: bytes as f64 })
            }
            Err(said) => {
                eprintln!("{family:?} {name} does not link: {said}");
                None
            }
        }
    };
    cases.par_iter().filter_map(sample).collect()
}

/// The bytes of the pieces that explain `samples` best, errors relative to the size.
fn fit(samples: &[Sample]) -> [i32; PIECES] {
    let mut rows = [[0.0; PIECES + 1]; PIECES];
    for sample in samples {
        let weight = 1.0 / sample.bytes.powi(2);
        let on: Vec<usize> = (0..PIECES).filter(|piece| sample.used[*piece]).collect();
        for i in &on {
            for j in &on {
                rows[*i][*j] += weight;
            }
            rows[*i][PIECES] += weight * sample.bytes;
        }
    }
    let scale = rows[0][0] * RIDGE;
    (1..PIECES).for_each(|i| rows[i][i] += scale);
    // Gauss and Jordan; the matrix is positive definite.
    for i in 0..PIECES {
        let pivot = rows[i];
        for (j, row) in rows.iter_mut().enumerate() {
            if j != i {
                let factor = row[i] / pivot[i];
                row.iter_mut().zip(pivot).for_each(|(value, above)| *value -= factor * above);
            }
        }
    }
    std::array::from_fn(|i| (rows[i][PIECES] / rows[i][i]).round() as i32)
}

/// Prints by how much the estimate is off, and returns the worst as a fraction.
fn check(what: &str, samples: &[Sample], pieces: &[i32; PIECES]) -> f64 {
    let mut worst: (f64, &str) = (0.0, "");
    for Sample { name, used, bytes } in samples {
        let estimate: i32 = used.iter().zip(pieces).filter(|(used, _)| **used).map(|(_, bytes)| bytes).sum();
        let error = f64::from(estimate) / bytes - 1.0;
        if error.abs() > 0.1 {
            eprintln!("  {name}: {estimate} instead of {bytes}");
        }
        if error.abs() > worst.0.abs() {
            worst = (error, name);
        }
    }
    eprintln!("{what}: {} networks, worst {:+.1} % ({})", samples.len(), worst.0 * 100.0, worst.1);
    worst.0.abs()
}

fn main() {
    let mut table = String::new();
    let networks = [Precision::Float, Precision::Int8]
        .map(|precision| (precision, networks::measured(precision), networks::others(precision)));
    for family in Family::ALL {
        let _ = writeln!(table, "    // {}", family.name());
        table += "    [\n";
        for (precision, measured, others) in &networks {
            let pieces = if linked::ready(family) {
                let found = samples(measured, family);
                let pieces = fit(&found);
                check(&format!("{family:?} {precision:?}"), &found, &pieces);
                check(&format!("{family:?} {precision:?}, others"), &samples(others, family), &pieces);
                if std::env::args().any(|argument| argument == "--list") {
                    for sample in &found {
                        eprintln!("    {} {}", sample.name, sample.bytes);
                    }
                }
                pieces
            } else {
                Pieces::measured(family, *precision)
            };
            let numbers: Vec<String> = pieces.iter().map(|bytes| digits(*bytes)).collect();
            let _ = writeln!(table, "        [{}],", numbers.join(", "));
        }
        table += "    ],\n";
    }
    let text = include_str!("../src/plan/measured.rs");
    let head = &text[..text.find("= [").unwrap()];
    let text = format!("{head}= [\n{table}];\n");
    if std::env::args().any(|argument| argument == "--write") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/measured.rs");
        std::fs::write(&path, text).unwrap();
        assert!(Command::new("rustfmt").args(["--edition", "2024"]).arg(&path).status().unwrap().success());
    } else {
        println!("{text}");
    }
}

/// A number as it stands in a source: 1_234.
fn digits(value: i32) -> String {
    let digits = micromobilenet::text::thousands(u64::from(value.unsigned_abs())).replace(',', "_");
    if value < 0 { format!("-{digits}") } else { digits }
}
