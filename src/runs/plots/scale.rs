//! Scales of plots: ranges, ticks, and thinning of curves to the resolution of a screen.

use crate::text::fixed;

/// Curves are thinned to this many points.
pub(super) const MAX_POINTS: usize = 1000;

/// About `count` ticks from `lo` to `hi`, at steps of 1, 2 or 5 times a power of ten of at least `least`.
/// `lo < hi`, both finite.
#[must_use]
pub fn ticks(lo: f64, hi: f64, count: usize, least: f64) -> (Vec<f64>, f64) {
    let rough = ((hi - lo) / count.max(1) as f64).max(least).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
    let first = (lo / step - 1e-9).ceil();
    let ticks = (0..=count * 2).map(|i| (first + i as f64) * step).take_while(|tick| *tick <= hi + step * 1e-9);
    (ticks.collect(), step)
}

/// A tick label with enough digits to differ from its neighbour, `step` away.
#[must_use]
pub fn label(tick: f64, step: f64) -> String {
    if tick != 0.0 && (tick.abs() >= 1e5 || step < 1e-4) {
        return format!("{tick:.1e}");
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    fixed(tick, decimals)
}

/// Range of losses, with margins. A few losses far above all others (of first epochs, or of failures) do not flatten
/// the rest: the range then ends above the others.
#[must_use]
pub fn loss_range(losses: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut losses: Vec<f64> = losses.filter(|loss| loss.is_finite() && *loss >= 0.0).collect();
    losses.sort_by(f64::total_cmp);
    let (Some(&least), Some(&largest)) = (losses.first(), losses.last()) else { return (0.0, 1.0) };
    let usual = losses[(losses.len() - 1) * 9 / 10];
    let spread = (usual - least).max(0.5 * usual);
    // With few epochs the first is not an outlier.
    let towers = if losses.len() < 20 { largest > 10.0 * usual } else { largest > usual + 2.0 * spread };
    let top = if towers && usual > 0.0 { usual + spread } else { largest };
    if top <= least {
        // A single value is drawn in the middle.
        return if least > 0.0 { (0.5 * least, (1.5 * least).min(f64::MAX)) } else { (0.0, 1.0) };
    }
    let room = 0.05 * (top - least);
    ((least - room).max(0.0), (top + room).min(f64::MAX))
}

/// From 0 to a little above the largest learning rate.
#[must_use]
pub fn rate_range(rates: impl Iterator<Item = f64>) -> (f64, f64) {
    let largest = rates.filter(|rate| rate.is_finite()).fold(0.0, f64::max);
    (0.0, if largest > 0.0 { (largest * 1.05).min(f64::MAX) } else { 1.0 })
}

/// Range of accuracies in multiples of 0.1, at least 0.2 wide.
#[must_use]
pub fn accuracy_range(shares: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut range: Option<(f64, f64)> = None;
    for share in shares.filter(|share| share.is_finite()) {
        let share = share.clamp(0.0, 1.0);
        let (lo, hi) = range.unwrap_or((share, share));
        range = Some((lo.min(share), hi.max(share)));
    }
    let (lo, hi) = range.unwrap_or((0.0, 1.0));
    let (mut lo, mut hi) = ((lo * 10.0 + 1e-9).floor(), (hi * 10.0 - 1e-9).ceil());
    if hi - lo < 2.0 {
        lo = (hi - 2.0).max(0.0);
        hi = lo + 2.0;
    }
    (lo / 10.0, hi / 10.0)
}

/// A curve as segments of (epoch, value): values that are not finite leave a gap. Of neighbours on the same pixel only
/// the lowest and the highest are kept.
#[must_use]
pub fn stretches(points: impl ExactSizeIterator<Item = (u32, f64)>) -> Vec<Vec<(f64, f64)>> {
    let bucket = points.len().div_ceil(MAX_POINTS / 2).max(1);
    let mut stretches: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    let all: Vec<(u32, f64)> = points.collect();
    for (at, neighbours) in all.chunks(bucket).enumerate() {
        let mut kept: Vec<(u32, f64)> = neighbours.iter().copied().filter(|(_, value)| value.is_finite()).collect();
        if bucket > 2 && kept.len() > 2 {
            let by_value = |a: &&(u32, f64), b: &&(u32, f64)| a.1.total_cmp(&b.1);
            let (lowest, highest) = (kept.iter().min_by(by_value).copied(), kept.iter().max_by(by_value).copied());
            let (first, last) = (kept[0], kept[kept.len() - 1]);
            kept = lowest.into_iter().chain(highest).collect();
            // The ends of the whole curve are kept.
            if at == 0 {
                kept.insert(0, first);
            } else if (at + 1) * bucket >= all.len() {
                kept.push(last);
            }
            kept.sort_by_key(|(epoch, _)| *epoch);
            kept.dedup();
        }
        let gap = if bucket == 1 { kept.is_empty() } else { kept.is_empty() && !neighbours.is_empty() };
        if gap {
            stretches.push(Vec::new());
        } else if let Some(stretch) = stretches.last_mut() {
            stretch.extend(kept.into_iter().map(|(epoch, value)| (f64::from(epoch), value)));
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn losses_fill_their_axis_and_a_few_large_ones_do_not_flatten_the_rest() {
        let falling = |at: u32| 0.3 + 2.0 * (-f64::from(at) / 20.0).exp();
        let (lo, hi) = loss_range((0..100).map(falling));
        assert!(lo > 0.15 && lo < 0.31 && hi > 2.3 && hi < 2.5, "{lo} {hi}");
        // The first epochs of a training at a high rate.
        let (lo, hi) = loss_range([40.0, 9.0].into_iter().chain((0..100).map(falling)));
        assert!(lo > 0.15 && hi < 4.0, "{lo} {hi}");
        let (lo, hi) = loss_range((0..50).map(|at| 1.0 + f64::from(at % 7) / 100.0));
        assert!(lo > 0.98 && hi < 1.08, "{lo} {hi}");
        assert_eq!(loss_range([2.0, 2.0].into_iter()), (1.0, 3.0));
        assert_eq!(loss_range([0.0, f64::NAN].into_iter()), (0.0, 1.0));
        assert_eq!(rate_range([0.1, f64::NAN].into_iter()), (0.0, 0.1 * 1.05));
        assert_eq!(rate_range([].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn ticks_are_round_and_labels_short() {
        let shown = |lo, hi, least| {
            let (ticks, step) = ticks(lo, hi, 6, least);
            ticks.iter().map(|tick| label(*tick, step)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(0.0, 1.7, 0.0), "0.0 0.5 1.0 1.5");
        assert_eq!(shown(1.0, 60.0, 1.0), "10 20 30 40 50 60");
        assert_eq!(shown(1.0, 3.0, 1.0), "1 2 3");
        assert_eq!(shown(0.0, 0.012, 0.0), "0.000 0.002 0.004 0.006 0.008 0.010 0.012");
        assert_eq!(shown(1.0, 100_000.0, 1.0), "20000 40000 60000 80000 1.0e5");
    }

    #[test]
    fn one_wild_loss_does_not_flatten_the_rest() {
        let losses = (0..40).map(|epoch| if epoch == 0 { 1e9 } else { 1.0 });
        assert!(loss_range(losses).1 < 1.6);
        assert!((loss_range([2.0, 1.0, f64::NAN, f64::INFINITY].into_iter()).1 - 2.05).abs() < 1e-9);
        assert_eq!(loss_range([f64::NAN].into_iter()), (0.0, 1.0));
        assert_eq!(loss_range([0.0].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn accuracies_are_framed_by_tenths() {
        assert_eq!(accuracy_range([0.43, 0.78].into_iter()), (0.4, 0.8));
        assert_eq!(accuracy_range([1.0].into_iter()), (0.8, 1.0));
        assert_eq!(accuracy_range([0.0].into_iter()), (0.0, 0.2));
        assert_eq!(accuracy_range([].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn values_that_are_no_numbers_leave_gaps() {
        let values = [1.0, f64::NAN, 2.0, 3.0, f64::INFINITY];
        let found = stretches(values.iter().enumerate().map(|(at, value)| (at as u32, *value)));
        assert_eq!(found, [vec![(0.0, 1.0)], vec![(2.0, 2.0), (3.0, 3.0)]]);
    }

    #[test]
    fn a_hundred_thousand_epochs_become_a_thousand_points_and_keep_ends_and_spikes() {
        let value = |epoch: u32| if epoch == 54_321 { 99.0 } else { f64::from(epoch % 7) };
        let found = stretches((1..100_001_u32).collect::<Vec<_>>().into_iter().map(|epoch| (epoch, value(epoch))));
        let [all] = &found[..] else { panic!("one stretch") };
        assert!(all.len() <= MAX_POINTS + 2, "{}", all.len());
        assert_eq!((all[0].0, all[all.len() - 1].0), (1.0, 100_000.0));
        assert!(all.contains(&(54_321.0, 99.0)));
        assert!(all.is_sorted_by(|a, b| a.0 < b.0));
    }

    proptest! {
        #[test]
        fn there_are_always_a_few_ticks(lo in -1e6_f64..1e6, span in 1e-6_f64..1e9, count in 5_usize..12) {
            let (ticks, _) = ticks(lo, lo + span, count, 0.0);
            prop_assert!(ticks.len() <= count + 1 && ticks.len() >= 2, "{:?}", ticks);
            prop_assert!(ticks.iter().all(|tick| *tick >= lo - span * 1e-6 && *tick <= lo + span * 1.000_001));
        }
    }
}
