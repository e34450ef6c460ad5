//! How much stack headers take: `cargo bench --bench stack`.
//!
//! The presets with random weights, painted stacks, in the emulators of `tests/targets`. What
//! comes out is what the table of stacks in `src/plan/targets.rs` is an upper bound of. Of AVR the
//! frames of the driver count too.

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

use harness::{Options, Target};
use micromobilenet::codegen::header;
use micromobilenet::spec::Precision;

/// Bytes of RAM of an Arduino Mega.
const MEGA: u64 = 8_192;
/// Bytes of RAM of a BBC micro:bit, without what its driver takes.
const MICROBIT: usize = 13_000;

fn main() {
    println!("net,precision,target,options,stack_bytes");
    for precision in [Precision::Float, Precision::Int8] {
        for name in networks::PRESETS {
            let case = networks::shipped(name, precision);
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
                    let answers = target.build(folder.path(), &Options::new(optimise)).and_then(|program| {
                        let variables = program.sections()?;
                        Ok((program.run(&case.images[..1])?, variables.data + variables.bss))
                    });
                    match answers {
                        Ok((answers, variables)) => {
                            let free = answers.free_bytes.map(|free| MEGA - variables - u64::from(free));
                            let bytes = answers.stack_bytes.map(u64::from).or(free).unwrap_or(0);
                            println!("{name},{precision:?},{target:?},{optimise},{bytes}");
                        }
                        Err(said) => println!("# {name},{precision:?},{target:?}: {said}"),
                    }
                }
            }
        }
    }
}
