//! Selects the best epoch, for `best.safetensors`, `run.json` and early stopping.
//!
//! The selection depends only on the metrics of the epochs, so that a resumed training selects the same epoch.

use super::observer::EpochMetrics;
use crate::config::{Select, Train};
use crate::data::Dataset;

/// With fewer validation images than this, one image is more than one percentage point, and the highest of many
/// accuracies is often due to chance: moving averages over several epochs are compared instead.
const FEW_IMAGES: usize = 100;
/// Maximum length of the moving average in epochs; it is a tenth of all epochs.
const MAX_WINDOW: u32 = 5;
/// Tolerance of comparisons, for rounding errors.
const EQUAL: f64 = 1e-9;

/// The rule that compares epochs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    by: Select,
    /// Length of the moving average in epochs.
    window: usize,
    /// Epochs before quantisation-aware training; `u32::MAX` without it.
    float: u32,
    /// Minimum validation accuracy of an epoch whose weights are saved as best.
    least: f64,
}

impl Default for Selection {
    /// Highest accuracy, without a minimum.
    fn default() -> Self {
        Self { by: Select::Accuracy, window: 1, float: u32::MAX, least: 0.0 }
    }
}

/// The metrics by which epochs are compared.
#[derive(Debug, Clone, Copy)]
struct Score {
    /// Whether the average is over a full window.
    is_whole: bool,
    accuracy: f64,
    loss: f64,
}

impl Selection {
    /// The rule of `train` for the images of `dataset`.
    #[must_use]
    pub fn of(train: &Train, dataset: &Dataset) -> Self {
        let epochs = train.epochs_on(dataset.train.len());
        let integer = train.integer_epochs(epochs).min(epochs);
        let is_small = dataset.validation.len() < FEW_IMAGES && train.select != Select::Last;
        let window = if is_small { (epochs / 10).clamp(1, MAX_WINDOW) } else { 1 };
        let float = if integer == 0 { u32::MAX } else { epochs - integer };
        Self { by: train.select, window: window as usize, float, least: train.checkpoint_min_accuracy }
    }

    /// The best epoch in `history`, whatever its accuracy; `None` if no accuracy is a number.
    #[must_use]
    pub fn best(&self, history: &[EpochMetrics]) -> Option<EpochMetrics> {
        self.best_from(history, f64::NEG_INFINITY).map(|at| history[at])
    }

    /// The best epoch with at least the minimum accuracy, whose weights are saved as best.
    #[must_use]
    pub fn kept(&self, history: &[EpochMetrics]) -> Option<EpochMetrics> {
        self.best_from(history, self.least).map(|at| history[at])
    }

    /// Whether the last epoch of `history` is the one to save as best.
    #[must_use]
    pub fn keeps(&self, history: &[EpochMetrics]) -> bool {
        self.best_from(history, self.least).is_some_and(|at| at + 1 == history.len())
    }

    /// Epochs since the best one, or since quantisation-aware training started; `None` if there is no best epoch.
    #[must_use]
    pub fn waited(&self, history: &[EpochMetrics]) -> Option<u32> {
        let now = history.last()?.epoch;
        // Early stopping ignores the rule "last": the last epoch is no improvement.
        let by = if self.by == Select::Last { Select::Accuracy } else { self.by };
        let best = Self { by, ..*self }.best(history)?.epoch;
        let since = if now >= self.float { best.max(self.float) } else { best };
        Some(now - since)
    }

    fn best_from(&self, history: &[EpochMetrics], least: f64) -> Option<usize> {
        let aware = history.iter().position(|row| row.epoch > self.float).unwrap_or(history.len());
        // If no quantisation-aware epoch suffices, an earlier one is kept.
        self.best_of(history, aware, least).or_else(|| self.best_of(&history[..aware], 0, least))
    }

    /// The index of the best epoch from `begin` on.
    fn best_of(&self, history: &[EpochMetrics], begin: usize, least: f64) -> Option<usize> {
        let counts = |at: &usize| history[*at].val_accuracy >= least && !history[*at].val_accuracy.is_nan();
        let candidates = (begin..history.len()).filter(counts);
        candidates.reduce(|best, now| {
            let is_better = self.is_better(self.score(history, begin, now), self.score(history, begin, best));
            if is_better { now } else { best }
        })
    }

    /// The averages over the window that ends with epoch `at` and starts at `begin` at the earliest.
    fn score(&self, history: &[EpochMetrics], begin: usize, at: usize) -> Score {
        let rows = &history[begin.max((at + 1).saturating_sub(self.window))..=at];
        let mean = |value: fn(&EpochMetrics) -> f64| rows.iter().map(value).sum::<f64>() / rows.len() as f64;
        Score {
            is_whole: rows.len() == self.window,
            accuracy: mean(|row| row.val_accuracy),
            loss: mean(|row| row.val_loss),
        }
    }

    /// Whether the later `now` is better than `before`.
    fn is_better(&self, now: Score, before: Score) -> bool {
        // An average over fewer epochs is more often high by chance.
        if now.is_whole != before.is_whole {
            return now.is_whole;
        }
        let is_lower = now.loss < before.loss - EQUAL || (before.loss.is_nan() && !now.loss.is_nan());
        match self.by {
            Select::Accuracy if (now.accuracy - before.accuracy).abs() < EQUAL => is_lower,
            Select::Accuracy => now.accuracy > before.accuracy,
            Select::Loss => is_lower,
            Select::Last => true,
        }
    }
}

