//! Int8 networks compared with float networks.

use super::*;
use crate::config::ConfigFile;
use crate::data::Images;
use crate::graph::tests::graph_of;
use crate::graph::{Graph, OpId, Role, Source, Tensor, Weights};
use crate::random::{Purpose, Stream};
use proptest::prelude::*;

/// Random folded weights with a scale that preserves the signal through many layers.
pub(super) fn folded(graph: &Graph, seed: u32) -> (Graph, Weights) {
    let (graph, mut weights) = fold(graph, &Weights::random(graph, seed));
    for (index, param) in graph.params().into_iter().enumerate() {
        let mut stream = Stream::new(seed, Purpose::Weights, 1, index as u64);
        let limit = match param.role {
            Role::Weight { fan_in } | Role::DepthwiseWeight { fan_in } => (6.0 / fan_in as f32).sqrt(),
            _ => 0.3,
        };
        let values = (0..param.values()).map(|_| stream.symmetric(limit)).collect();
        weights.insert(param.name, Tensor { shape: param.shape, values });
    }
    (graph, weights)
}

/// Random images: gradients with noise, so that means differ as they do in photographs.
pub(super) fn images(graph: &Graph, count: usize, seed: u32) -> Images {
    let shape = graph.input;
    let mut images = Images { height: shape.height, width: shape.width, channels: shape.channels, ..Images::default() };
    for index in 0..count {
        let mut stream = Stream::new(seed, Purpose::Augment, 0, index as u64);
        let (base, slope) = (stream.uniform() * 200.0, stream.symmetric(1.5));
        for at in 0..shape.values() {
            let value = base + slope * (at / shape.channels % shape.width) as f32 + stream.symmetric(60.0);
            images.pixels.push(value.clamp(0.0, 255.0) as u8);
        }
        images.labels.push((index % graph.classes) as u16);
        images.names.push(format!("image {index}"));
    }
    images
}

fn quantised(graph: &Graph, weights: &Weights, images: &Images, settings: Settings) -> Quantised {
    let calibration = Calibration::of(graph, weights, images, images.len());
    Quantised::of(graph, weights, &calibration, settings).unwrap()
}

fn compared(deployed: &Deployed, images: &Images, layer_images: usize) -> Comparison {
    let int8 = scores(&deployed.quantised, images, &|| false).unwrap();
    let logits = |i| forward(&deployed.graph, &deployed.weights, images.image(i), &mut |_, _, _| {}).pop().unwrap();
    let float = (0..images.len()).map(|i| crate::graph::argmax(&logits(i))).collect();
    let predicted = PredictedClasses { float, int8: int8.iter().map(|scores| predicted_class(scores)).collect() };
    compare(deployed, images, &predicted, layer_images, &|| false).unwrap()
}

#[test]
fn the_presets_answer_as_float_does_within_bytes() {
    for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
        let (graph, weights) = folded(&graph_of(name, 5), 7);
        let images = images(&graph, 12, 1);
        for rounding in [Rounding::Single, Rounding::Tflite] {
            let settings = Settings { rounding, range: RangeRule::MinMax };
            let comparison = compared(&Deployed::of(&graph, &weights, &images, settings).unwrap(), &images, 6);
            let logits = comparison.layers.last().unwrap();
            assert!(logits.snr_db > 15.0, "{name} {rounding:?}: {comparison:#?}");
            assert!(comparison.layers[0].snr_db > 35.0, "{name} {rounding:?}: {comparison:#?}");
            assert!(comparison.costliest().is_some_and(|layer| layer.alone_snr_db < 80.0));
        }
    }
}

