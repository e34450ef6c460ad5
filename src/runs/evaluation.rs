//! Evaluation of predictions on labelled images.

use super::coverage::{Coverage, RankedPredictions};
use crate::graph::argmax;
use serde::{Deserialize, Serialize};

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// Its name.
    pub label: String,
    /// Number of its images.
    pub images: u64,
    /// TP / (TP + FP); `None` if it was never predicted.
    pub precision: Option<f64>,
    /// TP / (TP + FN); `None` if it has no images.
    pub recall: Option<f64>,
    /// Harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN); `None` if the class has no images and was never
    /// predicted.
    pub f1: Option<f64>,
}

/// A misclassified image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// The file, or `image 17` if images have no files of their own.
    pub file: String,
    /// True class.
    pub truth: String,
    /// Predicted class.
    pub predicted: String,
    /// Probability of the predicted class, 0 to 1.
    pub probability: f32,
    /// Index of the image in the evaluated set.
    #[serde(skip)]
    pub place: usize,
}

/// Metrics of predictions on a set of images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Number of images.
    pub images: u64,
    /// Accuracy, 0 to 1; NaN (`null` in JSON) without images.
    pub accuracy: f64,
    /// Mean cross-entropy: −ln of the probability of the true class.
    pub loss: f64,
    /// `confusion[t][p]`: number of images of class t predicted as class p.
    pub confusion: Vec<Vec<u64>>,
    /// Metrics per class, in the order of the outputs.
    pub per_class: Vec<ClassReport>,
    /// Accuracy and coverage at several confidence thresholds.
    pub coverage: Vec<Coverage>,
    /// All misclassified images, highest probability first.
    pub mistakes: Vec<Mistake>,
    /// Predictions ranked by probability.
    #[serde(skip)]
    pub predictions: RankedPredictions,
}

/// `part / whole`; `None` if there is no whole.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Confusion matrix `[t][p]`: number of images of class t predicted as class p. Predictions of `classes` and above are
/// not counted.
#[must_use]
pub fn confusion(classes: usize, truths: &[u16], predictions: &[u16]) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0_u64; classes]; classes];
    for (truth, predicted) in truths.iter().zip(predictions) {
        if let Some(count) = counts.get_mut(usize::from(*truth)).and_then(|row| row.get_mut(usize::from(*predicted))) {
            *count += 1;
        }
    }
    counts
}

impl Evaluation {
    /// Evaluates predictions: `probabilities` has `labels.len()` values per image, `truths` the true classes, `names`
    /// the files (if it is empty, images are numbered from 0).
    ///
    /// # Panics
    /// If the lengths disagree or a true class is not in `labels`.
    #[must_use]
    pub fn from_probabilities(labels: &[String], truths: &[u16], probabilities: &[f32], names: &[String]) -> Self {
        let classes = labels.len();
        assert_eq!(probabilities.len(), truths.len() * classes, "one probability for each image and class");
        assert!(names.is_empty() || names.len() == truths.len(), "one name for each image, or none");
        let mut predictions = Vec::with_capacity(truths.len());
        let (mut mistakes, mut sure) = (Vec::new(), Vec::with_capacity(truths.len()));
        let mut loss = 0.0;
        // Without classes there are no probabilities, by the assertion above.
        for (image, row) in probabilities.chunks(classes.max(1)).enumerate() {
            let (truth, predicted) = (usize::from(truths[image]), argmax(row));
            predictions.push(predicted as u16);
            sure.push((row[predicted], truth == predicted));
            // A probability that underflowed to 0 costs much, not infinitely much.
            loss -= f64::from(if row[truth] == 0.0 { f32::MIN_POSITIVE } else { row[truth] }).ln();
            if truth != predicted {
                mistakes.push(Mistake {
                    file: names.get(image).cloned().unwrap_or_else(|| format!("image {image}")),
                    truth: labels[truth].clone(),
                    predicted: labels[predicted].clone(),
                    probability: row[predicted],
                    place: image,
                });
            }
        }
        let confusion = confusion(classes, truths, &predictions);
        mistakes.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        let per_class =
            labels.iter().enumerate().map(|(class, label)| class_report(label, class, &confusion)).collect();
        let predictions = RankedPredictions::of(sure);
        let images = truths.len() as u64;
        let right: u64 = (0..classes).map(|class| confusion[class][class]).sum();
        Self {
            images,
            accuracy: share(right, images).unwrap_or(f64::NAN),
            loss: if images == 0 { f64::NAN } else { loss / images as f64 },
            confusion,
            per_class,
            coverage: predictions.table(),
            mistakes,
            predictions,
        }
    }
}

