//! Limits of exported programs and of compilers.
//!
//! Generated code counts rows, values and constants in integers of fixed width. A network that exceeds one of
//! them would compile but predict wrongly, so it is an error.

use super::flash::int8_constants;
use super::op::{Extras, depth};
use super::program::Program;
use super::targets::Family;
use crate::config::Precision;
use crate::contract::Mean;
use crate::graph::{Graph, Shape};
use crate::text::thousands;
use serde::Serialize;
use std::fmt;

/// Maximum number of values of a row: 16-bit counters.
pub const MAX_ROW_VALUES: usize = u16::MAX as usize;
/// Maximum number of inputs of an int8 filter: sums of products of a byte and a weight with 128 added stay below
/// 2³¹.
pub const MAX_INT8_FILTER: usize = 33_000;
/// Maximum number of inputs of a float filter: a 16-bit counter.
pub const MAX_FLOAT_FILTER: usize = u16::MAX as usize;
/// Maximum number of steps: an 8-bit counter, of which one value means the end.
pub const MAX_STEPS: usize = u8::MAX as usize - 1;
/// Maximum number of pairs of multiplier and offset: a 16-bit index.
pub const MAX_CONSTANTS: usize = u16::MAX as usize;
/// Maximum bytes of an array on AVR, a limit of its compiler.
pub const MAX_AVR_ARRAY: usize = i16::MAX as usize;

/// A limit of exported programs that a network exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Name of the layer, such as `block3.depthwise`.
    pub layer: String,
    /// The limited quantity, a plural.
    pub what: &'static str,
    /// Its value.
    pub found: usize,
    /// Its maximum.
    pub most: usize,
    /// Suggested correction.
    pub help: &'static str,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, what, found, most, help } = self;
        let [found, most] = [*found, *most].map(|count| thousands(count as u64));
        write!(f, "{layer} has {found} {what}, an exported program at most {most}: {help}")
    }
}

impl std::error::Error for Limit {}

/// The first limit that `program`, which runs the folded `graph`, exceeds.
#[must_use]
pub fn exceeded(graph: &Graph, program: &Program) -> Option<Limit> {
    let smaller = "a narrower image or fewer filters";
    let filter = match program.precision {
        Precision::Int8 => MAX_INT8_FILTER,
        Precision::Float => MAX_FLOAT_FILTER,
    };
    let mut constants = 0;
    graph.ops.iter().find_map(|op| {
        // The pool and the head have no rows.
        let step = program.steps.iter().position(|step| step.op == op.id);
        let row = |shape: Shape| step.map_or(0, |_| shape.width * shape.channels);
        let steps = step.map_or(0, |step| step + 1);
        let averaged = Extras::of(op).averaged;
        if program.precision == Precision::Int8 {
            constants += int8_constants(op);
        }
        let counts = [
            ("steps with those before it", steps, MAX_STEPS, "fewer blocks"),
            ("values in a row of its input", row(op.input), MAX_ROW_VALUES, smaller),
            ("values in a row", row(op.output), MAX_ROW_VALUES, smaller),
            ("weights in a filter", depth(op), filter, "fewer filters before it or a smaller kernel"),
            ("pixels to take the mean of", averaged, Mean::MAX_VALUES, "a smaller image or larger strides"),
            ("filters with those before it", constants, MAX_CONSTANTS, "fewer filters"),
        ];
        let (what, found, most, help) = counts.into_iter().find(|(_, found, most, _)| found > most)?;
        Some(Limit { layer: op.name.clone(), what, found, most, help })
    })
}

/// Description of the problem if compilers for `family` do not support an array of `largest` bytes.
#[must_use]
pub fn refused_on(family: Family, largest: u64) -> Option<String> {
    let is_refused = family == Family::Avr && largest > MAX_AVR_ARRAY as u64;
    is_refused.then(|| {
        let [largest, most] = [largest, MAX_AVR_ARRAY as u64].map(thousands);
        format!("a table takes {largest} B, AVR holds {most} B")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Plan;
    use crate::graph::tests::graph_of_text;

    fn limit(text: &str, precision: Precision) -> Option<String> {
        let graph = graph_of_text(&format!("[model]\nbatch_norm = false\n{text}"), 4).folded();
        exceeded(&graph, &Program::of(&graph, precision, Plan::Smallest)).map(|limit| limit.to_string())
    }

    #[test]
    fn the_largest_row_filter_and_program_pass_and_the_next_larger_is_refused_by_layer() {
        let row = |filters: usize| {
            format!(
                "input = {{ height = 4, width = 160, channels = 1 }}\n[stem]\nfilters = {filters}\nkernel = 1\nstride = 1\n\
                 [[blocks]]\ntype = \"separable\"\nfilters = 2\nkernel = 5\n"
            )
        };
        let taps = |filters: usize| {
            format!(
                "input = {{ height = 5, width = 5, channels = 1 }}\n[stem]\nfilters = {filters}\nkernel = 1\nstride = 1\n\
                 [[blocks]]\ntype = \"conv\"\nfilters = 3\nkernel = 5\n"
            )
        };
        let steps = |repeat: usize| {
            let blocks =
                |repeat: usize| format!("[[blocks]]\ntype = \"conv\"\nfilters = 1\nkernel = 1\nrepeat = {repeat}\n");
            format!(
                "input = {{ height = 2, width = 2, channels = 1 }}\n[stem]\nfilters = 1\nkernel = 1\n{}{}",
                blocks(64).repeat(3),
                blocks(repeat)
            )
        };
        for precision in [Precision::Float, Precision::Int8] {
            assert_eq!(limit(&row(409), precision), None);
            let said = limit(&row(410), precision).unwrap();
            assert_eq!(
                said,
                "stem has 65,600 values in a row, an exported program at most 65,535: a narrower image or fewer filters"
            );
            assert_eq!(limit(&steps(61), precision), None);
            let said = limit(&steps(62), precision).unwrap();
            assert!(
                said.starts_with("block253.conv has 255 steps with those before it, an exported program at most 254"),
                "{said}"
            );
        }
        assert_eq!(limit(&taps(1_320), Precision::Int8), None);
        let said = limit(&taps(1_321), Precision::Int8).unwrap();
        assert!(
            said.starts_with("block0.conv has 33,025 weights in a filter, an exported program at most 33,000"),
            "{said}"
        );
        assert_eq!(limit(&taps(2_621), Precision::Float), None);
        assert!(limit(&taps(2_622), Precision::Float).is_some());
    }

    #[test]
    fn filters_of_all_layers_together_and_pixels_of_a_mean_have_limits_too() {
        let block = |filters: u32| format!("[[blocks]]\ntype = \"conv\"\nfilters = {filters}\nkernel = 1\n");
        let blocks = (block(4_096) + &block(1)).repeat(16);
        let head = "input = { height = 1, width = 1, channels = 1 }\n[stem]\nfilters = 1\nkernel = 1\n";
        let said = limit(&format!("{head}{blocks}"), Precision::Int8).unwrap();
        // Filters are stored in pairs.
        assert!(said.starts_with("block30.conv has 65,568 filters with those before it, "), "{said}");
        assert_eq!(limit(&format!("{head}{blocks}"), Precision::Float), None);
        let wide = "input = { height = 4096, width = 4096, channels = 1 }\n[stem]\nfilters = 1\nkernel = 1\nstride = 1\n\
                    [head]\npool = \"avg\"\n";
        let said = limit(wide, Precision::Int8).unwrap();
        assert!(said.contains(" has 16,777,216 pixels to take the mean of, "), "{said}");
    }
}
