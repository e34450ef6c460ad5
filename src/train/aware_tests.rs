//! Quantisation-aware training matches the int8 network; knowledge distillation.

use super::aware::grids;
use super::grid::Grid;
use super::network::Network;
use super::trainer_tests::{images, job};
use super::{Control, Outcome, Teacher, Unobserved, train};
use crate::config::{ConfigFile, PRESETS};
use crate::data::{NoProgress, load};
use crate::graph::{Graph, Weights};
use crate::quant::{Deployed, Settings, fold};
use std::sync::Arc;

const EPOCHS: [&str; 2] = ["train.epochs=10", "head.dropout=0"];

fn trained(sets: &[&str], teacher: Option<Teacher>) -> (Graph, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let mut job = job(folder.path(), &[&EPOCHS, sets].concat(), 2);
    job.teacher = teacher.map(Arc::new);
    let graph = job.graph.clone();
    (graph, train(job, &Control::default(), &mut Unobserved).unwrap())
}

/// Root mean square of the differences.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    (a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>() / a.len() as f32).sqrt()
}

#[test]
fn learning_integers_sees_what_the_integers_do() {
    for name in ["nano", "micro"] {
        let text = PRESETS.iter().find(|(preset, _)| *preset == name).unwrap().1;
        let spec = ConfigFile::parse(name, text, &[]).unwrap();
        let data = load(&spec.config.data, spec.config.model.input, Some(300), &NoProgress).unwrap();
        let graph = Graph::of_file(&spec, data.labels.len()).unwrap();
        let root = env!("CARGO_MANIFEST_DIR");
        let bytes = std::fs::read(format!("{root}/assets/weights/{name}.safetensors")).unwrap();
        // Folded, so that batch statistics are not used.
        let (graph, weights) = fold(&graph, &Weights::from_safetensors(&bytes, &graph).unwrap());
        let deployed = Deployed::of(&graph, &weights, &data.train, Settings::default()).unwrap();
        let batch: Vec<&[u8]> = (0..32).map(|i| data.train.image(i)).collect();
        let quantum = deployed.quantised.scores();
        let integers: Vec<f32> = batch
            .iter()
            .flat_map(|image| deployed.quantised.run(image).pop().unwrap())
            .map(|score| quantum.real(score) as f32)
            .collect();
        let mut network = Network::new(&graph, &weights);
        let float = distance(&network.evaluate(&network.batch(&batch)), &integers);
        let found = grids(&graph, &weights, &data.train).unwrap();
        let seen_with = |network: &mut Network, change: &dyn Fn(&mut Grid)| {
            let mut grids = found.clone();
            grids.iter_mut().for_each(change);
            network.set_grids(grids);
            let logits = network.train(&network.batch(&batch), None);
            let mut seen = vec![0.0; integers.len()];
            logits.copy_into(&mut seen);
            distance(&seen, &integers)
        };
        let seen = seen_with(&mut network, &|_| {});
        let blind = seen_with(&mut network, &|grid| grid.weights.clear());
        assert!(seen < blind, "{name}: {seen}, and {blind} without rounding weights");
        // The remaining difference is the rounding of the class scores and of the head's weights.
        assert!(seen < 0.7 * float, "{name}: {seen} beside {float}; a score's step is {}", quantum.scale);
    }
}

#[test]
fn statistics_are_those_of_weights_that_are_not_rounded() {
    let (graph, outcome) = trained(&["train.ema=0"], None);
    let examples = images(64, 1);
    let batch: Vec<&[u8]> = (0..64).map(|i| examples.image(i)).collect();
    let statistics = |coarser: Option<f32>| {
        let mut network = Network::new(&graph, &outcome.weights);
        if let Some(coarser) = coarser {
            let mut grids = grids(&graph, &outcome.weights, &examples).unwrap();
            for grid in &mut grids {
                grid.weights.iter_mut().for_each(|step| *step *= coarser);
                grid.steps.clear();
            }
            network.set_grids(grids);
        }
        let _ = network.train(&network.batch(&batch), None);
        // The stem's filters have the same input.
        network.running_statistics()[0].clone()
    };
    let (exact, rounded) = (statistics(None), statistics(Some(8.0)));
    assert_ne!(exact, rounded);
    assert!(distance(&exact, &rounded) < 1e-3 * distance(&exact, &vec![0.0; exact.len()]), "{exact:?} {rounded:?}");
}

#[test]
fn a_student_comes_nearer_to_its_teacher() {
    let (graph, teacher) = trained(&["train.seed=9"], None);
    let examples = images(64, 3);
    let batch: Vec<&[u8]> = (0..64).map(|i| examples.image(i)).collect();
    let logits = |weights: &Weights| {
        let network = Network::new(&graph, weights);
        network.evaluate(&network.batch(&batch))
    };
    let (_, alone) = trained(&[], None);
    let own = Teacher { graph: graph.clone(), weights: teacher.weights.clone() };
    let (_, taught) = trained(&["train.distill_weight=1"], Some(own));
    let wanted = logits(&teacher.weights);
    let (far, near) = (distance(&logits(&alone.weights), &wanted), distance(&logits(&taught.weights), &wanted));
    assert!(near < 0.9 * far, "{near} beside {far}");
}
