//! Comparison of two trainings, bit for bit.

use super::scene::Scene;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use std::fs;

/// Name, kind and shape, and bytes of every tensor.
type Tensors = BTreeMap<String, (String, Vec<u8>)>;

/// The result of the training in one folder, but for how long it took.
#[derive(Debug, PartialEq)]
pub struct Trained {
    /// `last.safetensors`: weights and the optimiser's state.
    pub last: Tensors,
    /// `best.safetensors`.
    pub best: Tensors,
    /// `metrics.csv` without its last two columns, which are times.
    pub metrics: Vec<String>,
}

pub fn tensors(bytes: &[u8]) -> Tensors {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let entry = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        (name.to_owned(), (format!("{:?} {:?}", view.dtype(), view.shape()), view.data().to_vec()))
    };
    file.iter().map(entry).collect()
}

pub fn metrics(scene: &Scene, run: &str) -> Vec<String> {
    let text = scene.read(&format!("{run}/metrics.csv"));
    text.lines().map(|line| line.rsplitn(3, ',').last().unwrap().to_owned()).collect()
}

/// The state of the training in the folder `run`.
pub fn trained(scene: &Scene, run: &str) -> Trained {
    let read = |name: &str| tensors(&fs::read(scene.path(&format!("{run}/checkpoints/{name}.safetensors"))).unwrap());
    Trained { last: read("last"), best: read("best"), metrics: metrics(scene, run) }
}

/// Compares `one` and `other`; the differences in short.
#[track_caller]
pub fn assert_same(one: &Trained, other: &Trained, when: &str) {
    assert_eq!(one.metrics, other.metrics, "{when}");
    for (what, one, other) in [("last", &one.last, &other.last), ("best", &one.best, &other.best)] {
        let differ: Vec<&String> =
            one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).collect();
        assert!(differ.is_empty(), "{when}: {what} differs in {differ:?}");
    }
}
