//! What a network that learns to be integers sees is what the integers do; and learning from another.

use super::aware::grids;
use super::network::Network;
use super::trainer_tests::{images, job};
use super::{Control, Outcome, Teacher, Unobserved, train};
use crate::data::Images;
use crate::graph::tests::graph_of;
use crate::graph::{Graph, Weights};
use crate::quant::{Deployed, Settings};
use crate::random::{Purpose, Stream};
use std::sync::Arc;

const EPOCHS: [&str; 2] = ["train.epochs=10", "head.dropout=0"];

fn trained(sets: &[&str], teacher: Option<Teacher>) -> (Graph, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let mut job = job(folder.path(), &[&EPOCHS, sets].concat(), 2);
    job.teacher = teacher.map(Arc::new);
    let graph = job.graph.clone();
    (graph, train(job, &Control::default(), &mut Unobserved).unwrap())
}

/// Root of the mean square of the differences.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    (a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>() / a.len() as f32).sqrt()
}

#[test]
fn learning_integers_sees_what_the_integers_do() {
    // Deep enough that the rounding of the class scores is little beside that of all the maps.
    let graph = graph_of("micro", 5);
    let weights = Weights::random(&graph, 3);
    let mut stream = Stream::new(1, Purpose::Augment, 0, 0);
    let mut examples = Images { height: 96, width: 96, channels: 1, ..images(16, 1) };
    examples.pixels = (0..16 * 96 * 96).map(|i| ((i / 700 * 37) % 200) as u8 + stream.below(56) as u8).collect();
    let deployed = Deployed::of(&graph, &weights, &examples, Settings::default()).unwrap();
    let batch: Vec<&[u8]> = (0..16).map(|i| examples.image(i)).collect();
    let quantum = deployed.quantised.scores();
    let integers: Vec<f32> = batch
        .iter()
        .flat_map(|image| deployed.quantised.run(image).pop().unwrap())
        .map(|score| quantum.real(score) as f32)
        .collect();
    let mut network = Network::new(&graph, &weights);
    let float = distance(&network.evaluate(network.batch(&batch)), &integers);
    network.train_for(grids(&graph, &weights, &examples).unwrap());
    let logits = network.train(network.batch(&batch), None);
    let mut seen = vec![0.0; integers.len()];
    logits.copy_into(&mut seen);
    let seen = distance(&seen, &integers);
    assert!(seen < 0.6 * float, "{seen} beside {float}; a score's step is {}", quantum.scale);
}

#[test]
fn statistics_stay_as_they_are_while_integers_are_learned() {
    let (graph, outcome) = trained(&["train.ema=0"], None);
    let mut network = Network::new(&graph, &outcome.weights);
    let examples = images(70, 1);
    let batch: Vec<&[u8]> = (0..32).map(|i| examples.image(i)).collect();
    network.train_for(grids(&graph, &outcome.weights, &examples).unwrap());
    let before = network.running_statistics();
    let _ = network.train(network.batch(&batch), None);
    assert_eq!(before, network.running_statistics());
}

#[test]
fn a_student_comes_nearer_to_its_teacher() {
    let (graph, teacher) = trained(&["train.seed=9"], None);
    let examples = images(64, 3);
    let batch: Vec<&[u8]> = (0..64).map(|i| examples.image(i)).collect();
    let logits = |weights: &Weights| {
        let network = Network::new(&graph, weights);
        network.evaluate(network.batch(&batch))
    };
    let (_, alone) = trained(&[], None);
    let own = Teacher { graph: graph.clone(), weights: teacher.weights.clone() };
    let (_, taught) = trained(&["train.distill_weight=1"], Some(own));
    let wanted = logits(&teacher.weights);
    let (far, near) = (distance(&logits(&alone.weights), &wanted), distance(&logits(&taught.weights), &wanted));
    assert!(near < 0.9 * far, "{near} beside {far}");
}
