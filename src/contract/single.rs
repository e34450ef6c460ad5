//! Requantisation with one rounding.

use std::ops::RangeInclusive;

/// Fractional bits of a product: the upper half of 32 bits is the result, which AVR and the packing instructions of
/// DSP cores extract at no cost.
pub const FRACTION_BITS: u32 = 16;
/// The minimum number of fractional bits, for layers with large accumulators.
pub const LEAST_FRACTION_BITS: u32 = 8;
/// 1 in the fixed-point format of an offset: one output step.
pub const ONE: i32 = 1 << FRACTION_BITS;
/// 0.5 in this format.
const HALF: i32 = ONE / 2;

/// Saturates `value` to the range of a byte.
#[must_use]
pub const fn saturate(value: i32) -> i8 {
    if value < -128 {
        -128
    } else if value > 127 {
        127
    } else {
        value as i8
    }
}

/// Requantisation of one output channel: `sat8((sum · multiplier + offset) >> shift)` with an arithmetic shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Single {
    /// Output steps per unit of the accumulator, in 2⁻ˢʰⁱᶠᵗ; at least 1.
    pub multiplier: u16,
    /// Zero point, bias and the rounding constant, in 2⁻ˢʰⁱᶠᵗ of an output step.
    pub offset: i32,
    /// Fractional bits, equal in all channels of a layer: [`FRACTION_BITS`], or as many as the largest accumulator
    /// allows, at least [`LEAST_FRACTION_BITS`].
    pub shift: u32,
}

impl Single {
    /// Adds `bias` (in output steps) and the zero point to `sum · multiplier / 2ˢʰⁱᶠᵗ`, rounding
    /// to nearest, halves up. `None` if the bias does not fit.
    #[must_use]
    pub fn new(multiplier: u16, bias: f64, zero: i8, shift: u32) -> Option<Self> {
        let bias = (bias * f64::from(1_u32 << shift)).round();
        if bias.is_nan() || bias.abs() >= 2_147_483_648.0 {
            return None;
        }
        let offset = bias as i64 + (i64::from(zero) << shift) + (1 << (shift - 1));
        Some(Self { multiplier, offset: i32::try_from(offset).ok()?, shift })
    }

    /// Whether no intermediate value leaves the range of 32 bits for accumulators in `sums`, with bytes as they are
    /// or, as in generated code, with 128 added.
    #[must_use]
    pub fn fits(self, sums: &RangeInclusive<i64>) -> bool {
        let whole = |sum: i64| sum.checked_mul(i64::from(self.multiplier))?.checked_add(i64::from(self.offset));
        let inside =
            |sum: i64| i32::try_from(sum).is_ok() && whole(sum).is_some_and(|product| self.is_representable(product));
        inside(*sums.start()) && inside(*sums.end())
    }

    fn is_representable(self, product: i64) -> bool {
        i32::try_from(product).is_ok() && i32::try_from(product + (128 << self.shift)).is_ok()
    }

    /// The output byte for `sum`.
    #[must_use]
    pub const fn apply(self, sum: i32) -> i8 {
        saturate(sum.wrapping_mul(self.multiplier as i32).wrapping_add(self.offset) >> self.shift)
    }
}

/// Requantised mean of many values: their sum, shifted right (halves up) so that the multiplier keeps enough bits,
/// then [`Single`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mean {
    /// Right shift of the sum; 0 for maps of up to 4,096 pixels.
    pub shift: u32,
    /// Requantisation of the shifted sum.
    pub single: Single,
}

impl Mean {
    /// Up to this many values are summed without a shift.
    const EXACT: usize = 4_096;
    /// The maximum number of values: 255 times as many fit 31 bits.
    pub const MAX_VALUES: usize = 1 << 23;

    /// The right shift for the sum of `count` values.
    #[must_use]
    pub const fn shift_for(count: usize) -> u32 {
        let blocks = count.div_ceil(Self::EXACT);
        blocks.next_power_of_two().trailing_zeros()
    }

    /// The output byte for `sum`, of values with their zero point subtracted.
    #[must_use]
    pub const fn apply(self, sum: i32) -> i8 {
        let half = (1 << self.shift) >> 1;
        self.single.apply(sum.wrapping_add(half) >> self.shift)
    }
}

/// Requantised sum of two values with different scales: `sat8((a · m₀ + b · m₁ + offset) >> 16)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// Output steps per step of each operand, in 2⁻¹⁶.
    pub multipliers: [u16; 2],
    /// Zero point of the output and the rounding constant, in 2⁻¹⁶.
    pub offset: i32,
}

