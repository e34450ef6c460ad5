//! Training of networks with several dense layers.

use super::trainer_tests::{Notes, essence, job, resumed};
use super::*;
use crate::config::Activation;
use crate::graph::Dense;
use std::path::Path;

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
