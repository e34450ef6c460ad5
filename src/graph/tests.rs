//! Shapes, counts and names of the presets and of random networks.

use super::*;
use crate::config::{Activation, ConfigFile, PRESETS, Padding};
use proptest::prelude::*;

/// The graph of a preset.
pub(crate) fn graph_of(name: &str, classes: usize) -> Graph {
    build(name, &[], classes).unwrap()
}

/// The preset `name`, with overrides.
pub(crate) fn build(name: &str, overrides: &[&str], classes: usize) -> Result<Graph, String> {
    let text = PRESETS.iter().find(|(known, _)| *known == name).unwrap().1;
    let edits = crate::config::overrides(overrides).map_err(|error| error.to_string())?;
    let spec = ConfigFile::parse(&format!("{name}.toml"), text, &edits).map_err(|error| error.to_string())?;
    Graph::of_file(&spec, classes).map_err(|error| error.to_string())
}

/// The network of a configuration's text.
pub(crate) fn graph_of_text(text: &str, classes: usize) -> Graph {
    Graph::of_file(&ConfigFile::parse("t.toml", text, &[]).unwrap(), classes).unwrap()
}

fn parse(text: &str) -> Result<Graph, String> {
    let spec = ConfigFile::parse("t.toml", text, &[]).map_err(|error| error.to_string())?;
    Graph::of_file(&spec, 5).map_err(|error| error.to_string())
}

#[test]
fn the_five_nets_of_the_family_have_the_published_counts() {
    for (name, params, macs) in [
        ("pico", 719, 53_688),
        ("nano", 1_511, 125_211),
        ("micro", 4_139, 612_120),
        ("milli", 11_459, 745_080),
        ("mobilenet", 29_555, 1_127_640),
    ] {
        let graph = build(name, &["model.batch_norm=false"], 5).unwrap();
        assert_eq!((graph.trainable(), graph.macs()), (params, macs), "{name}");
    }
}

#[test]
fn the_other_presets_have_the_counts_that_they_say() {
    let presets =
        [("meadow", 5, 62_365, "62,365"), ("fashion_small", 10, 4_162, "4,162"), ("fashion", 10, 27_266, "27,266")];
    for (name, classes, params, said) in presets {
        let graph = build(name, &["model.batch_norm=false"], classes).unwrap();
        assert_eq!(graph.trainable(), params, "{name}");
        let text = crate::config::preset(name.as_ref()).unwrap();
        assert!(text.contains(&format!(" {said} parameters")), "{name}");
    }
}

#[test]
fn dense_layers_stand_between_pool_and_head_and_keep_the_rest() {
    let graph = graph_of("pico", 5);
    let hidden = [Dense::hidden(16, Activation::Relu), Dense::hidden(8, Activation::None)];
    let deep = graph.with_hidden(&hidden).unwrap();
    assert_eq!(graph.with_hidden(&[]).unwrap(), graph);
    let names: Vec<&str> = deep.ops.iter().map(|op| op.name.as_str()).rev().take(4).collect();
    assert_eq!(names, ["head", "hidden1", "hidden0", "pool"]);
    assert_eq!((graph.feature_count(), deep.feature_count(), deep.tail().len()), (24, 8, 2));
    let added = (24 * 16 + 16) + (16 * 8 + 8) + (8 * 5) - (24 * 5);
    assert_eq!(deep.trainable(), graph.trainable() + added as u64);
    assert_eq!(deep.ops.last().unwrap().inputs, [Source::Op(OpId(deep.ops.len() - 2))]);
}

