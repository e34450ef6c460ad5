//! Compares float and int8: accuracy, and quantisation noise per layer.

use super::deployed::Deployed;
use super::fast::Executor;
use super::float;
use super::network::{QuantParams, Quantised, signed};
use crate::data::Images;
use crate::graph::{OpId, Source, argmax};
use crate::text::{self, fixed};
use rayon::prelude::*;
use serde::Serialize;
use std::fmt::Write as _;

/// Quantisation noise of a layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerNoise {
    /// The operation.
    pub name: String,
    /// Signal-to-noise ratio of its output in the int8 network, in dB, including the noise of all earlier layers.
    pub snr_db: f64,
    /// Signal-to-noise ratio of the logits in dB if only this operation and its inputs are int8 and all others
    /// float.
    pub alone_snr_db: f64,
    /// Accuracy of that network, from 0 to 1.
    pub alone_accuracy: f64,
}

/// The class predicted by each network, image by image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PredictedClasses {
    /// Predictions of the float network.
    pub float: Vec<usize>,
    /// Predictions of the int8 network.
    pub int8: Vec<usize>,
}

/// Cancellation: polled between images, from any thread; `true` ends the work without a result.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Comparison of the two networks on the same images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Number of images.
    pub images: usize,
    /// Accuracy of the float network, from 0 to 1; NaN without images.
    pub float_accuracy: f64,
    /// Accuracy of the int8 network, from 0 to 1.
    pub int8_accuracy: f64,
    /// Fraction of images for which both predict the same class.
    pub agreement: f64,
    /// Number of images used for the noise per layer.
    pub layer_images: usize,
    /// Noise of each layer.
    pub layers: Vec<LayerNoise>,
}

impl Comparison {
    /// Accuracy drop of int8 as a fraction; negative if int8 is better.
    #[must_use]
    pub fn accuracy_drop(&self) -> f64 {
        // Computed from counts of images, so that a drop of 5 of 1,000 equals the literal 0.005.
        let images = self.images as f64;
        let right = |share: f64| (share * images).round();
        (right(self.float_accuracy) - right(self.int8_accuracy)) / images
    }

    /// A text table: accuracies, then noise per layer. Every line ends with a line break.
    #[must_use]
    pub fn table(&self) -> String {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        let mut out = format!(
            "float {}, int8 {}: {} points; same prediction for {} of {} images\n",
            percent(self.float_accuracy),
            percent(self.int8_accuracy),
            text::signed(-100.0 * self.accuracy_drop(), 2),
            percent(self.agreement),
            self.images
        );
        let width = self.layers.iter().map(|layer| layer.name.len()).max().unwrap_or(0).max(5);
        let _ = writeln!(out, "\n{:width$} {:>10} {:>14} {:>9}", "layer", "SNR", "alone, logits", "accuracy");
        for layer in &self.layers {
            let LayerNoise { name, snr_db, alone_snr_db, alone_accuracy } = layer;
            let accuracy = percent(*alone_accuracy);
            let (snr_db, alone_snr_db) = (fixed(*snr_db, 1), fixed(*alone_snr_db, 1));
            let _ = writeln!(out, "{name:width$} {snr_db:>7} dB {alone_snr_db:>11} dB {accuracy:>9}");
        }
        if let Some(layer) = self.costliest() {
            let _ = writeln!(
                out,
                "\n{} has the largest effect: {} dB if only this layer is int8 (measured on {} images)",
                layer.name,
                fixed(layer.alone_snr_db, 1),
                self.layer_images
            );
        }
        out
    }

    /// The layer whose quantisation alone adds the most noise to the logits.
    #[must_use]
    pub fn costliest(&self) -> Option<&LayerNoise> {
        self.layers.iter().min_by(|a, b| a.alone_snr_db.total_cmp(&b.alone_snr_db))
    }
}

/// Sums of squared values and squared errors.
#[derive(Debug, Clone, Copy, Default)]
struct Power {
    signal: f64,
    noise: f64,
}

impl Power {
    fn add(&mut self, wanted: &[f32], found: impl Iterator<Item = f64>) {
        for (wanted, found) in wanted.iter().zip(found) {
            self.signal += f64::from(*wanted).powi(2);
            self.noise += (f64::from(*wanted) - found).powi(2);
        }
    }

    fn merge(&mut self, other: Self) {
        self.signal += other.signal;
        self.noise += other.noise;
    }

    fn decibels(self) -> f64 {
        10.0 * (self.signal.max(f64::MIN_POSITIVE) / self.noise.max(f64::MIN_POSITIVE)).log10()
    }
}