#[test]
fn the_comparison_names_every_layer_and_the_costliest() {
    let (graph, weights) = folded(&graph_of("pico", 5), 2);
    let images = images(&graph, 8, 4);
    let deployed = Deployed::of(&graph, &weights, &images, Settings::default()).unwrap();
    let comparison = compared(&deployed, &images, 4);
    assert_eq!((comparison.images, comparison.layer_images), (8, 4));
    assert!((comparison.accuracy_drop() - comparison.float_accuracy + comparison.int8_accuracy).abs() < 1e-12);
    let table = comparison.table();
    assert!(graph.ops.iter().all(|op| table.contains(&op.name)), "{table}");
    assert!(table.contains(&format!("{} has the largest effect", comparison.costliest().unwrap().name)), "{table}");
    assert_eq!(compare(&deployed, &images, &PredictedClasses::default(), 4, &|| true), None);
    assert_eq!(scores(&deployed.quantised, &images, &|| true), None);
    let scores = scores(&deployed.quantised, &images, &|| false).unwrap();
    let alike = (0..8).filter(|i| {
        let logits = forward(&graph, &weights, images.image(*i), &mut |_, _, _| {}).pop().unwrap();
        crate::graph::argmax(&logits) == predicted_class(&scores[*i])
    });
    assert_eq!(comparison.agreement, alike.count() as f64 / 8.0);
}

#[test]
fn a_padding_zero_of_the_image_is_the_byte_of_the_mean() {
    let text = "
        [model]\ninput = { height = 12, width = 12, channels = 3 }
        [data]\nmean = [0.2, 0.5, 0.9]\nstd = [0.2, 0.3, 0.1]
        [stem]\npadding = \"same\"
        [[blocks]]\ntype = \"separable\"\nfilters = 4
    ";
    let spec = ConfigFile::parse("t.toml", text, &[]).unwrap();
    let (graph, weights) = folded(&Graph::of_file(&spec, 3).unwrap(), 3);
    let images = images(&graph, 8, 2);
    let quantised = quantised(&graph, &weights, &images, Settings::default());
    assert_eq!(quantised.ops[0].zeros, [-77, 0, 102]);
    // An image of the mean gives the folded bias everywhere, borders included.
    let mean: Vec<u8> = (0..144).flat_map(|_| [51, 128, 230]).collect();
    let stem = &quantised.run(&mean)[0];
    assert!(stem.chunks(graph.ops[0].output.channels).all(|pixel| pixel == &stem[..pixel.len()]));
}

#[test]
fn threads_change_nothing() {
    let (graph, weights) = folded(&graph_of("pico", 5), 1);
    let images = images(&graph, 40, 3);
    let at = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let deployed = Deployed::of(&graph, &weights, &images, Settings::default()).unwrap();
            let comparison = compared(&deployed, &images, 5);
            (deployed, comparison)
        })
    };
    assert_eq!(at(1), at(3));
}

