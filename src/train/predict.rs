//! Predictions of a network, for validation, evaluation and inference.

use super::control::Control;
use super::job::TrainError;
use super::network::Network;
use crate::data::Images;
use crate::graph::{Graph, Weights, argmax, softmax};
use std::time::Instant;

/// Batch size.
const BATCH: usize = 64;

/// Predictions of a network for images with known classes.
#[derive(Debug, Clone)]
pub struct Predictions {
    /// The predicted class, image by image.
    pub classes: Vec<u16>,
    /// The probability of the predicted class, image by image.
    pub confidences: Vec<f32>,
    /// The probability of every class, one row per image.
    pub probabilities: Vec<f32>,
    /// Mean cross-entropy.
    pub loss: f64,
    /// Accuracy, from 0 to 1.
    pub accuracy: f64,
    /// Duration in seconds.
    pub seconds: f64,
}

/// The class probabilities for each of `images` (camera bytes), one row per image, batch by batch.
fn batches<'a>(network: &'a Network, images: &'a [&[u8]]) -> impl Iterator<Item = Vec<f32>> + 'a {
    images.chunks(BATCH).map(|images| {
        let logits = network.evaluate(&network.batch(images));
        logits.chunks_exact(network.graph().classes).flat_map(softmax).collect()
    })
}

/// The predictions of `network` for `images`.
pub(super) fn predict(network: &Network, images: &Images) -> Predictions {
    let begun = Instant::now();
    let bytes: Vec<&[u8]> = (0..images.len()).map(|i| images.image(i)).collect();
    Predictions::of(network.graph().classes, images, batches(network, &bytes).flatten().collect(), begun)
}

impl Predictions {
    fn of(count: usize, images: &Images, probabilities: Vec<f32>, begun: Instant) -> Self {
        let (mut classes, mut confidences) = (Vec::new(), Vec::new());
        let (mut loss, mut correct) = (0.0, 0_u32);
        for (row, label) in probabilities.chunks_exact(count).zip(&images.labels) {
            let class = argmax(row);
            classes.push(class as u16);
            confidences.push(row[class]);
            loss -= f64::from(row[usize::from(*label)].max(f32::MIN_POSITIVE)).ln();
            correct += u32::from(class == usize::from(*label));
            if row.iter().any(|p| p.is_nan()) {
                loss = f64::NAN;
            }
        }
        let total = images.len().max(1) as f64;
        let (loss, accuracy) = (loss / total, f64::from(correct) / total);
        Self { classes, confidences, probabilities, loss, accuracy, seconds: begun.elapsed().as_secs_f64() }
    }
}

/// The predictions of `graph` with `weights` for `images`, on the caller's rayon pool.
#[must_use]
pub fn evaluate(graph: &Graph, weights: &Weights, images: &Images) -> Predictions {
    predict(&Network::new(graph, weights), images)
}

/// The predictions of `graph` with `weights` for `images`, on the caller's rayon pool; `None` if `control` is
/// stopped before the end.
#[must_use]
pub fn evaluate_until(graph: &Graph, weights: &Weights, images: &Images, control: &Control) -> Option<Predictions> {
    let begun = Instant::now();
    let network = Network::new(graph, weights);
    let bytes: Vec<&[u8]> = (0..images.len()).map(|i| images.image(i)).collect();
    let mut probabilities = Vec::with_capacity(images.len() * graph.classes);
    for batch in batches(&network, &bytes) {
        if control.is_stopped() {
            return None;
        }
        probabilities.extend(batch);
    }
    Some(Predictions::of(graph.classes, images, probabilities, begun))
}

/// A network prepared for several batches.
pub struct Predictor(Network);

impl Predictor {
    /// Prepares `graph` with `weights`.
    #[must_use]
    pub fn new(graph: &Graph, weights: &Weights) -> Self {
        Self(Network::new(graph, weights))
    }

    /// The class probabilities for each image (camera bytes of the graph's input shape), on the caller's rayon
    /// pool.
    #[must_use]
    pub fn predict(&self, images: &[&[u8]]) -> Vec<Vec<f32>> {
        let probabilities: Vec<f32> = batches(&self.0, images).flatten().collect();
        probabilities.chunks_exact(self.0.graph().classes).map(<[f32]>::to_vec).collect()
    }
}

/// Checks that there is enough memory to train `graph` with batch size `batch`.
pub(super) fn enough_memory(graph: &Graph, batch: u32) -> Result<(), TrainError> {
    // Each feature map is stored before its norm, together with a few gradients.
    let lanes = u64::from(batch.next_multiple_of(16));
    let maps: u64 = graph.ops.iter().map(|op| op.output.values() as u64).sum::<u64>() + graph.input.values() as u64;
    let largest = graph.ops.iter().map(|op| op.output.values() as u64).max().unwrap_or(0);
    let parameters: u64 = graph.params().iter().map(|param| param.values() as u64).sum();
    let needed = (maps + 3 * largest) * lanes * 4 + parameters * 32;
    match available_memory() {
        Some(available) if needed > available => {
            Err(TrainError::Memory { batch, needed: needed / 1_000_000, available: available / 1_000_000 })
        }
        _ => Ok(()),
    }
}

/// Available memory in bytes, as reported by the system.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
