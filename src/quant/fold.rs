//! Folds batch normalisation into the preceding convolution.
//!
//! With γ, β, running mean μ and variance σ², γ (w·x − μ) / √(σ² + ε) + β = (s w)·x + (β − μ s) with s = γ / √(σ² +
//! ε): the convolution keeps its shape and gains a bias. Zero padding stays zero, so the result is also correct at
//! borders.

use crate::graph::{BatchNorm, FilterLayer, Graph, Op, Tensor, Weights};

/// The deployed graph and its weights, with every batch normalisation folded (in f64, rounded once). `weights` must
/// match `graph`.
#[must_use]
pub fn fold(graph: &Graph, weights: &Weights) -> (Graph, Weights) {
    let mut folded = Weights::default();
    for op in &graph.ops {
        if let (Some(norm), Some(layer)) = (weights.batch_norm(op), op.layer()) {
            fold_op(op, &layer, norm, weights, &mut folded);
        } else {
            for param in op.params() {
                let values = weights.values(&param.name).to_vec();
                folded.insert(param.name, Tensor { shape: param.shape, values });
            }
        }
    }
    (graph.folded(), folded)
}

fn fold_op(op: &Op, layer: &FilterLayer, norm: BatchNorm<'_>, weights: &Weights, folded: &mut Weights) {
    let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
    let [gamma, beta, mean, variance] = [norm.gamma, norm.beta, norm.mean, norm.variance].map(wide);
    let scales: Vec<f64> =
        gamma.iter().zip(&variance).map(|(gamma, variance)| gamma / (variance + norm.epsilon).sqrt()).collect();
    let filters = weights.weight(op, layer).chunks(layer.fan_in());
    let scaled = filters
        .zip(&scales)
        .flat_map(|(filter, scale)| filter.iter().map(move |weight| (f64::from(*weight) * scale) as f32));
    let biases = beta.iter().zip(&mean).zip(&scales).map(|((beta, mean), scale)| (beta - mean * scale) as f32);
    let name = layer.weight(&op.name);
    let shape = op.params().into_iter().find(|param| param.name == name).map(|param| param.shape);
    folded.insert(name, Tensor { shape: shape.unwrap_or_default(), values: scaled.collect() });
    folded.insert(layer.bias(&op.name), Tensor { shape: vec![scales.len()], values: biases.collect() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFile;
    use crate::graph::tests::graph_of;
    use crate::graph::{Map, Role};
    use crate::random::{Purpose, Stream};
    use proptest::prelude::*;

    /// Random weights with random statistics.
    fn weights_of(graph: &Graph, seed: u32) -> Weights {
        let mut weights = Weights::random(graph, seed);
        for (index, param) in graph.params().into_iter().enumerate() {
            let mut stream = Stream::new(seed, Purpose::Weights, 1, index as u64);
            let mut draw = |low: f32, high: f32| low + (high - low) * stream.uniform();
            let (low, high) = match param.role {
                Role::Scale | Role::Variance => (0.3, 2.0),
                Role::Shift | Role::Mean | Role::Bias => (-0.5, 0.5),
                _ => continue,
            };
            let values = (0..param.values()).map(|_| draw(low, high)).collect();
            weights.insert(param.name, Tensor { shape: param.shape, values });
        }
        weights
    }

    fn image_of(graph: &Graph, seed: u32) -> Map {
        let mut stream = Stream::new(seed, Purpose::Augment, 0, 0);
        let bytes: Vec<u8> = (0..graph.input.values()).map(|_| stream.below(256) as u8).collect();
        graph.image_map(&bytes)
    }

    /// The largest difference of the logits before and after folding, for logits of about 1.
    fn difference(graph: &Graph, seed: u32) -> f32 {
        let weights = weights_of(graph, seed);
        let (folded, folded_weights) = fold(graph, &weights);
        let image = image_of(graph, seed);
        let logits = |graph: &Graph, weights| graph.reference(weights, &image).pop().unwrap().values;
        let before = logits(graph, &weights);
        let after = logits(&folded, &folded_weights);
        before.iter().zip(&after).map(|(a, b)| (a - b).abs() / a.abs().max(1.0)).fold(0.0, f32::max)
    }

    #[test]
    fn folding_keeps_the_logits_of_every_preset() {
        for name in ["pico", "nano", "micro", "milli", "mobilenet", "squeeze"] {
            let difference = difference(&graph_of(name, 5), 4);
            assert!(difference < 1e-4, "{name}: {difference}");
        }
    }

    #[test]
    fn folded_weights_have_exactly_the_parameters_of_the_folded_graph() {
        let graph = graph_of("squeeze", 5);
        let (folded, weights) = fold(&graph, &weights_of(&graph, 1));
        let wanted: std::collections::BTreeMap<_, _> = folded.params().into_iter().map(|p| (p.name, p.shape)).collect();
        let found: std::collections::BTreeMap<_, _> =
            weights.iter().map(|(name, tensor)| (name.to_owned(), tensor.shape.clone())).collect();
        assert_eq!(wanted, found);
        assert_eq!(fold(&folded, &weights), (folded.clone(), weights.clone()), "folding twice changes nothing");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn folding_keeps_the_logits_of_random_networks(
            seed in any::<u32>(), size in 6u32..20, channels in prop::sample::select(vec![1, 3]), t in 1u32..4,
            kernel in prop::sample::select(vec![1, 3, 5]), stride in 1u32..4,
            padding in prop::sample::select(vec!["same", "valid"]),
            after in prop::sample::select(vec!["depthwise", "project"]),
            epsilon in prop::sample::select(vec![1e-5, 1e-3, 0.1]),
        ) {
            let text = format!("
                [model]\ninput = {{ height = {size}, width = {}, channels = {channels} }}
                batch_norm_epsilon = {epsilon}
                [[blocks]]\ntype = \"conv\"\nfilters = 5\nkernel = {kernel}\npadding = \"{padding}\"
                [[blocks]]\ntype = \"bottleneck\"\nfilters = 5\nexpansion = {t}
                squeeze_excite = {{ after = \"{after}\", ratio = 2 }}
                [[blocks]]\ntype = \"separable\"\nfilters = 7\nkernel = {kernel}\nstride = {stride}
            ", size + 3);
            let spec = ConfigFile::parse("t.toml", &text, &[]).unwrap();
            if let Ok(graph) = Graph::of_file(&spec, 4) {
                let difference = difference(&graph, seed);
                prop_assert!(difference < 1e-4, "{}", difference);
            }
        }
    }
}
