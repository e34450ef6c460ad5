//! Stack use of exported headers: `cargo bench --bench stack`.
//!
//! The presets, in gray and in colour, with random weights, in the emulators of `tests/targets`, measured by painting
//! the stack. The last column of the table of stacks in `src/plan/targets.rs` is an upper bound of these results for
//! pushing rows; predict() of a whole image adds the column before it. On AVR the frames of the driver are included.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and what fails ends it")]

#[path = "../tests/header/case.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod case;
#[path = "../tests/targets/harness/mod.rs"]
#[expect(dead_code, reason = "traces are for tests")]
mod harness;
#[path = "../tests/support/networks.rs"]
#[expect(dead_code, reason = "some is for the sizes of code")]
mod networks;
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "some is for tests")]
mod support;

use harness::{Feed, Options, Target};
use micromobilenet::codegen::header;
use micromobilenet::config::Precision;
use micromobilenet::plan::Estimate;

/// RAM of a BBC micro:bit minus that of its driver, in bytes.
const MICROBIT: usize = 13_000;

fn main() {
    println!("net,channels,precision,target,options,stack_bytes,predict_adds,stated_bytes");
    for (precision, channels) in
        [Precision::Float, Precision::Int8].into_iter().flat_map(|precision| [(precision, 1), (precision, 3)])
    {
        for name in networks::PRESETS {
            let case = networks::shipped(name, channels, precision);
            let estimate = Estimate::of(&case.graph, precision, case.plan);
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("Net.h"), header(&case.model()).unwrap()).unwrap();
            let object = case.model().program().object_bytes();
            let targets =
                [Target::CortexM0, Target::CortexM3, Target::CortexM4, Target::CortexM7, Target::Rv32, Target::Mega];
            for target in targets {
                let room = match target {
                    Target::Mega => 7_000,
                    Target::CortexM0 => MICROBIT,
                    _ => usize::MAX,
                };
                if object > room || !target.ready(&Options::new("-Os")) {
                    continue;
                }
                let levels: &[&str] = if target.is_avr() { &["-Os"] } else { &["-Os", "-O2"] };
                for optimise in levels {
                    // A small board has no room for the image.
                    let is_small = matches!(target, Target::Mega | Target::CortexM0);
                    let whole = if is_small { Feed::Flash(case.images[0].clone()) } else { Feed::Predict };
                    let measured = [Feed::Rows, whole].map(|feed| {
                        let program = target.build(folder.path(), &Options::new(optimise).feed(feed))?;
                        program.run(&case.images[..1]).map(|answers| answers.stack_bytes.unwrap_or(0))
                    });
                    let stated = target.family().map_or(0, |family| estimate.on(family).stack_bytes);
                    match measured {
                        [Ok(rows), Ok(whole)] => {
                            let adds = whole.saturating_sub(rows);
                            println!("{name},{channels},{precision:?},{target:?},{optimise},{rows},{adds},{stated}");
                        }
                        [rows, whole] => println!("# {name},{channels},{precision:?},{target:?}: {rows:?} {whole:?}"),
                    }
                }
            }
        }
    }
}