/// Noise of one layer on some images.
#[derive(Debug, Clone, Copy, Default)]
struct LayerErrors {
    /// Noise of its output in the int8 network.
    whole: Power,
    /// Noise of the logits if only this layer is int8.
    alone: Power,
    /// Number of correct predictions if only this layer is int8.
    correct: u32,
}

/// The class scores of the int8 network for each of `images`, on the caller's rayon pool; `None` if cancelled by
/// `stop`.
#[must_use]
pub fn scores(quantised: &Quantised, images: &Images, stop: Stop<'_>) -> Option<Vec<Vec<i8>>> {
    let executor = Executor::of(quantised);
    let scores = |i| (!stop()).then(|| executor.scores(images.image(i)));
    (0..images.len()).into_par_iter().map(scores).collect()
}

/// The class with the largest score, the first of several equal ones.
#[must_use]
pub fn predicted_class(scores: &[i8]) -> usize {
    (1..scores.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best })
}

/// Compares both networks: accuracy from the classes `predicted` on all `images`, noise per layer on at most
/// `layer_images` evenly spaced images. Runs on the caller's rayon pool; the result does not depend on the number
/// of threads. `None` if cancelled by `stop`.
#[must_use]
pub fn compare(
    deployed: &Deployed,
    images: &Images,
    predicted: &PredictedClasses,
    layer_images: usize,
    stop: Stop<'_>,
) -> Option<Comparison> {
    let PredictedClasses { float, int8 } = predicted;
    let share =
        |right: &dyn Fn(usize) -> bool| (0..images.len()).filter(|i| right(*i)).count() as f64 / images.len() as f64;
    let label = |i: usize| usize::from(images.labels[i]);
    let places = images.spread(layer_images);
    let layers = |i: &usize| (!stop()).then(|| layers(deployed, images.image(*i), label(*i)));
    let seen: Vec<Vec<LayerErrors>> = places.par_iter().map(layers).collect::<Option<_>>()?;
    let mut totals = vec![LayerErrors::default(); deployed.graph.ops.len()];
    for (op, one) in seen.iter().flat_map(|one| one.iter().enumerate()).map(|(op, one)| (op, *one)) {
        totals[op].whole.merge(one.whole);
        totals[op].alone.merge(one.alone);
        totals[op].correct += one.correct;
    }
    let noise = totals.iter().zip(&deployed.graph.ops).map(|(seen, op)| LayerNoise {
        name: op.name.clone(),
        snr_db: seen.whole.decibels(),
        alone_snr_db: seen.alone.decibels(),
        alone_accuracy: f64::from(seen.correct) / places.len() as f64,
    });
    Some(Comparison {
        images: images.len(),
        float_accuracy: share(&|i| float[i] == label(i)),
        int8_accuracy: share(&|i| int8[i] == label(i)),
        agreement: share(&|i| float[i] == int8[i]),
        layer_images: places.len(),
        layers: noise.collect(),
    })
}

/// The noise of every layer on one image.
fn layers(deployed: &Deployed, image: &[u8], label: usize) -> Vec<LayerErrors> {
    let Deployed { graph, weights, quantised } = deployed;
    let pixels = float::numbers(graph, image);
    let camera = signed(image);
    let maps = float::forward(graph, weights, image, &mut |_, _, _| {});
    let whole = quantised.run(image);
    let layer = |(k, op): (usize, &super::network::Op)| {
        let mut seen = LayerErrors::default();
        seen.whole.add(&maps[k], reals(op.quantum, &whole[k]));
        let bytes = |source: &Source| match source {
            Source::Image => camera.clone(),
            Source::Op(OpId(from)) => {
                let quantum = quantised.ops[*from].quantum;
                maps[*from].iter().map(|real| quantum.byte(f64::from(*real))).collect()
            }
        };
        let inputs: Vec<Vec<i8>> = op.inputs.iter().map(bytes).collect();
        let inputs: Vec<&[i8]> = inputs.iter().map(Vec::as_slice).collect();
        let made = quantised.run_op(k, &inputs);
        let mut mixed = maps[..k].to_vec();
        mixed.push(reals(op.quantum, &made).map(|real| real as f32).collect());
        float::forward_from(graph, weights, &pixels, k + 1, &mut mixed, &mut |_, _, _| {});
        if let (Some(logits), Some(found)) = (maps.last(), mixed.last()) {
            seen.alone.add(logits, found.iter().copied().map(f64::from));
            seen.correct = u32::from(argmax(found) == label);
        }
        seen
    };
    quantised.ops.iter().enumerate().map(layer).collect()
}

fn reals(quantum: QuantParams, bytes: &[i8]) -> impl Iterator<Item = f64> {
    bytes.iter().map(move |q| quantum.real(*q))
}