#[test]
fn operations_that_do_not_fit_are_refused_with_the_reason() {
    let mut graph = graph_of("pico", 5);
    let place = KeyPath::of("head");
    let error = graph.append("pool2", place.clone(), None, GlobalPool { pool: Pool::Max }).unwrap_err();
    assert_eq!(error.to_string(), "pool2 is a second global pool");
    graph.ops.truncate(graph.pool_at());
    let error = graph.append("dense", place.clone(), None, Dense::logits(3)).unwrap_err();
    assert!(error.to_string().starts_with("dense needs an input of 1x1, but its input from block"), "{error}");
    let window = Window::new(5, 1, Padding::Valid);
    let wide = Conv { filters: 20_000, window: Window::PIXEL, norm: Norm::None, activation: Activation::None };
    let error = graph.append("wide", place.clone(), None, wide).unwrap_err();
    assert!(error.to_string().contains("at most 16384 channels"), "{error}");
    let before = graph.ops.len();
    let large = Conv { filters: 1, window, ..wide };
    while graph.append("conv", place.clone(), None, large).is_ok() {}
    let error = graph.append("conv", place, None, large).unwrap_err();
    assert!(error.to_string().starts_with("the feature map is too small: conv has a 5x5 kernel"), "{error}");
    assert!(graph.ops.len() < before + 9);
}

#[test]
fn batch_norm_adds_two_trained_values_a_channel_and_folds_into_one() {
    let plain = build("micro", &["model.batch_norm=false"], 5).unwrap();
    let normed = graph_of("micro", 5);
    let channels: u64 = normed.ops.iter().filter(|op| op.params().len() == 5).map(|op| op.output.channels as u64).sum();
    assert_eq!(normed.trainable(), plain.trainable() + 2 * channels);
    assert_eq!(normed.folded().trainable(), plain.trainable() + channels);
    assert_eq!(plain.folded(), plain);
}

#[test]
fn names_places_and_sizes_follow_the_file() {
    let graph = graph_of("squeeze", 5);
    let line = |op: &Op| format!("{} {} {}", op.name, op.place, op.output);
    let lines: Vec<String> = graph.ops.iter().map(line).collect();
    for expected in [
        "stem stem 48x48x8",
        "block1.expand blocks.1 48x48x24",
        "block1.depthwise blocks.1 24x24x24",
        "block1.se blocks.1 24x24x24",
        "block2.add blocks.2 24x24x12",
        "block3.depthwise blocks.3 12x12x48",
        "block4.add blocks.3 12x12x20",
        "block6.conv blocks.5 6x6x48",
        "pool head 1x1x48",
        "head head 1x1x5",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} not in {lines:#?}");
    }
    let hidden = graph.ops.iter().filter_map(|op| match op.kind {
        Kind::SqueezeExcite(se) => Some((op.name.as_str(), se.hidden)),
        _ => None,
    });
    assert_eq!(hidden.collect::<Vec<_>>(), [("block1.se", 6), ("block2.se", 3), ("block3.se", 6), ("block4.se", 10)]);
}

#[test]
fn filters_are_widened_half_up_and_never_to_nothing() {
    let channels = |multiplier: &str| {
        let graph = build("pico", &[&format!("model.width_multiplier={multiplier}")], 5).unwrap();
        graph
            .ops
            .iter()
            .filter(|op| op.name.ends_with("pointwise") || op.name == "stem")
            .map(|op| op.output.channels)
            .collect::<Vec<_>>()
    };
    assert_eq!(channels("0.25"), [1, 2, 3, 6]);
    assert_eq!(channels("0.01"), [1, 1, 1, 1]);
    assert_eq!(channels("1.5"), [5, 9, 18, 36]);
}

#[test]
fn a_map_that_shrinks_to_nothing_names_the_block_and_the_size() {
    let error = parse("[stem]\nfilters = 3\n[model]\ninput = { height = 8, width = 8 }\n[[blocks]]\ntype = \"conv\"\nfilters = 4\nkernel = 5\npadding = \"valid\"\n").unwrap_err();
    assert!(error.starts_with("t.toml:5:1: the feature map is too small: block0.conv has a 5x5 kernel without padding, but its input from stem is 4x4"), "{error}");
}

