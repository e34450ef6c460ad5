//! `evaluation.json`: what `--evaluate` found about a run's weights, the newest of each part and
//! arithmetic.

use super::{ClassReport, Coverage, Evaluation, Run, RunError};
use crate::escape;
use crate::files::read_limited;
use crate::spec::Precision;
use serde::{Deserialize, Serialize};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// One evaluation, without the single images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recorded {
    /// The part of the images: `validation`, `test`, …
    pub split: String,
    /// The arithmetic: `float` or `int8`.
    pub precision: String,
    /// The images, as the configuration or `--data` said.
    pub source: String,
    /// Changes with any image, label or split.
    pub fingerprint: String,
    /// Hash of the file of weights.
    pub weights: String,
    /// How many images.
    pub images: u64,
    /// Share answered right; absent without images.
    pub accuracy: Option<f64>,
    /// Mean cross-entropy.
    pub loss: Option<f64>,
    /// Share that float answered right, of the same images.
    pub float_accuracy: Option<f64>,
    /// Share that int8 answered right, where that was evaluated.
    pub int8_accuracy: Option<f64>,
    /// Class by class.
    pub per_class: Vec<ClassReport>,
    /// Accuracy where only answers from a probability on count.
    pub coverage: Vec<Coverage>,
    /// `export.min_precision`
    pub min_precision: f64,
    /// The threshold for it; absent where the surest answers are not right as often.
    pub threshold: Option<Coverage>,
}

impl Recorded {
    /// What is kept of `evaluation`, made in `precision`; where and of what is left to the caller.
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
            threshold: evaluation.answered.threshold(min_precision),
            ..Self::default()
        }
    }
}

/// The whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct File {
    evaluations: Vec<Recorded>,
}

/// The evaluations of `run`, in the order they were first made; empty where there is none.
///
/// # Errors
/// A file that cannot be read or is damaged.
pub fn read_evaluations(run: &Run) -> Result<Vec<Recorded>, RunError> {
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

/// Keeps `new` in the folder of `run`, in place of an earlier one of the same part and arithmetic.
///
/// # Errors
/// A file that cannot be read, is damaged, or cannot be written.
pub fn record_evaluation(run: &Run, new: Recorded) -> Result<(), RunError> {
    let mut evaluations = read_evaluations(run)?;
    let is_same = |old: &Recorded| (&old.split, &old.precision) == (&new.split, &new.precision);
    match evaluations.iter().position(is_same) {
        Some(at) => evaluations[at] = new,
        None => evaluations.push(new),
    }
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
            let evaluation = Evaluation::from_answers(&labels, &[0], &[right, 1.0 - right], &[]);
            Recorded { split: split.into(), ..Recorded::of(&evaluation, precision, 0.9) }
        };
        let empty = Evaluation::from_answers(&labels, &[], &[], &[]);
        let all = [
            of(0.9, Precision::Float, "test"),
            of(0.2, Precision::Int8, "test"),
            of(0.8, Precision::Float, "test"),
            Recorded { split: "train".into(), ..Recorded::of(&empty, Precision::Float, 0.9) },
        ];
        for one in &all {
            record_evaluation(&run, one.clone()).unwrap();
        }
        assert_eq!(read_evaluations(&run).unwrap(), [all[2].clone(), all[1].clone(), all[3].clone()]);
        assert_eq!((all[1].int8_accuracy, all[1].float_accuracy, all[1].threshold), (Some(0.0), None, None));
        assert_eq!(all[3].accuracy, None);
        std::fs::write(run.file(Run::EVALUATION), "{\n\"evaluations\": 3}").unwrap();
        let error = record_evaluation(&run, all[0].clone()).unwrap_err().to_string();
        assert!(error.contains("evaluation.json:2: ") && error.contains("evaluate again"), "{error}");
    }
}