fn class_report(label: &str, class: usize, confusion: &[Vec<u64>]) -> ClassReport {
    let right = confusion[class][class];
    let images: u64 = confusion[class].iter().sum();
    let predictions: u64 = confusion.iter().map(|row| row[class]).sum();
    ClassReport {
        label: label.to_owned(),
        images,
        precision: share(right, predictions),
        recall: share(right, images),
        f1: share(2 * right, images + predictions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(classes: usize) -> Vec<String> {
        (0..classes).map(|class| format!("class {class}")).collect()
    }

    #[test]
    fn a_case_done_by_hand() {
        // True classes 0 0 0 1 1 2, predictions 0 0 1 1 0 1: class 2 is never predicted.
        let rows: [[f32; 3]; 6] = [
            [0.5, 0.25, 0.25],
            [0.9, 0.05, 0.05],
            [0.25, 0.5, 0.25],
            [0.2, 0.6, 0.2],
            [0.7, 0.2, 0.1],
            [0.1, 0.8, 0.1],
        ];
        let names: Vec<String> = "abcdef".chars().map(|c| format!("{c}.jpg")).collect();
        let eval = Evaluation::from_probabilities(&labels(3), &[0, 0, 0, 1, 1, 2], rows.as_flattened(), &names);
        assert_eq!(eval.images, 6);
        assert_eq!(eval.accuracy, 0.5);
        assert_eq!(eval.confusion, [[2, 1, 0], [1, 1, 0], [0, 1, 0]]);
        let loss = -(0.5_f32.ln() + 0.9_f32.ln() + 0.25_f32.ln() + 0.6_f32.ln() + 0.2_f32.ln() + 0.1_f32.ln()) / 6.0;
        assert!((eval.loss - f64::from(loss)).abs() < 1e-6);
        let figures = |class: usize| (eval.per_class[class].precision, eval.per_class[class].recall);
        assert_eq!(figures(0), (Some(2.0 / 3.0), Some(2.0 / 3.0)));
        assert_eq!(figures(1), (Some(1.0 / 3.0), Some(0.5)));
        assert_eq!(figures(2), (None, Some(0.0)));
        assert_eq!(eval.per_class[1].f1, Some(0.4));
        assert_eq!(eval.per_class[2].f1, Some(0.0));
        let worst: Vec<&str> = eval.mistakes.iter().map(|mistake| mistake.file.as_str()).collect();
        assert_eq!(worst, ["f.jpg", "e.jpg", "c.jpg"]);
        assert_eq!((eval.mistakes[0].truth.as_str(), eval.mistakes[0].predicted.as_str()), ("class 2", "class 1"));
    }

    #[test]
    fn what_is_undefined_is_null_in_json() {
        let eval = Evaluation::from_probabilities(&labels(2), &[], &[], &[]);
        let json = serde_json::to_value(&eval).unwrap();
        assert!(json["accuracy"].is_null() && json["loss"].is_null());
        for figure in ["precision", "recall", "f1"] {
            assert!(json["per_class"][0][figure].is_null(), "{figure}");
        }
    }

    #[test]
    fn nan_is_never_an_answer_and_zero_costs_no_infinity() {
        assert_eq!(argmax(&[f32::NAN, 0.25, f32::NAN, 0.5]), 3);
        assert_eq!(argmax(&[f32::NAN, f32::NAN]), 0);
        let eval = Evaluation::from_probabilities(&labels(2), &[1], &[1.0, 0.0], &[]);
        assert!(eval.loss.is_finite() && eval.loss > 80.0);
        assert_eq!(eval.mistakes[0].file, "image 0");
    }

    proptest! {
        #[test]
        fn sums_agree(answers in prop::collection::vec((0_u16..4, prop::array::uniform4(0.001_f32..1.0)), 1..60)) {
            let truths: Vec<u16> = answers.iter().map(|(truth, _)| *truth).collect();
            let rows: Vec<f32> = answers.iter().flat_map(|(_, row)| row.map(|p| p / row.iter().sum::<f32>())).collect();
            let eval = Evaluation::from_probabilities(&labels(4), &truths, &rows, &[]);
            let all: u64 = eval.confusion.iter().flatten().sum();
            prop_assert_eq!(all, eval.images);
            prop_assert_eq!(eval.per_class.iter().map(|class| class.images).sum::<u64>(), eval.images);
            let right = eval.images - eval.mistakes.len() as u64;
            prop_assert_eq!(eval.accuracy, right as f64 / eval.images as f64);
            // Recall weighted by images is accuracy.
            let recalled: f64 = eval.per_class.iter().map(|c| c.recall.unwrap_or(0.0) * c.images as f64).sum();
            prop_assert!((recalled - right as f64).abs() < 1e-9);
            for class in &eval.per_class {
                if let (Some(p), Some(r), Some(f1)) = (class.precision, class.recall, class.f1)
                    && p + r > 0.0
                {
                    prop_assert!((f1 - 2.0 * p * r / (p + r)).abs() < 1e-12);
                }
            }
            prop_assert!(eval.mistakes.is_sorted_by(|a, b| a.probability >= b.probability));
            prop_assert!(eval.loss >= 0.0);
        }
    }
}
