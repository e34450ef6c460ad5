//! Comparison of the outputs of an exported header with those of the reference.

use super::Network;
use crate::escape;
use crate::graph::softmax;
use crate::quant::{self, Executor, Stop};
use rayon::prelude::*;

/// Tolerance of a probability: sums may be computed in another order.
const TOLERANCE: f32 = 1e-4;
/// Additional tolerance for each unit of the largest logit, whose rounding error is that much larger.
const TOLERANCE_OF_LOGITS: f32 = 1e-6;
/// The functions by which the program passes an image to the header, in its order.
const WAYS: [&str; 3] = ["predict()", "push()", "nextRow()"];
/// The name for outputs that are written in `samples.h`.
const SAMPLES: &str = "samples.h";

/// A value that differs from the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the image.
    pub image: String,
    /// The function that received the image: `predict()`, `push()` or `nextRow()`; `samples.h` if its expected
    /// outputs are wrong.
    pub way: &'static str,
    /// A description of the value: the score or probability of a class, or the predicted class.
    pub what: String,
    /// The header's value.
    pub found: String,
    /// The reference's value.
    pub expected: String,
}

/// The outputs are not those of the reference.
#[derive(Debug)]
pub(super) enum Wrong {
    /// A value differs.
    Differs(Difference),
    /// The output has too few or too many bytes.
    Length,
    /// Stopped by the user.
    Stopped,
}

/// Returns the maximum number of bytes that the program of [`crate::codegen::check`] writes for `probes` images and for
/// the samples in a `samples.h` of `text` bytes.
pub(super) fn max_bytes(network: &Network, text: usize, probes: usize) -> u64 {
    let classes = network.labels.len();
    // A pixel has at least a digit and a comma.
    let samples = text / (2 * network.image_bytes()) + 1;
    let outputs = WAYS.len() * (2 + 5 * classes);
    (2 + samples * (network.image_bytes() + 4 * classes + outputs) + probes * outputs) as u64
}

/// Compares `bytes`, written by the program of [`crate::codegen::check`], with the outputs of `network` for the samples
/// and for `probes`, on the rayon pool of the caller; returns the number of images.
pub(super) fn compare(network: &Network, probes: &[Vec<u8>], bytes: &[u8], stop: Stop<'_>) -> Result<usize, Wrong> {
    let mut rest = Bytes(bytes);
    let mut records = Vec::new();
    for index in 0..usize::from(rest.class()?) {
        let image = rest.take(network.image_bytes())?;
        let expected = network.values(&mut rest)?;
        let outputs = network.outputs(&mut rest)?;
        let name = format!("image{index} of samples.h");
        records.push(Record { name, image, expected: Some(expected), outputs });
    }
    for (index, image) in probes.iter().enumerate() {
        let outputs = network.outputs(&mut rest)?;
        records.push(Record { name: format!("test image {index}"), image, expected: None, outputs });
    }
    if !rest.0.is_empty() {
        return Err(Wrong::Length);
    }
    let executor = network.quantised.as_ref().map(Executor::of);
    let compare = |record: &Record<'_>| {
        if stop() {
            return Err(Wrong::Stopped);
        }
        record.compare(network, &network.reference(executor.as_ref(), record.image)).map_err(Wrong::Differs)
    };
    // The first difference in the order of images, for any number of threads.
    let compared: Vec<Result<(), Wrong>> = records.par_iter().map(compare).collect();
    compared.into_iter().collect::<Result<(), Wrong>>()?;
    Ok(records.len())
}

/// The bytes that are not read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Wrong::Length)?;
        self.0 = rest;
        Ok(taken)
    }

    fn class(&mut self) -> Result<u16, Wrong> {
        Ok(self.take(2)?.as_chunks().0.first().copied().map_or(0, u16::from_ne_bytes))
    }

    fn scores(&mut self, count: usize) -> Result<Vec<i8>, Wrong> {
        Ok(self.take(count)?.iter().map(|byte| byte.cast_signed()).collect())
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, Wrong> {
        Ok(self.take(4 * count)?.as_chunks().0.iter().copied().map(f32::from_ne_bytes).collect())
    }
}

/// Scores of an int8 network, or probabilities of a float network.
enum Values {
    Scores(Vec<i8>),
    Probabilities(Vec<f32>),
}

/// The header's outputs for an image.
struct Outputs {
    class: usize,
    /// The scores, if the network is int8.
    scores: Option<Vec<i8>>,
    probabilities: Vec<f32>,
}

/// The reference's outputs for an image, and the tolerance of a probability.
struct Reference {
    scores: Option<Vec<i8>>,
    probabilities: Vec<f32>,
    tolerance: f32,
}