#[test]
fn means_must_match_the_channels() {
    let error = parse("[data]\nmean = [0.1, 0.2, 0.3]\n").unwrap_err();
    assert!(error.starts_with("t.toml:2:8: the input has 1 channels"), "{error}");
    let graph = parse("[data]\nmean = 0.5\nstd = 0.5\n").unwrap();
    assert_eq!(graph.pixels.mean, [128]);
    assert_eq!(graph.pixels.value(0, 128), 0.0);
}

#[test]
fn networks_too_large_to_be_meant_are_refused() {
    for text in [
        "[stem]\nfilters = 4096\n[model]\ninput = { height = 4096, width = 4096 }\n",
        "[stem]\nfilters = 4096\n[[blocks]]\ntype = \"bottleneck\"\nfilters = 4096\nexpansion = 16\n",
        "[[blocks]]\ntype = \"conv\"\nfilters = 4096\nrepeat = 64\n",
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains("are supported"), "{error}");
    }
    let many = "[[blocks]]\ntype = \"conv\"\nfilters = 1\nrepeat = 64\n".repeat(9);
    assert!(parse(&many).unwrap_err().contains("more than 512 blocks"));
}

#[test]
fn a_skip_is_added_where_sizes_agree_only() {
    let block = |line: &str| format!("[stem]\nfilters = 8\n[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\n{line}\n");
    let adds = |line: &str| parse(&block(line)).unwrap().ops.iter().filter(|op| op.name.ends_with("add")).count();
    assert_eq!(adds(""), 1);
    assert_eq!(adds("stride = 2"), 0);
    assert_eq!(adds("padding = \"valid\""), 0);
    assert_eq!(adds("kernel = 1\npadding = \"valid\""), 1);
    assert_eq!(adds("stride = 2\nrepeat = 3"), 2);
}

#[test]
fn every_block_has_the_activation_of_its_key() {
    for (word, activation) in [("none", Activation::None), ("relu", Activation::Relu), ("relu6", Activation::Relu6)] {
        for kind in ["separable", "bottleneck", "conv"] {
            let graph =
                parse(&format!("[[blocks]]\ntype = \"{kind}\"\nfilters = 8\nactivation = \"{word}\"\n")).unwrap();
            for op in graph.ops.iter().filter(|op| op.block.is_some() && op.layer().is_some()) {
                let is_linear = op.name.ends_with("project");
                assert_eq!(
                    op.activation(),
                    if is_linear { Activation::None } else { activation },
                    "{kind}: {}",
                    op.name
                );
            }
        }
    }
    let absent = parse("[[blocks]]\ntype = \"separable\"\nfilters = 8\n").unwrap();
    assert!(absent.ops.iter().filter(|op| op.block.is_some()).all(|op| op.activation() == Activation::Relu6));
}

#[test]
fn an_expansion_may_be_a_fraction() {
    // The blocks of MobileNetV3-small: 72 of 16 channels, 88 of 24 (arXiv:1905.02244, table 2).
    for (channels, expansion, expanded) in [(16, "4.5", 72), (24, "3.6667", 88), (3, "1.5", 5), (3, "1.01", 3)] {
        let text = format!(
            "[stem]\nfilters = {channels}\n[[blocks]]\ntype = \"bottleneck\"\nfilters = 8\nexpansion = {expansion}\n"
        );
        let graph = parse(&text).unwrap();
        let expand = graph.ops.iter().find(|op| op.name == "block0.expand").unwrap();
        assert_eq!(expand.output.channels, expanded, "{expansion}");
    }
}

#[test]
fn widths_are_rounded_to_multiples_of_the_divisor() {
    let filters = |filters: u32, multiplier: f64, divisor: u32| {
        let text = format!(
            "[model]\nwidth_multiplier = {multiplier}\nwidth_divisor = {divisor}\n[stem]\nfilters = {filters}\n"
        );
        parse(&text).unwrap().ops[0].output.channels
    };
    // The filters of MobileNetV2 0.35, as Keras and torchvision round them.
    for (wide, narrow) in [(32, 16), (16, 8), (24, 8), (64, 24), (96, 32), (160, 56), (320, 112)] {
        assert_eq!(filters(wide, 0.35, 8), narrow, "{wide}");
    }
    assert_eq!(filters(1, 0.1, 8), 8);
    assert_eq!(filters(10, 0.125, 1), 1);
    assert_eq!(filters(6, 0.25, 1), 2);
}