#[test]
fn what_cannot_be_made_into_integers_is_said() {
    let graph = graph_of("pico", 5);
    let (folded_graph, mut weights) = folded(&graph, 1);
    let none = Calibration::new(&graph);
    let error = Quantised::of(&folded_graph, &weights, &none, Settings::default()).unwrap_err();
    assert_eq!(error, QuantError::Unseen("stem".into()));
    let pictures = images(&graph, 2, 0);
    let seen = Calibration::of(&folded_graph, &weights, &pictures, 2);
    let raw = Weights::random(&graph, 0);
    let error = Quantised::of(&graph, &raw, &seen, Settings::default()).unwrap_err();
    assert_eq!(error, QuantError::NotFolded("stem".into()));
    weights.get_mut("head.bias").unwrap().values[1] = f32::INFINITY;
    let error = Quantised::of(&folded_graph, &weights, &seen, Settings::default()).unwrap_err();
    assert_eq!(error, QuantError::NotFinite("head.bias".into()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The bounds that [`crate::contract`] states for one value, met by every value of the
    /// operations that TensorFlow's goldens do not have.
    #[test]
    fn integers_without_goldens_are_the_real_ones_within_stated_bounds(
        seed: u32, size in 5_u32..14, t in 1_u32..4, ratio in 1_u32..5,
        after in prop::sample::select(vec!["depthwise", "project"]),
        rule in prop::sample::select(vec![RangeRule::MinMax, RangeRule::Percentile(0.999), RangeRule::Mse]),
    ) {
        let text = format!("
            [model]\ninput = {{ height = {size}, width = {}, channels = 1 }}
            [[blocks]]\ntype = \"bottleneck\"\nfilters = 6\nexpansion = {t}\nrepeat = 2
            squeeze_excite = {{ after = \"{after}\", ratio = {ratio} }}
            [head]\npool = \"avg\"
        ", size + 2);
        let spec = ConfigFile::parse("t.toml", &text, &[]).unwrap();
        let (graph, weights) = folded(&Graph::of_file(&spec, 4).unwrap(), seed);
        let images = images(&graph, 4, seed);
        let quantised = quantised(&graph, &weights, &images, Settings { rounding: Rounding::Single, range: rule });
        let image = images.image(0);
        let maps = quantised.run(image);
        let quantum = |source: &Source| match source {
            Source::Op(OpId(index)) => quantised.ops[*index].quantum,
            Source::Image => unreachable!("only the stem reads the image"),
        };
        for (op, made) in quantised.ops.iter().zip(&maps) {
            let reals = |place: usize| -> Vec<f64> {
                let Source::Op(OpId(index)) = op.inputs[place] else { return Vec::new() };
                maps[index].iter().map(|q| quantum(&op.inputs[place]).real(*q)).collect()
            };
            let channels = op.input.channels;
            let mean = |map: &[f64], c: usize| {
                map.iter().skip(c).step_by(channels).sum::<f64>() / op.input.pixels() as f64
            };
            let (wanted, steps): (Vec<f64>, f64) = match &op.kind {
                Kind::Add(_) => (reals(0).iter().zip(reals(1)).map(|(a, b)| a + b).collect(), 0.504),
                Kind::AvgPool(_) => ((0..channels).map(|c| mean(&reals(0), c)).collect(), 0.501),
                Kind::SqueezeExcite(squeeze) => {
                    let Source::Op(OpId(from)) = op.inputs[0] else { continue };
                    let gates = squeeze.gates(&maps[from], op.input, op.zeros[0], &quantised.sigmoid);
                    let map = reals(0);
                    for c in 0..channels {
                        let real = mean(&map, c);
                        let limits = [-128, 127].map(|q| squeeze.mean_quantum.real(q));
                        let error = squeeze.mean_quantum.real(gates.means[c]) - real.clamp(limits[0], limits[1]);
                        prop_assert!(error.abs() <= 0.501 * squeeze.mean_quantum.scale);
                        let argument = f64::from(gates.arguments[c]) * quantised.sigmoid_scale;
                        let sigmoid = 1.0 / (1.0 + (-argument).exp());
                        prop_assert!((f64::from(gates.gates[c]) / 256.0 - sigmoid).abs() <= 1.0 / 256.0);
                    }
                    let gated = map.iter().enumerate();
                    (gated.map(|(at, x)| x * f64::from(gates.gates[at % channels]) / 256.0).collect(), 0.501)
                }
                _ => continue,
            };
            let limits = [-128, 127].map(|q| op.quantum.real(q));
            for (q, real) in made.iter().zip(wanted) {
                let error = op.quantum.real(*q) - real.clamp(limits[0], limits[1]);
                prop_assert!(error.abs() <= steps * op.quantum.scale, "{}: {}", op.name, error / op.quantum.scale);
            }
        }
    }

    #[test]
    fn no_sum_of_any_image_leaves_its_stated_bounds(seed: u32, extreme in prop::sample::select(vec![0_u8, 255])) {
        let (graph, weights) = folded(&graph_of("pico", 3), seed);
        let images = images(&graph, 2, seed);
        let quantised = quantised(&graph, &weights, &images, Settings::default());
        for op in &quantised.ops {
            let (Kind::Conv { filters, .. } | Kind::Depthwise { filters, .. } | Kind::Dense { filters }) = &op.kind else {
                continue;
            };
            for (requantise, (low, high)) in filters.requantise.iter().zip(&filters.sums) {
                let Requantise::Single(single) = requantise else { panic!("the rounding is single") };
                prop_assert!(single.fits(&(i64::from(*low)..=i64::from(*high))));
            }
        }
        prop_assert_eq!(quantised.run(&vec![extreme; graph.input.values()]).len(), graph.ops.len());
    }
}