/// The program's output for an image.
struct Record<'a> {
    name: String,
    image: &'a [u8],
    /// The expected outputs in `samples.h`; `None` for a test image.
    expected: Option<Values>,
    /// The outputs of each function in [`WAYS`].
    outputs: Vec<Outputs>,
}

impl Network {
    fn image_bytes(&self) -> usize {
        self.graph.input.values()
    }

    fn values(&self, rest: &mut Bytes<'_>) -> Result<Values, Wrong> {
        let classes = self.labels.len();
        Ok(match self.quantised {
            Some(_) => Values::Scores(rest.scores(classes)?),
            None => Values::Probabilities(rest.floats(classes)?),
        })
    }

    fn outputs(&self, rest: &mut Bytes<'_>) -> Result<Vec<Outputs>, Wrong> {
        let classes = self.labels.len();
        let read = |_| {
            let class = usize::from(rest.class()?);
            let scores = self.quantised.is_some().then(|| rest.scores(classes)).transpose()?;
            Ok(Outputs { class, scores, probabilities: rest.floats(classes)? })
        };
        WAYS.iter().map(read).collect()
    }

    fn reference(&self, executor: Option<&Executor>, image: &[u8]) -> Reference {
        if let (Some(executor), Some(quantised)) = (executor, &self.quantised) {
            let scores = executor.scores(image);
            let probabilities = quantised.probabilities(&scores);
            return Reference { scores: Some(scores), probabilities, tolerance: TOLERANCE };
        }
        let maps = self.graph.reference(&self.weights, &self.graph.image_map(image));
        let logits = maps.last().map(|map| map.values.as_slice()).unwrap_or_default();
        let largest = logits.iter().fold(0.0, |largest: f32, logit| largest.max(logit.abs()));
        let tolerance = TOLERANCE + TOLERANCE_OF_LOGITS * largest;
        Reference { scores: None, probabilities: softmax(logits), tolerance }
    }

    /// Formats a class for messages.
    fn class(&self, class: usize) -> String {
        let label = self.labels.get(class).map_or("unknown", String::as_str);
        format!("class {class} ({})", escape::terminal(label))
    }
}

impl Record<'_> {
    fn compare(&self, network: &Network, reference: &Reference) -> Result<(), Difference> {
        let differs = |way, what: String, found: &dyn ToString, expected: &dyn ToString| {
            let (found, expected) = (found.to_string(), expected.to_string());
            Err(Difference { image: self.name.clone(), way, what, found, expected })
        };
        let scores = |way, found: &[i8]| {
            let pairs = found.iter().zip(reference.scores.iter().flatten());
            match pairs.enumerate().find(|(_, (found, expected))| found != expected) {
                Some((class, (found, expected))) => {
                    differs(way, format!("the score of {}", network.class(class)), found, expected)
                }
                None => Ok(()),
            }
        };
        let probabilities = |way, found: &[f32]| {
            // A NaN or infinite reference is not compared.
            let is_off = |(_, (found, expected)): &(usize, (&f32, &f32))| {
                let error = (*found - *expected).abs();
                expected.is_finite() && (error.is_nan() || error > reference.tolerance)
            };
            match found.iter().zip(&reference.probabilities).enumerate().find(is_off) {
                Some((class, (found, expected))) => {
                    differs(way, format!("the probability of {}", network.class(class)), found, expected)
                }
                None => Ok(()),
            }
        };
        match &self.expected {
            Some(Values::Scores(found)) => scores(SAMPLES, found)?,
            Some(Values::Probabilities(found)) => probabilities(SAMPLES, found)?,
            None => {}
        }
        for (way, outputs) in WAYS.into_iter().zip(&self.outputs) {
            outputs.scores.as_ref().map_or(Ok(()), |found| scores(way, found))?;
            probabilities(way, &outputs.probabilities)?;
            // Of nearly equal probabilities, either may be the largest.
            let largest = outputs.probabilities.iter().copied().fold(0.0, f32::max);
            let is_largest = outputs.probabilities.get(outputs.class).is_some_and(|found| *found >= largest);
            let expected = match &reference.scores {
                Some(scores) => quant::predicted_class(scores),
                None if is_largest || !largest.is_finite() => outputs.class,
                None => crate::graph::argmax(&outputs.probabilities),
            };
            if outputs.class != expected {
                let (found, expected) = (network.class(outputs.class), network.class(expected));
                return differs(way, "the predicted class".into(), &found, &expected);
            }
        }
        Ok(())
    }
}