/// The epoch with the highest validation accuracy, and of equal ones the lowest validation loss; `None` if no
/// accuracy is a number.
#[must_use]
pub fn best_of(history: &[EpochMetrics]) -> Option<EpochMetrics> {
    Selection::default().best(history)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(figures: &[(f64, f64)]) -> Vec<EpochMetrics> {
        let row = |(at, (val_accuracy, val_loss)): (usize, &(f64, f64))| EpochMetrics {
            epoch: at as u32 + 1,
            loss: 1.0,
            accuracy: 0.5,
            val_loss: *val_loss,
            val_accuracy: *val_accuracy,
            lr: 0.1,
            images_per_second: 1.0,
            seconds: 1.0,
        };
        figures.iter().enumerate().map(row).collect()
    }

    fn best(selection: Selection, figures: &[(f64, f64)]) -> Option<u32> {
        selection.best(&rows(figures)).map(|row| row.epoch)
    }

    #[test]
    fn equal_accuracies_are_broken_by_the_lower_loss_and_equal_losses_by_the_earlier_epoch() {
        let rule = Selection::default();
        assert_eq!(best(rule, &[(0.5, 1.0), (1.0, 0.4), (1.0, 0.2), (1.0, 0.3)]), Some(3));
        assert_eq!(best(rule, &[(1.0, 0.4), (1.0, 0.4), (0.9, 0.1)]), Some(1));
        assert_eq!(best(rule, &[(f64::NAN, 0.4), (0.1, f64::NAN), (0.1, 9.0)]), Some(3));
        assert_eq!(best(rule, &[(f64::NAN, 0.4)]), None);
        assert_eq!(best(rule, &[]), None);
        let by_loss = Selection { by: Select::Loss, ..rule };
        assert_eq!(best(by_loss, &[(0.5, 1.0), (1.0, 0.4), (0.9, 0.2), (1.0, 0.3)]), Some(3));
        let last = Selection { by: Select::Last, ..rule };
        assert_eq!(best(last, &[(1.0, 0.1), (0.5, 1.0)]), Some(2));
    }

    #[test]
    fn once_an_epoch_was_aware_of_quantisation_only_such_count_and_waiting_begins_anew() {
        let rule = Selection { float: 3, ..Selection::default() };
        let all = [(0.9, 0.1), (0.8, 0.2), (0.8, 0.2), (0.6, 0.5), (0.7, 0.4), (0.7, 0.4)];
        for (done, expected, waited) in [(1, 1, 0), (2, 1, 1), (3, 1, 0), (4, 4, 0), (5, 5, 0), (6, 5, 1)] {
            assert_eq!(best(rule, &all[..done]), Some(expected), "{done}");
            assert_eq!(rule.waited(&rows(&all[..done])), Some(waited), "{done}");
        }
        // The float epoch is kept if no later one may be.
        let strict = Selection { least: 0.75, ..rule };
        assert_eq!(strict.kept(&rows(&all)).map(|row| row.epoch), Some(1));
        assert!(!strict.keeps(&rows(&all)) && strict.keeps(&rows(&all[..1])));
        assert!(Selection { least: 0.95, ..rule }.kept(&rows(&all)).is_none());
    }

    #[test]
    fn with_few_validation_images_one_lucky_epoch_does_not_win() {
        let lucky = [(0.5, 1.0), (0.5, 1.0), (1.0, 0.1), (0.5, 1.0), (0.8, 0.5), (0.8, 0.5), (0.8, 0.5)];
        assert_eq!(best(Selection::default(), &lucky), Some(3));
        assert_eq!(best(Selection { window: 3, ..Selection::default() }, &lucky), Some(7));
        // Nor the first epoch, whose average is its own value.
        assert_eq!(best(Selection { window: 2, ..Selection::default() }, &[(1.0, 0.1), (0.6, 0.2)]), Some(2));
    }

    #[test]
    fn the_last_epoch_does_not_keep_early_stopping_waiting() {
        let last = Selection { by: Select::Last, ..Selection::default() };
        assert_eq!(last.waited(&rows(&[(0.5, 1.0), (0.4, 1.0), (0.3, 1.0)])), Some(2));
    }

    proptest! {
        /// The epochs saved one by one match the selection from the whole history.
        #[test]
        fn what_is_kept_on_the_way_is_the_best_in_the_end(
            figures in prop::collection::vec((0_u8..5, 0_u8..5), 1..30),
            (window, float, least, by) in (1_usize..5, 0_u32..30, 0_u8..5, 0_usize..3),
        ) {
            let figures: Vec<(f64, f64)> =
                figures.iter().map(|(a, b)| (f64::from(*a) / 4.0, f64::from(*b))).collect();
            let by = [Select::Accuracy, Select::Loss, Select::Last][by];
            let rule = Selection { by, window, float, least: f64::from(least) / 4.0 };
            let rows = rows(&figures);
            let kept = (1..=rows.len()).rfind(|done| rule.keeps(&rows[..*done]));
            prop_assert_eq!(kept, rule.kept(&rows).map(|row| row.epoch as usize));
        }
    }
}
