//! Quantises the weights of a layer, and computes the requantisation of its sums.

use super::network::{Filters, QuantParams, Requantise, Rounding};
use crate::contract::tflite::{self, Multiplier};
use crate::contract::{FRACTION_BITS, LEAST_FRACTION_BITS, Single};
use std::ops::RangeInclusive;

/// The largest absolute value of a weight.
const MAX_WEIGHT: f64 = 127.0;

/// A float layer of filters.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// Weights, output channel by output channel.
    pub weights: &'a [f64],
    /// One bias per output channel.
    pub bias: &'a [f64],
    /// Scale of the input.
    pub input_scale: f64,
    /// Zero point of the input at each weight of a filter, or one for all.
    pub zeros: &'a [i8],
    /// Mean of the input at each weight of a filter, in steps from the zero point; one set for all filters, or one
    /// set per filter.
    pub means: &'a [f64],
    /// Adjacent weights that read the same channel.
    pub taps: usize,
}

/// A sum overflows `i32`: the output scale is too fine for these weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

impl Layer<'_> {
    /// Quantises the layer for an output with `quantum`. If sums overflow even with the fewest fractional bits, the
    /// output scale is doubled until they fit.
    pub(crate) fn coarsened(&self, rounding: Rounding, quantum: &mut QuantParams) -> Filters {
        loop {
            match self.filters(rounding, *quantum) {
                Ok(filters) => return filters,
                Err(Overflow) => quantum.scale *= 2.0,
            }
        }
    }

    /// Quantises the layer for an output with `quantum`, with as many fractional bits as the sums allow.
    ///
    /// # Errors
    /// If a sum may overflow for some input.
    pub fn filters(&self, rounding: Rounding, quantum: QuantParams) -> Result<Filters, Overflow> {
        let mut shifts = (LEAST_FRACTION_BITS..=FRACTION_BITS).rev();
        shifts.find_map(|shift| self.shifted(rounding, quantum, shift).ok()).ok_or(Overflow)
    }

    fn shifted(&self, rounding: Rounding, quantum: QuantParams, shift: u32) -> Result<Filters, Overflow> {
        let one = f64::from(1 << shift);
        let fan_in = self.weights.len() / self.bias.len();
        let mut made = Filters { weights: Vec::new(), requantise: Vec::new(), scales: Vec::new(), sums: Vec::new() };
        for (o, (filter, bias)) in self.weights.chunks(fan_in).zip(self.bias).enumerate() {
            let largest = filter.iter().fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
            // Output steps per unit of the sum for a weight of 1.
            let gain = self.input_scale / quantum.scale;
            let (scale, multiplier) = match rounding {
                Rounding::Single => {
                    let multiplier = (largest / MAX_WEIGHT * gain * one).ceil().max(1.0);
                    if multiplier > f64::from(u16::MAX) {
                        return Err(Overflow);
                    }
                    (multiplier / (one * gain), multiplier)
                }
                // If the weights are close to 0, the bias limits their scale from below.
                Rounding::Tflite => {
                    let least = bias.abs() / (self.input_scale * f64::from(1 << 30));
                    ((largest / MAX_WEIGHT).max(least).max(f64::MIN_POSITIVE), 0.0)
                }
            };
            let first = made.weights.len();
            made.weights.extend(filter.chunks(self.taps).flat_map(|taps| rounded(taps, scale)));
            // Bias correction: compensates the change of the output mean due to rounding of the weights.
            let means = self.means.iter().cycle().skip(o * fan_in % self.means.len());
            let lost = filter.iter().zip(&made.weights[first..]).zip(means);
            let lost: f64 = lost.map(|((weight, byte), mean)| (weight - f64::from(*byte) * scale) * mean).sum();
            let bias = bias + lost * self.input_scale;
            let sums = self.sums(&made.weights[first..]);
            made.requantise.push(match rounding {
                Rounding::Single => {
                    let single = Single::new(multiplier as u16, bias / quantum.scale, quantum.zero, shift);
                    Requantise::Single(single.filter(|single| single.fits(&sums)).ok_or(Overflow)?)
                }
                Rounding::Tflite => {
                    let bias = (bias / (self.input_scale * scale)).round() as i64;
                    let multiplier = Multiplier::new(gain * scale);
                    let fits = |sum: i64| i32::try_from((sum + bias) << multiplier.shift.max(0)).is_ok();
                    if multiplier.shift > 30 || !fits(*sums.start()) || !fits(*sums.end()) {
                        return Err(Overflow);
                    }
                    Requantise::Tflite(tflite::Requantise { bias: bias as i32, multiplier, zero: quantum.zero })
                }
            });
            made.scales.push(scale);
            // The checks above ensure that both fit 32 bits.
            made.sums.push((*sums.start() as i32, *sums.end() as i32));
        }
        Ok(made)
    }

    /// The minimum and maximum sum of these weights over all possible inputs. Padding contributes 0, which is
    /// within the range of each weight.
    fn sums(&self, weights: &[i8]) -> RangeInclusive<i64> {
        let zeros = self.zeros.iter().cycle();
        weights.iter().zip(zeros).fold(0..=0, |sums, (weight, zero)| {
            let ends = [-128, 127].map(|q| i64::from(*weight) * (q - i64::from(*zero)));
            sums.start() + ends[0].min(ends[1])..=sums.end() + ends[0].max(ends[1])
        })
    }
}

