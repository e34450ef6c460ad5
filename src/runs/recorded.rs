//! `evaluation.json`: the results of `--evaluate`, the newest for each split and precision; for images other than
//! those of the run, the newest for each source too.

use super::{ClassReport, Coverage, Evaluation, Run, RunError};
use crate::config::Precision;
use crate::escape;
use crate::files::read_limited;
use serde::{Deserialize, Serialize};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// Maximum number of evaluations on other images than those of the run.
const MAX_OTHERS: usize = 32;

/// One evaluation, without results of single images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationRecord {
    /// The split: `validation`, `test`, …
    pub split: String,
    /// The precision: `float` or `int8`.
    pub precision: String,
    /// The data source, as given in the configuration or by `--data`.
    pub source: String,
    /// Hash of all images, labels and the split.
    pub fingerprint: String,
    /// Hash of the weights file.
    pub weights: String,
    /// Number of images.
    pub images: u64,
    /// Accuracy, 0 to 1; absent without images.
    pub accuracy: Option<f64>,
    /// Mean cross-entropy.
    pub loss: Option<f64>,
    /// Accuracy of the float network on the same images.
    pub float_accuracy: Option<f64>,
    /// Accuracy of the int8 network, if it was evaluated.
    pub int8_accuracy: Option<f64>,
    /// Metrics per class.
    pub per_class: Vec<ClassReport>,
    /// Accuracy and coverage at several confidence thresholds.
    pub coverage: Vec<Coverage>,
    /// `export.min_precision`
    pub min_precision: f64,
    /// The confidence threshold for it; absent if no threshold reaches it.
    pub threshold: Option<Coverage>,
}

impl EvaluationRecord {
    /// The record of `evaluation`, made in `precision`; split, source, fingerprint and weights are set by the caller.
    #[must_use]
    pub fn of(evaluation: &Evaluation, precision: Precision, min_precision: f64) -> Self {
        let number = |value: f64| value.is_finite().then_some(value);
        let accuracy = number(evaluation.accuracy);
        let (float_accuracy, int8_accuracy) = match precision {
            Precision::Float => (accuracy, None),
            Precision::Int8 => (None, accuracy),
        };
        Self {
            precision: precision.word().into(),
            images: evaluation.images,
            accuracy,
            loss: number(evaluation.loss),
            float_accuracy,
            int8_accuracy,
            per_class: evaluation.per_class.clone(),
            coverage: evaluation.coverage.clone(),
            min_precision,
            threshold: evaluation.predictions.threshold(min_precision),
            ..Self::default()
        }
    }

    /// Whether it was made on the images with `fingerprint`.
    #[must_use]
    pub fn is_on(&self, fingerprint: &str) -> bool {
        !fingerprint.is_empty() && self.fingerprint == fingerprint
    }
}

/// The whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct File {
    evaluations: Vec<EvaluationRecord>,
}

/// The evaluations of `run`; those on its own images in the order they were first made, those on other images in the
/// order they were last made.
///
/// # Errors
/// If the file cannot be read or is damaged.
pub fn read_evaluations(run: &Run) -> Result<Vec<EvaluationRecord>, RunError> {
    let path = run.file(Run::EVALUATION);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = read_limited(&path, MAX_BYTES)?;
    let file: File = serde_json::from_slice(&bytes).map_err(|error| RunError::Content {
        path,
        line: error.line(),
        why: format!("{error}; delete the file and evaluate again"),
    })?;
    Ok(file.evaluations)
}

