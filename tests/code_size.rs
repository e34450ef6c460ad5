//! The estimate of code size is within 10 % of the linked size.

#[path = "header/case.rs"]
#[expect(dead_code, reason = "some is for other tests")]
mod case;
#[path = "support/linked.rs"]
mod linked;
#[path = "support/networks.rs"]
mod networks;
mod support;

use micromobilenet::config::Precision;
use micromobilenet::plan::{Estimate, Family};
use rayon::prelude::*;

/// The largest array that AVR's compiler takes, in bytes.
const LARGEST_AVR_ARRAY: u64 = 32_767;

fn check(family: Family) {
    if !linked::ready(family) {
        return;
    }
    for precision in [Precision::Float, Precision::Int8] {
        let shipped = networks::measured(precision).into_iter().filter(|(name, _)| !name.starts_with("small"));
        let cases: Vec<_> = shipped.take(10).chain(networks::others(precision).into_iter().take(3)).collect();
        let wrong: Vec<String> = cases
            .par_iter()
            .filter_map(|(name, case)| {
                let estimate = Estimate::of(&case.graph, precision, case.plan);
                if family == Family::Avr && estimate.weight_bytes > LARGEST_AVR_ARRAY && precision == Precision::Float {
                    return None;
                }
                let bytes = match linked::code_bytes(&case.model(), family) {
                    Ok(bytes) => bytes,
                    Err(said) => return Some(format!("{name}: {said}")),
                };
                let estimated = estimate.on(family).code_bytes;
                (estimated.abs_diff(bytes) * 10 > bytes).then(|| format!("{name}: {estimated} instead of {bytes}"))
            })
            .collect();
        assert!(
            wrong.is_empty(),
            "{family:?} {precision:?}: measure anew with `cargo bench --bench code_size -- --write`\n{}",
            wrong.join("\n")
        );
    }
}

#[test]
fn on_cortex_m4_code_is_within_a_tenth_of_its_estimate() {
    check(Family::Dsp);
}

#[test]
fn on_avr_code_is_within_a_tenth_of_its_estimate() {
    check(Family::Avr);
}
