//! Random architectures, planned, exported, compiled and run against the executor.

mod memory;
mod nets;

use micromobilenet::plan::Program;
use micromobilenet::spec::{Plan, Precision};
use nets::{Net, census};
use rayon::prelude::*;

/// A seed that is new each time, or that of `MICROMOBILENET_SEED`; what it was is printed.
fn seed() -> u32 {
    let given = std::env::var("MICROMOBILENET_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = given.unwrap_or_else(|| now.map_or(0, |now| now.as_secs() as u32));
    println!("MICROMOBILENET_SEED={seed} makes the same networks again");
    seed
}

/// What the simulated memory of `net` has to say, in both precisions and for both plans.
fn memory_of(net: &Net) -> Vec<String> {
    let graph = net.graph.folded();
    let mut wrong = Vec::new();
    for precision in [Precision::Int8, Precision::Float] {
        for plan in [Plan::Smallest, Plan::LowestLatency] {
            let program = Program::of(&graph, precision, plan);
            if let Err(error) = memory::check(&graph, &program) {
                wrong.push(format!("{} {precision:?} {plan:?}: {error}", net.name));
            }
        }
    }
    wrong
}

#[test]
fn no_plan_writes_over_what_is_still_read() {
    let seed = seed();
    let nets: Vec<Net> = (0..2_000).into_par_iter().map(|number| Net::random(seed, number)).collect();
    println!("{}", census(&nets));
    let wrong: Vec<Vec<String>> = nets.par_iter().map(memory_of).filter(|wrong| !wrong.is_empty()).collect();
    for wrong in wrong.iter().take(10) {
        println!("{}", wrong.join("\n"));
    }
    assert!(wrong.is_empty(), "{} of {} networks are wrong", wrong.len(), nets.len());
}