/// Stores `new` in `run`, whose own images have the fingerprint `own`. It replaces an earlier evaluation of the same
/// split and precision if both are on these images, or both on other images of the same source. Of evaluations on
/// other images the 32 newest are kept.
///
/// # Errors
/// If the file cannot be read, is damaged, or cannot be written.
pub fn record_evaluation(run: &Run, own: &str, new: EvaluationRecord) -> Result<(), RunError> {
    let mut evaluations = read_evaluations(run)?;
    // Own images are the same under every path that leads to them.
    let key = |one: &EvaluationRecord| {
        let source = (!one.is_on(own)).then(|| one.source.clone());
        (source, one.split.clone(), one.precision.clone())
    };
    let same = evaluations.iter().position(|old| key(old) == key(&new));
    match same {
        Some(at) if new.is_on(own) => evaluations[at] = new,
        _ => {
            same.map(|at| evaluations.remove(at));
            evaluations.push(new);
        }
    }
    let mut surplus = evaluations.iter().filter(|one| !one.is_on(own)).count().saturating_sub(MAX_OTHERS);
    evaluations.retain(|one| {
        let is_surplus = surplus > 0 && !one.is_on(own);
        surplus -= usize::from(is_surplus);
        !is_surplus
    });
    let text = serde_json::to_string_pretty(&File { evaluations })
        .map_err(|error| RunError::Plot { what: "evaluation.json", why: error.to_string() })?;
    let lines: String = text.lines().map(|line| escape::json(line) + "\n").collect();
    run.write(Run::EVALUATION, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_each_part_and_arithmetic_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create_at(&folder.path().join("run"), false).unwrap();
        assert!(read_evaluations(&run).unwrap().is_empty());
        let labels = ["a".to_owned(), "b".to_owned()];
        let of = |right: f32, precision, split: &str| {
            let evaluation = Evaluation::from_probabilities(&labels, &[0], &[right, 1.0 - right], &[]);
            let recorded = EvaluationRecord::of(&evaluation, precision, 0.9);
            EvaluationRecord { split: split.into(), fingerprint: "own".into(), ..recorded }
        };
        let empty = Evaluation::from_probabilities(&labels, &[], &[], &[]);
        let all = [
            of(0.9, Precision::Float, "test"),
            of(0.2, Precision::Int8, "test"),
            of(0.8, Precision::Float, "test"),
            EvaluationRecord {
                split: "train".into(),
                fingerprint: "own".into(),
                ..EvaluationRecord::of(&empty, Precision::Float, 0.9)
            },
        ];
        for one in &all {
            record_evaluation(&run, "own", one.clone()).unwrap();
        }
        assert_eq!(read_evaluations(&run).unwrap(), [all[2].clone(), all[1].clone(), all[3].clone()]);
        assert_eq!((all[1].int8_accuracy, all[1].float_accuracy, all[1].threshold), (Some(0.0), None, None));
        assert_eq!(all[3].accuracy, None);
        std::fs::write(run.file(Run::EVALUATION), "{\n\"evaluations\": 3}").unwrap();
        let error = record_evaluation(&run, "own", all[0].clone()).unwrap_err().to_string();
        assert!(error.contains("evaluation.json:2: ") && error.contains("evaluate again"), "{error}");
    }
    #[test]
    fn other_images_have_a_place_of_their_own_and_not_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create_at(&folder.path().join("run"), false).unwrap();
        let of = |source: &str, fingerprint: &str, images: u64| EvaluationRecord {
            split: "validation".into(),
            precision: "int8".into(),
            source: source.into(),
            fingerprint: fingerprint.into(),
            images,
            ..EvaluationRecord::default()
        };
        let kept = || -> Vec<(String, u64)> {
            read_evaluations(&run).unwrap().into_iter().map(|one| (one.source, one.images)).collect()
        };
        let record = |one: EvaluationRecord| record_evaluation(&run, "own", one).unwrap();
        // Images that changed in their place are others too, and so are those of unknown fingerprint.
        let all = [("a", "own", 1), ("b", "x", 2), ("a", "y", 3), ("c", "", 4), ("b", "z", 5), ("./a", "own", 6)];
        for (source, fingerprint, images) in all {
            record(of(source, fingerprint, images));
        }
        let expected = [("./a", 6), ("a", 3), ("c", 4), ("b", 5)].map(|(source, images)| (source.to_owned(), images));
        assert_eq!(kept(), expected);
        for place in 0..40 {
            record(of(&format!("place {place}"), "x", place));
        }
        let kept = kept();
        assert_eq!((kept.len(), &kept[0], &kept[1].0), (1 + MAX_OTHERS, &expected[0], &"place 8".to_owned()));
        assert!(!EvaluationRecord::default().is_on(""));
    }
}
