//! Histogram of the values of a feature map, and selection of its quantisation range.

/// Bins on each side of 0.
const HALF: usize = 2_048;
/// Exponent of the smallest bin width, a power of 2.
const FINEST: i32 = -40;

/// Rule that selects a range from a histogram. Every range includes 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RangeRule {
    /// From minimum to maximum.
    MinMax,
    /// The range that contains this fraction (0 to 1) of the values; equally many are clipped on each side.
    Percentile(f64),
    /// The fraction of the full range with the smallest mean squared error of rounding and saturation.
    Mse,
}

/// Histogram with bins whose width is a power of two and doubles when a value does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Counts; bin i starts at (i − 2,048) · 2^exponent.
    bins: Vec<u64>,
    exponent: i32,
    least: f64,
    largest: f64,
    finite: bool,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { bins: vec![0; 2 * HALF], exponent: FINEST, least: 0.0, largest: 0.0, finite: true }
    }
}

impl Histogram {
    /// Adds `values`.
    pub fn add(&mut self, values: &[f32]) {
        let fold = |f: fn(f32, f32) -> f32| values.iter().copied().fold(0.0, f);
        let (least, largest) = (fold(f32::min), fold(f32::max));
        self.finite &= values.iter().all(|value| value.is_finite());
        if !self.finite {
            return;
        }
        self.least = self.least.min(f64::from(least));
        self.largest = self.largest.max(f64::from(largest));
        let reach = f64::from(largest.max(-least));
        let mut exponent = self.exponent;
        while reach >= HALF as f64 * 2_f64.powi(exponent) {
            exponent += 1;
        }
        self.coarsen(exponent);
        let bins_per_unit = 2_f64.powi(-self.exponent);
        for value in values {
            // `reach` is below the end of the last bin, and the first bin starts at its negative.
            let bin = (f64::from(*value) * bins_per_unit).floor() as i64 + HALF as i64;
            self.bins[bin.clamp(0, 2 * HALF as i64 - 1) as usize] += 1;
        }
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        let exponent = self.exponent.max(other.exponent);
        self.coarsen(exponent);
        let mut other = other.clone();
        other.coarsen(exponent);
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            *bin += more;
        }
        self.least = self.least.min(other.least);
        self.largest = self.largest.max(other.largest);
        self.finite &= other.finite;
    }

    /// Widens the bins to 2^`exponent`.
    fn coarsen(&mut self, exponent: i32) {
        let wider = (exponent - self.exponent).clamp(0, 62) as u32;
        if wider == 0 {
            return;
        }
        let mut bins = vec![0; 2 * HALF];
        for (index, count) in self.bins.iter().enumerate().filter(|(_, count)| **count > 0) {
            let bin = ((index as i64 - HALF as i64) >> wider) + HALF as i64;
            bins[bin as usize] += count;
        }
        self.bins = bins;
        self.exponent = exponent;
    }

    /// Whether all values were finite.
    #[must_use]
    pub const fn is_finite(&self) -> bool {
        self.finite
    }

    /// Whether no values were added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.finite && self.bins.iter().all(|count| *count == 0)
    }

    /// The range selected by `rule`; its lower end is at most 0, its upper end at least 0.
    #[must_use]
    pub fn range(&self, rule: RangeRule) -> (f64, f64) {
        let whole = (self.least, self.largest);
        match rule {
            RangeRule::MinMax => whole,
            RangeRule::Percentile(share) => self.percentile(share),
            RangeRule::Mse => {
                let parts = (0..=60).map(|step| 1.0 - f64::from(step) / 80.0);
                let candidates = parts.map(|part| (whole.0 * part, whole.1 * part));
                let rated = candidates.map(|range| (self.squared_error(range), range));
                rated.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(whole, |(_, range)| range)
            }
        }
    }

    fn percentile(&self, share: f64) -> (f64, f64) {
        let all: u64 = self.bins.iter().sum();
        let beyond = (all as f64 * (1.0 - share.clamp(0.0, 1.0)) / 2.0) as u64;
        let bins = self.bins.as_slice();
        let low = passed(bins.iter(), beyond) as f64 - HALF as f64;
        let high = HALF as f64 - passed(bins.iter().rev(), beyond) as f64;
        let width = 2_f64.powi(self.exponent);
        let (low, high) = (low * width, high * width);
        (low.clamp(self.least, 0.0), high.clamp(0.0, self.largest))
    }

    /// The sum of squared errors of bytes spanning `range`: a twelfth of a squared step per value inside, the
    /// squared distance per value outside.
    fn squared_error(&self, (low, high): (f64, f64)) -> f64 {
        let width = 2_f64.powi(self.exponent);
        let rounding = ((high - low) / 255.0).powi(2) / 12.0;
        let bins = self.bins.iter().enumerate().filter(|(_, count)| **count > 0);
        bins.map(|(index, count)| {
            let centre = (index as f64 - HALF as f64 + 0.5) * width;
            let beyond = (centre - high).max(low - centre).max(0.0);
            *count as f64 * if beyond > width { beyond * beyond } else { rounding }
        })
        .sum()
    }
}

/// The number of leading bins with at most `beyond` values together; [`HALF`] if that holds for all.
fn passed<'a>(mut counts: impl Iterator<Item = &'a u64>, beyond: u64) -> usize {
    let mut seen = 0;
    let inside = |count: &u64| {
        seen += count;
        seen > beyond
    };
    counts.position(inside).unwrap_or(HALF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(values: &[f32]) -> Histogram {
        let mut histogram = Histogram::default();
        histogram.add(values);
        histogram
    }

    #[test]
    fn each_rule_finds_its_range() {
        let mut values: Vec<f32> = (0..10_000).map(|i| i as f32 / 10_000.0).collect();
        values.push(50.0);
        let histogram = histogram(&values);
        assert_eq!(histogram.range(RangeRule::MinMax), (0.0, 50.0));
        let (low, high) = histogram.range(RangeRule::Percentile(0.998));
        assert!(low == 0.0 && (0.95..1.05).contains(&high), "{low} {high}");
        let (_, high) = histogram.range(RangeRule::Mse);
        assert!(high < 50.0, "one value far off is not worth {high}");
    }

    #[test]
    fn the_mse_rule_keeps_the_whole_range_of_what_is_spread_evenly() {
        let values: Vec<f32> = (-5_000..=5_000).map(|i| i as f32 / 1_000.0).collect();
        let (low, high) = histogram(&values).range(RangeRule::Mse);
        assert!(low < -4.8 && high > 4.8, "{low} {high}");
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        assert_eq!(histogram(&[]).range(RangeRule::Percentile(0.99)), (0.0, 0.0));
        assert_eq!(histogram(&[0.0; 9]).range(RangeRule::Mse), (0.0, 0.0));
        assert!(!histogram(&[f32::NAN]).is_finite());
        assert!(!histogram(&[f32::INFINITY]).is_finite());
    }

    proptest! {
        #[test]
        fn merging_counts_as_one_pass_does(
            first in prop::collection::vec(-100.0_f32..100.0, 0..50), second in prop::collection::vec(-1.0_f32..1.0, 0..50),
        ) {
            let mut merged = histogram(&second);
            merged.merge(&histogram(&first));
            let mut whole = histogram(&first);
            whole.add(&second);
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(whole.bins.iter().sum::<u64>(), (first.len() + second.len()) as u64);
            for rule in [RangeRule::MinMax, RangeRule::Percentile(0.9), RangeRule::Mse] {
                let (low, high) = whole.range(rule);
                prop_assert!(whole.least <= low && low <= 0.0 && 0.0 <= high && high <= whole.largest);
            }
        }
    }
}