#[test]
fn hidden_layers_are_between_pool_and_head() {
    let graph = |line: &str| parse(&format!("[stem]\nfilters = 6\n[head]\n{line}\n")).unwrap();
    let names = |graph: &Graph| graph.ops.iter().map(|op| op.name.clone()).collect::<Vec<_>>();
    for line in ["", "hidden = 0", "hidden = []"] {
        assert_eq!(names(&graph(line)), ["stem", "pool", "head"], "{line}");
    }
    assert_eq!(names(&graph("hidden = 9")), ["stem", "pool", "hidden0", "head"]);
    let two = graph("hidden = [64, 12]\nactivation = \"relu\"");
    assert_eq!(names(&two), ["stem", "pool", "hidden0", "hidden1", "head"]);
    assert_eq!(two.feature_count(), 12);
    assert_eq!(two.tail().iter().map(Op::trainable).collect::<Vec<_>>(), [64 * 7, 12 * 65]);
    assert!(two.tail().iter().all(|op| op.activation() == Activation::Relu));
}

#[test]
fn published_networks_have_their_published_parameters() {
    let bottlenecks = |blocks: &[(u32, u32, u32, u32)]| {
        let block = |&(t, filters, repeat, stride): &(u32, u32, u32, u32)| {
            format!(
                "[[blocks]]\ntype = \"bottleneck\"\nexpansion = {t}\nfilters = {filters}\nrepeat = {repeat}\nstride = {stride}\n"
            )
        };
        blocks.iter().map(block).collect::<String>()
    };
    let v2 = bottlenecks(&[
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ]);
    let last = "[[blocks]]\ntype = \"conv\"\nkernel = 1\nfilters = 1280\n";
    let text = format!(
        "[model]\ninput = {{ height = 224, width = 224, channels = 3 }}\nnum_classes = 1000\nwidth_divisor = 8\n[stem]\nfilters = 32\n{v2}{last}"
    );
    let graph = Graph::of_file(&ConfigFile::parse("test.toml", &text, &[]).unwrap(), 1000).unwrap();
    // https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.mobilenet_v2.html
    assert_eq!(graph.trainable(), 3_504_872);
    assert_eq!(graph.macs(), 300_774_272);
}

proptest! {
    #[test]
    fn any_valid_network_has_consistent_shapes(
        height in 1u32..40, width in 1u32..40, channels in prop::sample::select(vec![1, 3]),
        blocks in prop::collection::vec((0usize..3, 1u32..9, prop::sample::select(vec![1, 3, 5]), 1u32..4, any::<bool>(), 1u32..4, 1u32..3), 0..5),
    ) {
        let mut text = format!("[model]\ninput = {{ height = {height}, width = {width}, channels = {channels} }}\n");
        for (kind, filters, kernel, stride, same, t, repeat) in blocks {
            let kind = ["separable", "bottleneck", "conv"][kind];
            let padding = if same { "same" } else { "valid" };
            text += &format!("[[blocks]]\ntype = \"{kind}\"\nfilters = {filters}\nkernel = {kernel}\nstride = {stride}\npadding = \"{padding}\"\nrepeat = {repeat}\n");
            if kind == "bottleneck" {
                text += &format!("expansion = {t}\nsqueeze_excite = {{ after = \"project\", ratio = 2 }}\n");
            }
        }
        if let Ok(graph) = parse(&text) {
            let image = Map::zeros(graph.input);
            let maps = graph.reference(&Weights::random(&graph, 1), &image);
            for (op, map) in graph.ops.iter().zip(&maps) {
                prop_assert_eq!(op.output, map.shape);
                prop_assert_eq!(map.values.len(), op.output.values());
            }
            prop_assert_eq!(maps.last().unwrap().values.len(), 5);
        }
    }
}
