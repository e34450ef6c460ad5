//! Requantisation and softmax exactly as in the reference kernels of TensorFlow Lite
//! (`MultiplyByQuantizedMultiplier`, two roundings; gemmlowp's fixed-point primitives).

use super::single::saturate;

/// A real factor as `significand · 2^(shift − 31)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiplier {
    /// In [2³⁰, 2³¹), or 0.
    pub significand: i32,
    /// Exponent of the power of two, −31 to 30; positive values shift left.
    pub shift: i32,
}

impl Multiplier {
    /// `QuantizeMultiplier`: `real`, which is positive and finite, rounded to 31 bits; 0 below
    /// 2⁻³², the largest multiplier from 2³⁰ on.
    #[must_use]
    pub fn new(real: f64) -> Self {
        const ONE: i64 = 1 << 31;
        let (fraction, mut shift) = fraction_and_exponent(real);
        let mut significand = (fraction * ONE as f64).round() as i64;
        if significand == ONE {
            significand /= 2;
            shift += 1;
        }
        if shift < -31 {
            return Self { significand: 0, shift: 0 };
        }
        if shift > 30 {
            return Self { significand: i32::MAX, shift: 30 };
        }
        // Below 2³¹ by the step above.
        Self { significand: significand as i32, shift }
    }

    /// `MultiplyByQuantizedMultiplier`: `value` times the factor, rounded twice.
    #[must_use]
    pub const fn apply(self, value: i32) -> i32 {
        let (left, right) = if self.shift > 0 { (self.shift, 0) } else { (0, -self.shift) };
        rounding_divide_by_power_of_two(
            doubling_high_multiply(value.wrapping_shl(left as u32), self.significand),
            right,
        )
    }
}

/// `frexp`: a fraction in [½, 1) and the power of two it is multiplied by; zero, negative and
/// endless numbers count as 0.
fn fraction_and_exponent(real: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff << 52;
    if !(real.is_normal() && real > 0.0) {
        return (0.0, 0);
    }
    let bits = real.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as i32 - 1_022;
    (f64::from_bits((bits & !EXPONENT) | (1_022 << 52)), exponent)
}

/// `SaturatingRoundingDoublingHighMul`: the upper half of twice the product, rounded to nearest,
/// halves away from zero.
#[must_use]
pub const fn doubling_high_multiply(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    let product = a as i64 * b as i64;
    let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
    ((product + nudge) / (1 << 31)) as i32
}

/// `RoundingDivideByPOT`: `value / 2^exponent`, rounded to nearest, halves away from zero;
/// `exponent` is 0 to 31.
#[must_use]
pub const fn rounding_divide_by_power_of_two(value: i32, exponent: i32) -> i32 {
    let mask = ((1_i64 << exponent) - 1) as i32;
    let remainder = value & mask;
    let threshold = (mask >> 1) + if value < 0 { 1 } else { 0 };
    (value >> exponent) + if remainder > threshold { 1 } else { 0 }
}

/// From a sum of products to a byte: one output channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requantise {
    /// Added to the sum.
    pub bias: i32,
    /// Output steps in one unit of the sum.
    pub multiplier: Multiplier,
    /// Zero point of the output.
    pub zero: i8,
}

impl Requantise {
    /// The output byte for `sum`. If the output range equals that of the activation (ReLU and ReLU6),
    /// saturation is the activation.
    #[must_use]
    pub const fn apply(self, sum: i32) -> i8 {
        let scaled = self.multiplier.apply(sum.wrapping_add(self.bias));
        saturate(scaled.saturating_add(self.zero as i32))
    }
}

/// Softmax of int8 scores with step `scale`: probabilities in 1/256 with zero point −128. As
/// TensorFlow Lite computes it: a table of `exp` in single precision, and halves away from zero.
#[must_use]
pub fn softmax(scores: &[i8], scale: f32) -> Vec<i8> {
    let largest = scores.iter().copied().max().unwrap_or_default();
    let power = |score: i8| (-scale * (f32::from(largest) - f32::from(score))).exp();
    let sum = scores.iter().fold(0.0, |sum, score| sum + power(*score));
    let inverse = 1.0 / (sum * (1.0 / 256.0));
    scores.iter().map(|score| saturate((power(*score) * inverse).round() as i32 - 128)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn factors_are_normalised() {
        let parts = |real| {
            let multiplier = Multiplier::new(real);
            (multiplier.significand, multiplier.shift)
        };
        assert_eq!(parts(1.0), (1 << 30, 1));
        assert_eq!(parts(0.5), (1 << 30, 0));
        assert_eq!(parts(0.75), (3 << 29, 0));
        assert_eq!(parts(0.003), (1_649_267_442, -8));
        assert_eq!(parts(1.0 - 1e-15), (1 << 30, 1), "rounded up to the next power of two");
        assert_eq!(parts(1e-12), (0, 0));
        assert_eq!(parts(0.0), (0, 0));
        assert_eq!(parts(1e12), (i32::MAX, 30));
    }

    #[test]
    fn halves_go_away_from_zero_and_twice() {
        assert_eq!([-3, -1, 1, 3].map(|x| rounding_divide_by_power_of_two(x, 1)), [-2, -1, 1, 2]);
        assert_eq!([-5, -6, -7, 5, 6, 7].map(|x| rounding_divide_by_power_of_two(x, 2)), [-1, -2, -2, 1, 2, 2]);
        assert_eq!(rounding_divide_by_power_of_two(i32::MIN, 31), -1);
        assert_eq!(doubling_high_multiply(i32::MIN, i32::MIN), i32::MAX);
        assert_eq!(doubling_high_multiply(3, 1 << 30), 2);
        assert_eq!(doubling_high_multiply(-3, 1 << 30), -1, "halves of negative products go up");
        // 0.4375 · 1 becomes a half and then 1.
        let twice = Multiplier { significand: 0x7000_0000, shift: -1 };
        assert_eq!(twice.apply(1), 1);
    }

    proptest! {
        #[test]
        fn a_product_is_near_the_real_one(real in 1e-6..2.0, value in -1_000_000_i32..1_000_000) {
            let error = f64::from(Multiplier::new(real).apply(value)) - f64::from(value) * real;
            prop_assert!(error.abs() <= 1.0 + 1e-3, "{}", error);
        }
    }

    #[test]
    fn probabilities_add_up_to_nearly_1() {
        for scores in [vec![0_i8; 5], vec![-128, 127], vec![10, 20, 30, 40], vec![-7]] {
            let sum: i32 = softmax(&scores, 0.05).iter().map(|p| i32::from(*p) + 128).sum();
            assert!((sum - 256).abs() <= scores.len() as i32, "{scores:?}: {sum}");
        }
    }
}
