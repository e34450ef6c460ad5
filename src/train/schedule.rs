//! Learning-rate schedules.

use crate::config::{Schedule, Train};

/// Initial learning rate of one_cycle, as a fraction of the peak.
const ONE_CYCLE_START: f64 = 1.0 / 25.0;
/// Final learning rate of one_cycle, as a fraction of the peak.
const ONE_CYCLE_END: f64 = 1.0 / 250_000.0;
/// Fraction of epochs in which one_cycle rises, if no warm-up is given.
const ONE_CYCLE_RISE: f64 = 0.3;

/// The learning rate after `done` of `epochs` epochs; a fraction of `done` counts the steps of the current epoch.
#[must_use]
pub fn learning_rate(train: &Train, epochs: u32, done: f64) -> f64 {
    let peak = train.learning_rate;
    let epochs = f64::from(epochs);
    let warmup = train.warmup.min(epochs);
    match train.schedule {
        Schedule::OneCycle => {
            let rise = if warmup > 0.0 { warmup } else { ONE_CYCLE_RISE * epochs };
            if done < rise {
                between(peak * ONE_CYCLE_START, peak, done / rise)
            } else {
                between(
                    peak,
                    peak * train.final_rate.max(ONE_CYCLE_END),
                    (done - rise) / (epochs - rise).max(f64::MIN_POSITIVE),
                )
            }
        }
        _ if done < warmup => peak * done / warmup,
        Schedule::Constant => peak,
        Schedule::Cosine => {
            between(peak, peak * train.final_rate, (done - warmup) / (epochs - warmup).max(f64::MIN_POSITIVE))
        }
    }
}

/// Cosine interpolation between `from` and `to`.
fn between(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (std::f64::consts::PI * share.clamp(0.0, 1.0)).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(schedule: Schedule, warmup: f64, done: f64) -> f64 {
        learning_rate(&Train { learning_rate: 1.0, schedule, warmup, ..Train::default() }, 10, done)
    }

    #[test]
    fn schedules_pass_through_their_marks() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(rate(Schedule::Constant, 0.0, 9.9), 1.0);
        close(rate(Schedule::Constant, 2.0, 1.0), 0.5);
        close(rate(Schedule::Cosine, 0.0, 0.0), 1.0);
        close(rate(Schedule::Cosine, 0.0, 5.0), 0.5);
        close(rate(Schedule::Cosine, 2.0, 6.0), 0.5);
        close(rate(Schedule::Cosine, 0.0, 10.0), 0.0);
        close(rate(Schedule::OneCycle, 0.0, 0.0), 0.04);
        close(rate(Schedule::OneCycle, 0.0, 3.0), 1.0);
        close(rate(Schedule::OneCycle, 0.0, 10.0), 4e-6);
    }

    #[test]
    fn a_share_of_the_rate_is_left_where_that_is_asked_for() {
        for schedule in [Schedule::Cosine, Schedule::OneCycle] {
            let train = Train { learning_rate: 2.0, schedule, final_rate: 0.25, ..Train::default() };
            assert!((learning_rate(&train, 10, 10.0) - 0.5).abs() < 1e-9, "{schedule:?}");
            assert!((learning_rate(&train, 10, 3.0) - 2.0).abs() < 0.4, "{schedule:?}");
        }
    }

    #[test]
    fn no_schedule_leaves_its_range_whatever_the_warm_up() {
        for schedule in [Schedule::Constant, Schedule::Cosine, Schedule::OneCycle] {
            for warmup in [0.0, 0.5, 10.0, 99.0] {
                for step in 0..=100 {
                    let rate = rate(schedule, warmup, f64::from(step) / 10.0);
                    assert!((0.0..=1.0).contains(&rate), "{schedule:?} {warmup} {step}: {rate}");
                }
            }
        }
    }
}
