//! Selective classification: accuracy against coverage, and the confidence threshold for a required precision.

use serde::{Deserialize, Serialize};

/// Confidence thresholds of the table.
const THRESHOLDS: [f64; 8] = [0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/// Accuracy and coverage when predictions below a confidence threshold are rejected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Minimum probability of the predicted class, 0 to 1; that of [`RankedPredictions::threshold`] is an `f32`.
    pub threshold: f64,
    /// Fraction of the images whose predictions are accepted.
    pub coverage: f64,
    /// Accuracy on these images; `None` if there are none.
    pub accuracy: Option<f64>,
}

/// For each image, the probability of the predicted class and whether the prediction is correct; most confident first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RankedPredictions(Vec<(f32, bool)>);

impl RankedPredictions {
    /// Ranks predictions given in any order. NaN counts as probability 0.
    #[must_use]
    pub fn of(answers: impl IntoIterator<Item = (f32, bool)>) -> Self {
        let number = |(probability, is_right): (f32, bool)| (probability.max(0.0), is_right);
        let mut answers: Vec<(f32, bool)> = answers.into_iter().map(number).collect();
        answers.sort_by(|a, b| b.0.total_cmp(&a.0));
        Self(answers)
    }

    /// Accuracy and coverage at fixed thresholds.
    #[must_use]
    pub fn table(&self) -> Vec<Coverage> {
        THRESHOLDS.into_iter().map(|threshold| self.at(threshold)).collect()
    }

    /// Accuracy and coverage at `threshold`.
    fn at(&self, threshold: f64) -> Coverage {
        let sure = self.0.iter().take_while(|(probability, _)| f64::from(*probability) >= threshold);
        let (count, right) = sure.fold((0_u64, 0_u64), |(all, right), (_, is)| (all + 1, right + u64::from(*is)));
        Coverage {
            threshold,
            coverage: count as f64 / self.0.len().max(1) as f64,
            accuracy: (count > 0).then(|| right as f64 / count as f64),
        }
    }

    /// The threshold with the largest coverage at which at least the fraction `precision` of the accepted predictions
    /// is correct; `None` if no threshold reaches it. It lies midway between two probabilities that occurred, so that
    /// rounding does not matter; if all images are accepted, it is the smallest probability that occurred, since
    /// nothing is known about predictions below it.
    #[must_use]
    pub fn threshold(&self, precision: f64) -> Option<Coverage> {
        let mut right = 0_u64;
        let mut found = None;
        for (at, (probability, is_right)) in self.0.iter().enumerate() {
            right += u64::from(*is_right);
            let next = self.0.get(at + 1).map(|(next, _)| *next);
            // Equal probabilities are accepted or rejected together.
            if *probability > next.unwrap_or(0.0) && right as f64 >= precision * (at + 1) as f64 - 1e-9 {
                found = Some(next.map_or(*probability, |next| f32::midpoint(*probability, next)));
            }
        }
        found.map(|threshold| self.at(threshold.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_case_done_by_hand() {
        let answered = RankedPredictions::of([(0.6, false), (0.95, true), (0.8, true), (0.7, true), (0.8, false)]);
        let at = |threshold: f64| answered.at(threshold);
        assert_eq!((at(0.0).coverage, at(0.0).accuracy), (1.0, Some(0.6)));
        assert_eq!((at(0.79).coverage, at(0.79).accuracy), (0.6, Some(2.0 / 3.0)));
        assert_eq!((at(0.99).coverage, at(0.99).accuracy), (0.0, None));
        // 0.95 alone is always right; with both of 0.8 two of three, with 0.7 three of four.
        assert_eq!(answered.threshold(1.0).unwrap().threshold, f64::from(f32::midpoint(0.95, 0.8)));
        let found = answered.threshold(0.75).unwrap();
        assert_eq!((found.threshold, found.coverage), (f64::from(f32::midpoint(0.7, 0.6)), 0.8));
        assert_eq!(answered.threshold(0.5).unwrap().coverage, 1.0);
        assert_eq!(RankedPredictions::of([(0.9, false), (0.5, true)]).threshold(0.9), None);
        // If all predictions are correct, the threshold is the smallest probability that occurred.
        let found = RankedPredictions::of([(0.6, true), (0.5076, true)]).threshold(0.9).unwrap();
        assert_eq!((found.threshold, found.coverage, found.accuracy), (f64::from(0.5076_f32), 1.0, Some(1.0)));
        assert_eq!(RankedPredictions::of([(0.0, true)]).threshold(0.9), None);
        assert_eq!(RankedPredictions::default().threshold(0.5), None);
        assert!(RankedPredictions::default().table().iter().all(|row| row.accuracy.is_none()));
        assert_eq!(RankedPredictions::of([(f32::NAN, true)]).table()[0].coverage, 1.0);
    }

    proptest! {
        #[test]
        fn the_threshold_keeps_its_promise_and_no_larger_share_does(
            answers in prop::collection::vec((0_u8..20, any::<bool>()), 0..40), precision in 0.0_f64..1.0,
        ) {
            let answered = RankedPredictions::of(answers.iter().map(|(p, is)| (f32::from(*p) / 20.0 + 0.01, *is)));
            let found = answered.threshold(precision);
            if let Some(found) = found {
                prop_assert!(found.accuracy.unwrap() >= precision - 1e-9);
            }
            let covered = found.map_or(0.0, |found| found.coverage);
            for level in 0..20_u8 {
                let other = answered.at(f64::from(level) / 20.0 + 0.005);
                if other.accuracy.is_some_and(|accuracy| accuracy >= precision) {
                    prop_assert!(other.coverage <= covered + 1e-9);
                }
            }
        }
    }
}
