//! Training of networks with several dense layers.

use super::network::Network;
use super::trainer_tests::{Notes, essence, job, resumed};
use super::*;
use crate::config::Activation;
use crate::graph::{Dense, Norm, Weights};
use std::path::Path;

#[test]
fn logits_behind_dense_layers_are_those_of_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let graph = job(folder.path(), &[], 1).graph;
    let normed = Dense { outputs: 5, norm: Norm::Batch { epsilon: 1e-3 }, activation: Activation::Relu6 };
    for hidden in [&[Dense::hidden(12, Activation::Relu)][..], &[Dense::hidden(7, Activation::None), normed]] {
        let graph = graph.with_hidden(hidden).unwrap();
        let mut weights = Weights::random(&graph, 3);
        let bias = weights.get_mut("hidden0.bias").unwrap();
        bias.values.iter_mut().enumerate().for_each(|(unit, bias)| *bias = [0.3, -0.2][unit % 2]);
        let network = Network::new(&graph, &weights);
        let picture: Vec<u8> = (0..144_u32).map(|at| (at * 37 % 256) as u8).collect();
        let logits = network.evaluate(&network.batch(&[&picture]));
        let wanted = graph.reference(&weights, &graph.image_map(&picture)).pop().unwrap().values;
        assert!(logits.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-4), "{logits:?} {wanted:?}");
    }
}

#[test]
fn two_dense_layers_learn_and_go_on_after_a_stop_as_if_there_had_been_none() {
    let deep = |folder: &Path, sets: &[&str]| {
        let job = job(folder, sets, 1);
        let hidden = [Dense::hidden(12, Activation::Relu), Dense::hidden(8, Activation::Relu6)];
        Job { graph: job.graph.with_hidden(&hidden).unwrap(), ..job }
    };
    for sets in [&["train.epochs=12"][..], &["train.epochs=12", "train.quantization_aware=0.5"]] {
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let outcome = train(deep(whole.path(), sets), &Control::default(), &mut Unobserved).unwrap();
        assert!(outcome.best.unwrap().val_accuracy > 0.9, "{:?}", outcome.history);
        let control = Control::default();
        let mut notes = Notes::stopping(30, &control);
        assert_eq!(train(deep(parts.path(), sets), &control, &mut notes).unwrap().end, End::Stopped);
        train(resumed(deep(parts.path(), sets)), &Control::default(), &mut Unobserved).unwrap();
        assert_eq!(essence(whole.path()), essence(parts.path()));
    }
}