/// Rounds `weights` to multiples of `scale` (at most ±127) such that their sum changes by at most half a step. They
/// read neighbouring pixels, which are similar, so the response to a uniform area matters most.
#[must_use]
pub fn rounded(weights: &[f64], scale: f64) -> Vec<i8> {
    let exact: Vec<f64> = weights.iter().map(|weight| weight / scale).collect();
    let mut steps: Vec<f64> = exact.iter().map(|weight| weight.round().clamp(-MAX_WEIGHT, MAX_WEIGHT)).collect();
    let mut excess = steps.iter().sum::<f64>() - exact.iter().sum::<f64>();
    while excess.abs() > 0.5 {
        // Changing the weight with the largest rounding error in that direction adds the least error.
        let way = excess.signum();
        let error = |at: &usize| way * (steps[*at] - exact[*at]);
        let free = (0..steps.len()).filter(|at| (steps[*at] - way).abs() <= MAX_WEIGHT);
        let Some(at) = free.max_by(|a, b| error(a).total_cmp(&error(b))) else { break };
        steps[at] -= way;
        excess -= way;
    }
    steps.into_iter().map(|step| step as i8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_the_real_layer_within_what_rounding_weights_costs(
            weights in prop::collection::vec(-2.0..2.0, 12), bias in prop::collection::vec(-3.0..3.0, 3),
            input in prop::collection::vec(any::<i8>(), 4), zeros in prop::collection::vec(any::<i8>(), 4),
            tflite: bool, scale in 0.001_f64..0.1, input_scale in 0.001_f64..0.1, zero: i8,
        ) {
            let layer = Layer { weights: &weights, bias: &bias, input_scale, zeros: &zeros, means: &[0.0], taps: 2 };
            let mut quantum = QuantParams { scale, zero };
            let rounding = if tflite { Rounding::Tflite } else { Rounding::Single };
            let filters = layer.coarsened(rounding, &mut quantum);
            for o in 0..3 {
                let terms = || input.iter().zip(&zeros).map(|(q, z)| i32::from(*q) - i32::from(*z));
                let row = &filters.weights[o * 4..][..4];
                let sum: i32 = row.iter().zip(terms()).map(|(w, x)| i32::from(*w) * x).sum();
                prop_assert!(filters.sums[o].0 <= sum && sum <= filters.sums[o].1);
                let real: f64 = weights[o * 4..][..4].iter().zip(terms()).map(|(w, x)| w * f64::from(x)).sum();
                let steps = (real * input_scale + bias[o]) / quantum.scale + f64::from(zero);
                let error = f64::from(filters.requantise[o].apply(sum)) - steps.clamp(-128.0, 127.0);
                let reach: f64 = terms().map(|x| f64::from(x.abs())).sum();
                // A weight may be rounded in the other direction to preserve the sum.
                let weight_error = filters.scales[o] * reach * input_scale / quantum.scale;
                // One rounding to a step; TensorFlow's has two, and rounds the bias to a unit of the sum.
                let rounding = if tflite { 1.0 + filters.scales[o] * input_scale / quantum.scale } else { 0.501 };
                prop_assert!(error.abs() <= weight_error + rounding, "{} > {} + {}", error, weight_error, rounding);
            }
        }
    }

    #[test]
    fn rounding_keeps_the_sum_of_taps() {
        assert_eq!(rounded(&[0.4; 9], 1.0).into_iter().map(i32::from).sum::<i32>(), 4);
        assert_eq!(rounded(&[127.0, 126.6, 126.6], 1.0), [127, 127, 126]);
        assert_eq!(rounded(&[-0.6, -0.6, 1.0], 1.0), [-1, 0, 1]);
        assert_eq!(rounded(&[0.5], 1.0), [1]);
    }

    #[test]
    fn what_the_weights_lose_on_average_goes_into_the_bias() {
        let layer = Layer {
            weights: &[1.0, 0.301, 0.702],
            bias: &[0.0],
            input_scale: 0.1,
            zeros: &[0],
            means: &[100.0, 90.0, 80.0],
            taps: 1,
        };
        for rounding in [Rounding::Single, Rounding::Tflite] {
            let mut quantum = QuantParams { scale: 0.25, zero: 0 };
            let filters = layer.coarsened(rounding, &mut quantum);
            let sum: i32 = filters.weights.iter().zip([100, 90, 80]).map(|(w, x)| i32::from(*w) * x).sum();
            let wanted = (100.0 + 0.301 * 90.0 + 0.702 * 80.0) * 0.1 / 0.25;
            assert!((f64::from(filters.requantise[0].apply(sum)) - wanted).abs() <= 0.51, "{wanted}");
        }
    }

    #[test]
    fn a_layer_whose_sums_may_grow_large_has_fewer_fractional_bits() {
        let shift_of = |weights: &[f64]| {
            let mut quantum = QuantParams { scale: 6.0 / 255.0, zero: -128 };
            let layer = Layer { weights, bias: &[0.0, 0.0], input_scale: 0.02, zeros: &[0], means: &[0.0], taps: 1 };
            let filters = layer.coarsened(Rounding::Single, &mut quantum);
            assert_eq!(quantum.scale, 6.0 / 255.0);
            filters
                .requantise
                .iter()
                .map(|requantise| match requantise {
                    Requantise::Single(single) => single.shift,
                    Requantise::Tflite(_) => 0,
                })
                .collect::<Vec<u32>>()
        };
        assert_eq!(shift_of(&[1.0; 18]), [16, 16]);
        // 9 · 80 · 128 · 0.02 is 78,000 steps of 6 / 255: more than 65,536, less than 131,072.
        let amplified: Vec<f64> = [1.0; 9].into_iter().chain([80.0; 9]).collect();
        assert_eq!(shift_of(&amplified), [14, 14]);
    }

    #[test]
    fn no_network_overflows_however_fine_its_output() {
        for rounding in [Rounding::Single, Rounding::Tflite] {
            for (weights, bias) in [(vec![1e6; 64], vec![1e9]), (vec![0.0; 3], vec![0.0]), (vec![1e-30; 3], vec![5.0])]
            {
                let mut quantum = QuantParams { scale: 1e-6, zero: -128 };
                let layer =
                    Layer { weights: &weights, bias: &bias, input_scale: 0.02, zeros: &[-128], means: &[0.0], taps: 1 };
                let filters = layer.coarsened(rounding, &mut quantum);
                assert!(filters.weights.iter().all(|weight| *weight >= -127));
                let whole = filters.requantise[0].apply(filters.sums[0].1);
                let real = (weights.iter().sum::<f64>() * 255.0 * 0.02 + bias[0]) / quantum.scale - 128.0;
                assert!((f64::from(whole) - real.clamp(-128.0, 127.0)).abs() <= 1.0, "{whole} {real}");
            }
        }
    }
}