impl Sum {
    /// For operands whose steps are `ratios` output steps, and an output with this zero point. `None` if a ratio is
    /// negative or at least 1.
    #[must_use]
    pub fn new(ratios: [f64; 2], zero: i8) -> Option<Self> {
        let fixed = ratios.map(|ratio| (ratio * f64::from(ONE)).round());
        if fixed.iter().any(|m| !(0.0..=f64::from(u16::MAX)).contains(m)) {
            return None;
        }
        // ±128 · 65,536 and a half: never beyond i32. Two operands add at most 2 · 255 · 65,535.
        let offset = (i32::from(zero) << FRACTION_BITS) + HALF;
        Some(Self { multipliers: fixed.map(|m| m as u16), offset })
    }

    /// The byte for two values (−255 to 255) whose zero points are subtracted.
    #[must_use]
    pub const fn apply(self, values: [i32; 2]) -> i8 {
        let [first, second] = self.multipliers;
        let sum = values[0].wrapping_mul(first as i32).wrapping_add(values[1].wrapping_mul(second as i32));
        saturate(sum.wrapping_add(self.offset) >> FRACTION_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_up_and_bytes_saturate() {
        let half = Single::new(32_768, 0.0, 0, 16).unwrap();
        assert_eq!([-3, -2, -1, 0, 1, 2, 3].map(|sum| half.apply(sum)), [-1, -1, 0, 0, 1, 1, 2]);
        let single = Single::new(65_535, 0.0, -128, 16).unwrap();
        assert_eq!([-1_000, 0, 1, 300, 30_000].map(|sum| single.apply(sum)), [-128, -128, -127, 127, 127]);
        assert_eq!([-200, -128, 127, 128].map(saturate), [-128, -128, 127, 127]);
    }

    #[test]
    fn a_bias_that_does_not_fit_is_refused() {
        assert!(Single::new(1, 32_767.0, 0, 16).is_some());
        assert!(Single::new(1, 32_768.0, 0, 16).is_none());
        assert!(Single::new(1, 32_768.0, 0, 15).is_some());
        assert!(Single::new(1, -40_000.0, 0, 16).is_none());
        assert!(Single::new(1, f64::NAN, 0, 16).is_none());
        assert!(Sum::new([1.0, 0.5], 0).is_none());
    }

    proptest! {
        #[test]
        fn what_fits_is_the_real_value_rounded_once(
            multiplier in 1_u16.., bias in -300.0..300.0, zero: i8, sum in -600_000_i32..600_000,
            shift in LEAST_FRACTION_BITS..=FRACTION_BITS,
        ) {
            let single = Single::new(multiplier, bias, zero, shift).unwrap();
            if single.fits(&(i64::from(sum)..=i64::from(sum))) {
                let unit = 1.0 / f64::from(1 << shift);
                let real = f64::from(sum) * f64::from(multiplier) * unit + bias + f64::from(zero);
                let error = f64::from(single.apply(sum)) - real.clamp(-128.0, 127.0);
                prop_assert!(error.abs() <= 0.5 + 0.5 * unit + 1e-9, "{}", error);
            }
        }

        #[test]
        fn a_mean_is_within_a_step_of_the_real_one(count in 1_usize..20_000, value in -255_i32..=255, zero: i8) {
            let shift = Mean::shift_for(count);
            let multiplier = (65_536.0 * f64::from(1 << shift) / count as f64).floor().min(65_535.0);
            let single = Single::new(multiplier as u16, 0.0, zero, FRACTION_BITS).unwrap();
            let sum = value * count as i32;
            let scale = multiplier / 65_536.0 / f64::from(1 << shift);
            let real = (f64::from(sum) * scale + f64::from(zero)).clamp(-128.0, 127.0);
            let error = f64::from(Mean { shift, single }.apply(sum)) - real;
            // Halving the shifted sum costs at most half a unit of it.
            let halving = if shift > 0 { 0.5 * multiplier / 65_536.0 } else { 0.0 };
            prop_assert!(error.abs() <= 0.5 + halving + 1e-9, "{}", error);
        }

        #[test]
        fn a_sum_is_the_real_one_within_a_fraction_of_a_step(
            ratios in prop::array::uniform2(0.001..0.999), values in prop::array::uniform2(-255_i32..=255), zero: i8,
        ) {
            let real = f64::from(values[0]) * ratios[0] + f64::from(values[1]) * ratios[1] + f64::from(zero);
            let error = f64::from(Sum::new(ratios, zero).unwrap().apply(values)) - real.clamp(-128.0, 127.0);
            // Each multiplier is off by at most 2⁻¹⁷.
            prop_assert!(error.abs() <= 0.5 + 2.0 * 255.0 / 131_072.0, "{}", error);
        }
    }
}
