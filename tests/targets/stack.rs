//! The stack that an estimate states is enough, in gray and in colour.

use crate::harness::{Feed, Options, Target};
use crate::{holds, networks, on};
use micromobilenet::config::Precision;
use micromobilenet::plan::{Estimate, PREDICT_STACK};

/// Presets that take the most of those with one stream of rows, with several, and with gates.
const NETS: [&str; 3] = ["nano", "milli", "squeeze"];

#[test]
fn the_stack_is_within_what_is_stated() {
    for precision in [Precision::Float, Precision::Int8] {
        for (name, channels) in NETS.into_iter().flat_map(|name| [(name, 1), (name, 3)]) {
            let case = networks::shipped(name, channels, precision);
            let estimate = Estimate::of(&case.graph, precision, case.plan);
            let folder = crate::folder(&case);
            on(&[Target::CortexM4, Target::CortexM0, Target::Rv32, Target::Mega], |target| {
                if !holds(target, &case) {
                    return Ok(());
                }
                let stated = estimate.on(target.family().unwrap()).stack_bytes;
                let mut calls = vec![(Options::new("-Os"), stated)];
                if matches!(target, Target::CortexM4 | Target::Rv32) {
                    calls.push((Options::new("-O2"), stated));
                }
                if target == Target::CortexM4 {
                    calls.push((Options::new("-Os").feed(Feed::Predict), stated + PREDICT_STACK));
                }
                for (options, stated) in calls {
                    let answers = target.build(folder.path(), &options)?.run(&case.images[..1])?;
                    let taken = answers.stack_bytes.ok_or("the stack is not measured")?;
                    if u64::from(taken) > stated {
                        let which = format!("{name}, {precision:?}, {channels} channels, {}", options.optimise);
                        return Err(format!("{which}: {taken} bytes of stack, {stated} are stated"));
                    }
                }
                Ok(())
            });
        }
    }
}
