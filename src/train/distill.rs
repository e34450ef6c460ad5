//! Knowledge distillation (Hinton et al. 2015, arXiv 1503.02531).

use super::layer::Activations;
use super::network::{Matrix, Network};
use crate::graph::{Graph, Weights, softmax};
use dfdx::prelude::*;
use std::sync::Arc;

/// The teacher of a knowledge distillation: a trained network.
#[derive(Debug, Clone)]
pub struct Teacher {
    /// Its graph.
    pub graph: Graph,
    /// Its weights.
    pub weights: Weights,
}

impl Teacher {
    /// The reason why `student` cannot be trained with this teacher: both need the same network input and classes.
    /// `None` if it can.
    #[must_use]
    pub fn obstacle(&self, student: &Graph) -> Option<String> {
        let (own, other) = (self.graph.input, student.input);
        if own != other {
            let shape = |shape: crate::graph::Shape| format!("{} × {} × {}", shape.height, shape.width, shape.channels);
            return Some(format!("its input is {}, not {}", shape(own), shape(other)));
        }
        if self.graph.pixels != student.pixels {
            return Some("its data.mean or data.std differs".into());
        }
        (self.graph.classes != student.classes)
            .then(|| format!("it has {} classes, not {}", self.graph.classes, student.classes))
    }
}

/// Computes the teacher's predictions and their weight in the loss.
pub struct Distillation {
    network: Network,
    /// Fraction of the loss that is the cross-entropy with the teacher's predictions.
    weight: f32,
    /// Temperature by which logits are divided before softmax.
    temperature: f32,
}

impl Distillation {
    /// Distillation with the weight and temperature of `train`.
    pub fn new(teacher: &Teacher, train: &crate::config::Train) -> Self {
        Self {
            network: Network::new(&teacher.graph, &teacher.weights),
            weight: train.distill_weight as f32,
            temperature: train.distill_temperature as f32,
        }
    }

    /// The teacher's class probabilities at the temperature, one row per image.
    pub fn soft_targets(&self, images: &Arc<Activations>) -> Vec<f32> {
        let mut logits = self.network.evaluate(images);
        for logit in &mut logits {
            *logit /= self.temperature;
        }
        logits.chunks_exact(self.network.graph().classes).flat_map(softmax).collect()
    }
}

/// A loss with its gradient tape.
pub type Loss = Tensor<Rank0, f32, Cpu, OwnedTape<f32, Cpu>>;

/// The loss of `logits`, and its part that is the mean cross-entropy with `targets`. With a teacher, the other part
/// is the cross-entropy with its predictions, both at the temperature, times the square of the temperature, which
/// preserves the size of gradients.
pub fn loss(
    logits: Matrix<OwnedTape<f32, Cpu>>,
    targets: Vec<f32>,
    distillation: Option<(&Distillation, Vec<f32>)>,
) -> (Loss, f32) {
    let shape = *logits.shape();
    let device = logits.device().clone();
    let softened = distillation.map(|(distillation, soft_targets)| {
        let Distillation { weight, temperature, .. } = *distillation;
        let own = logits.retaped::<OwnedTape<f32, Cpu>>() / temperature;
        let loss = cross_entropy_with_logits_loss(own, device.tensor_from_vec(soft_targets, shape));
        (loss * (weight * temperature * temperature), 1.0 - weight)
    });
    let hard = cross_entropy_with_logits_loss(logits, device.tensor_from_vec(targets, shape));
    let value = hard.array();
    match softened {
        None => (hard, value),
        Some((softened, weight)) => (hard * weight + softened, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::graph_of;

    #[test]
    fn the_gradient_is_the_difference_of_softened_probabilities() {
        // d/dz of T²·CE(p, softmax(z/T)) is T·(softmax(z/T) − p).
        let device = Cpu::default();
        let (temperature, weight) = (2.0_f32, 0.75_f32);
        let graph = graph_of("pico", 3);
        let teacher = Teacher { weights: Weights::random(&graph, 1), graph };
        let train = crate::config::Train {
            distill_weight: f64::from(weight),
            distill_temperature: f64::from(temperature),
            ..Default::default()
        };
        let distillation = Distillation::new(&teacher, &train);
        let z = [0.5_f32, -1.0, 2.0];
        let logits: Matrix = device.tensor_from_vec(z.to_vec(), (1, 3));
        let (soft_targets, targets) = (vec![0.2, 0.3, 0.5], vec![0.0, 1.0, 0.0]);
        let (total, hard) = loss(logits.leaky_trace(), targets.clone(), Some((&distillation, soft_targets.clone())));
        let gradients = total.backward();
        let mut found = vec![0.0; 3];
        gradients.get(&logits).copy_into(&mut found);
        let soft: Vec<f32> = softmax(&z.map(|z| z / temperature));
        let plain: Vec<f32> = softmax(&z);
        assert!((hard + plain[1].ln()).abs() < 1e-6);
        for i in 0..3 {
            let expected =
                weight * temperature * (soft[i] - soft_targets[i]) + (1.0 - weight) * (plain[i] - targets[i]);
            assert!((found[i] - expected).abs() < 1e-6, "{} instead of {expected}", found[i]);
        }
    }

    #[test]
    fn a_teacher_that_sees_something_else_is_refused() {
        let teacher = |name: &str, classes| {
            let graph = graph_of(name, classes);
            Teacher { weights: Weights::random(&graph, 1), graph }
        };
        let student = graph_of("pico", 5);
        assert_eq!(teacher("micro", 5).obstacle(&student), None);
        assert_eq!(teacher("micro", 4).obstacle(&student).unwrap(), "it has 4 classes, not 5");
        let mut other = teacher("micro", 5);
        other.graph.input.channels = 3;
        assert_eq!(other.obstacle(&student).unwrap(), "its input is 96 × 96 × 3, not 96 × 96 × 1");
    }
}
