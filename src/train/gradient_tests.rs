//! Gradients of layers compared with finite differences.

use super::network::{Network, values};
use crate::config::{Activation, ConfigFile};
use crate::graph::{Dense, Graph, Norm, Weights};
use crate::random::{Purpose, Stream};
use dfdx::prelude::*;

fn numbers(stream: &mut Stream, count: usize) -> Vec<f32> {
    (0..count).map(|_| stream.symmetric(1.0)).collect()
}

/// The loss on a fixed batch, without changing the running statistics.
fn loss_of(graph: &Graph, weights: &Weights, rows: &[f32], targets: &[f32]) -> f64 {
    let mut network = Network::new(graph, weights);
    let batch = network.batch_of_rows(rows);
    let logits = network.train(&batch, None);
    let (images, classes) = *logits.shape();
    let mut values = vec![0.0; images * classes];
    logits.copy_into(&mut values);
    let mut loss = 0.0;
    for (logits, targets) in values.chunks_exact(classes).zip(targets.chunks_exact(classes)) {
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let sum: f64 = logits.iter().map(|x| f64::from(x - largest).exp()).sum();
        loss -=
            logits.iter().zip(targets).map(|(x, t)| f64::from(*t) * (f64::from(x - largest) - sum.ln())).sum::<f64>();
    }
    loss / images as f64
}

#[test]
fn gradients_agree_with_finite_differences_on_odd_shapes() {
    // 19 images leave a block partly empty; activations are smooth or far from their bounds.
    let text = "[model]\ninput = { height = 9, width = 7, channels = 3 }\n[stem]\nfilters = 3\nkernel = 5\nstride = 2\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"conv\"\nfilters = 5\nkernel = 3\nstride = 1\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"conv\"\nfilters = 4\nkernel = 1\nstride = 2\nactivation = \"none\"\n";
    let bottleneck = "[[blocks]]\ntype = \"bottleneck\"\nfilters = 4\nexpansion = 2\nsqueeze_excite = { after = \"project\", ratio = 2 }\n";
    let linear = "[[blocks]]\ntype = \"separable\"\nfilters = 5\nactivation = \"none\"\n\
        [[blocks]]\ntype = \"bottleneck\"\nfilters = 3\nexpansion = 1.5\nactivation = \"none\"\n";
    let normed = Dense { outputs: 4, norm: Norm::Batch { epsilon: 1e-3 }, activation: Activation::None };
    let hidden = [Dense::hidden(5, Activation::Relu), normed];
    for (batch_norm, extra, hidden) in [
        (true, "", &[][..]),
        (false, "", &[]),
        (true, bottleneck, &[]),
        (true, linear, &[]),
        (false, linear, &[]),
        (true, "", &hidden[..1]),
        (false, "", &hidden),
    ] {
        let text = format!("{text}{extra}[head]\npool = \"avg\"\n");
        let spec = ConfigFile::parse("t", &text, &[crate::config::Edit::set("model.batch_norm", batch_norm)]).unwrap();
        let graph = Graph::of_file(&spec, 3).unwrap().with_hidden(hidden).unwrap();
        let mut weights = Weights::random(&graph, 5);
        if let Some(bias) = weights.get_mut("hidden0.bias") {
            // ReLU units far from their bound: every other one is off.
            bias.values.iter_mut().enumerate().for_each(|(unit, bias)| *bias = [4.0, -4.0][unit % 2]);
        }
        let mut stream = Stream::new(9, Purpose::Augment, 0, 0);
        let images = 19;
        let rows = numbers(&mut stream, images * graph.input.values());
        let targets: Vec<f32> =
            (0..images).flat_map(|i| (0..3).map(move |c| f32::from(u8::from(i % 3 == c)))).collect();

        let mut network = Network::new(&graph, &weights);
        let batch = network.batch_of_rows(&rows);
        let logits = network.train(&batch, None);
        let tensor = logits.device().tensor_from_vec(targets.clone(), (images, 3));
        let gradients = cross_entropy_with_logits_loss(logits, tensor).backward();
        for parameter in network.parameters().iter().filter(|parameter| parameter.about.role.is_trained()) {
            let name = &parameter.about.name;
            let analytic = values(&gradients.get(&parameter.tensor));
            let at = analytic.len() / 2;
            if name == "hidden0.bias" {
                // The following batch norm removes values that are the same in all images.
                let is_on = |unit: usize| unit.is_multiple_of(2) && hidden.len() == 1;
                assert!(
                    analytic.iter().enumerate().all(|(unit, slope)| is_on(unit) == (slope.abs() > 1e-4)),
                    "{analytic:?}"
                );
            }
            let moved = |by: f32| {
                let mut weights = weights.clone();
                let mut tensor = weights.get(name).unwrap().clone();
                tensor.values[at] += by;
                weights.insert(name.clone(), tensor);
                loss_of(&graph, &weights, &rows, &targets)
            };
            let step = 1e-3;
            let numeric = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
            let error = (numeric - f64::from(analytic[at])).abs();
            assert!(error < 2e-3 + 0.03 * numeric.abs(), "{name}[{at}]: {} but {numeric} by differences", analytic[at]);
        }
    }
}

#[test]
fn a_gradient_does_not_depend_on_how_images_fall_into_blocks() {
    // Without batch norm, the gradient of 20 images is the mean over two sets of ten.
    let spec = ConfigFile::parse("t", "[model]\nbatch_norm = false\ninput = { height = 8, width = 8, channels = 1 }\n[stem]\nfilters = 4\n[[blocks]]\ntype = \"separable\"\nfilters = 6\n", &[]).unwrap();
    let graph = Graph::of_file(&spec, 2).unwrap();
    let weights = Weights::random(&graph, 1);
    let mut stream = Stream::new(1, Purpose::Augment, 0, 0);
    let rows = numbers(&mut stream, 20 * 64);
    let gradient = |rows: &[f32]| -> Vec<f32> {
        let mut network = Network::new(&graph, &weights);
        let batch = network.batch_of_rows(rows);
        let logits = network.train(&batch, None);
        let images = logits.shape().0;
        let targets = logits.device().tensor_from_vec([1.0, 0.0].repeat(images), (images, 2));
        let gradients = cross_entropy_with_logits_loss(logits, targets).backward();
        network.parameters().iter().flat_map(|parameter| values(&gradients.get(&parameter.tensor))).collect()
    };
    let whole = gradient(&rows);
    let (first, second) = (gradient(&rows[..640]), gradient(&rows[640..]));
    for ((whole, a), b) in whole.iter().zip(first).zip(second) {
        assert!((whole - f32::midpoint(a, b)).abs() < 1e-5);
    }
}
