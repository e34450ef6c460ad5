//! Tests of cuts and sizes of plans. `tests/differential` tests that no plan overwrites values that are still read,
//! and that programs give the expected outputs.

use super::ElementSizes;
use super::chain::Chain;
use super::rows::RowPlan;
use super::segment::SegmentBuilder;
use crate::config::{ConfigFile, Plan};
use crate::graph::Graph;
use crate::graph::tests::graph_of;
use proptest::prelude::*;

#[test]
fn the_arenas_of_the_family_are_as_small_as_rows_allow() {
    // Bytes of int8 and float arenas, `smallest`.
    for (name, int8, float) in [
        ("pico", 984, 3_936),
        ("nano", 1_600, 6_396),
        ("micro", 4_496, 17_976),
        ("milli", 4_496, 17_976),
        ("mobilenet", 4_496, 17_976),
    ] {
        let graph = graph_of(name, 5).folded();
        let bytes = |cell| RowPlan::of(&Chain::of(&graph, cell), Plan::Smallest).arena_bytes;
        assert_eq!((bytes(ElementSizes::INT8), bytes(ElementSizes::FLOAT)), (int8, float), "{name}");
    }
}

#[test]
fn the_lowest_latency_leaves_less_work_and_takes_more_memory() {
    for name in ["micro", "milli", "mobilenet"] {
        let chain = Chain::of(&graph_of(name, 5).folded(), ElementSizes::INT8);
        let small = RowPlan::of(&chain, Plan::Smallest);
        let fast = RowPlan::of(&chain, Plan::LowestLatency);
        assert!(fast.macs_after_last_row < small.macs_after_last_row, "{name}");
        assert!(fast.arena_bytes > small.arena_bytes, "{name}");
        assert_eq!(fast, RowPlan::of(&chain, Plan::LowestLatency));
    }
}

/// A random network of up to six blocks of all kinds.
pub(crate) fn networks() -> impl Strategy<Value = String> {
    let block = (
        0usize..3,
        1u32..7,
        prop::sample::select(vec![1u32, 3, 5]),
        1u32..4,
        any::<bool>(),
        1u32..4,
        0usize..3,
        1u32..3,
    );
    let sizes = (4u32..30, 4u32..30, prop::sample::select(vec![1u32, 3]), any::<bool>());
    (sizes, prop::collection::vec(block, 0..6)).prop_map(|((height, width, channels, max), blocks)| {
        let pool = if max { "max" } else { "avg" };
        let mut text = format!("[model]\ninput = {{ height = {height}, width = {width}, channels = {channels} }}\n[stem]\nfilters = 4\n[head]\npool = \"{pool}\"\n");
        for (kind, filters, kernel, stride, same, t, se, repeat) in blocks {
            let kind = ["separable", "bottleneck", "conv"][kind];
            let padding = if same { "same" } else { "valid" };
            text += &format!("[[blocks]]\ntype = \"{kind}\"\nfilters = {filters}\nkernel = {kernel}\nstride = {stride}\npadding = \"{padding}\"\nrepeat = {repeat}\n");
            if kind == "bottleneck" {
                let halves = if filters % 2 == 0 { ".5" } else { "" };
                text += &format!("expansion = {t}{halves}\n");
                if se > 0 {
                    text += &format!("squeeze_excite = {{ after = \"{}\", ratio = 2 }}\n", ["", "depthwise", "project"][se]);
                }
            }
        }
        text
    })
}

/// Minimum bytes of the largest segment, and minimum multiplications after the last row, over all cuts after link
/// `first`.
fn least(chain: &Chain, first: usize) -> (usize, u64) {
    if first == chain.links.len() {
        return (0, 0);
    }
    let (mut bytes, mut macs) = (usize::MAX, u64::MAX);
    let mut links = SegmentBuilder::new(chain, first);
    while links.grow() {
        let Some(need) = links.need() else { continue };
        let rest = least(chain, links.end());
        bytes = bytes.min(need.bytes().max(rest.0));
        macs = macs.min(links.macs_after_last_row().saturating_add(rest.1));
    }
    (bytes, macs)
}

#[test]
fn the_largest_networks_are_planned_too() {
    let blocks = "[[blocks]]\ntype = \"bottleneck\"\nfilters = 4\nexpansion = 2\nrepeat = 64\n\
        squeeze_excite = { after = \"project\" }\n";
    let text = format!(
        "[model]\ninput = {{ height = 16, width = 16, channels = 1 }}\n[stem]\nfilters = 4\n{}",
        blocks.repeat(8)
    );
    let graph = Graph::of_file(&ConfigFile::parse("t", &text, &[]).unwrap(), 3).unwrap().folded();
    let plan = RowPlan::of(&Chain::of(&graph, ElementSizes::INT8), Plan::Smallest);
    let largest = plan.segments[plan.peak()].need.bytes();
    assert!(plan.segments.len() > 512 && plan.arena_bytes <= 2 * largest, "{} of {largest}", plan.arena_bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_other_cuts_are_better(text in networks()) {
        let spec = ConfigFile::parse("t", &text, &[]).unwrap();
        let Ok(graph) = Graph::of_file(&spec, 3) else { return Ok(()) };
        for cell in [ElementSizes::INT8, ElementSizes::FLOAT] {
            let chain = Chain::of(&graph.folded(), cell);
            // Every link doubles the number of cuts.
            if chain.links.len() > 14 {
                return Ok(());
            }
            let (bytes, macs) = least(&chain, 0);
            let small = RowPlan::of(&chain, Plan::Smallest);
            prop_assert_eq!(small.segments[small.peak()].need.bytes(), bytes);
            prop_assert_eq!(RowPlan::of(&chain, Plan::LowestLatency).macs_after_last_row, macs);
        }
    }
}
