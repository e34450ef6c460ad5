//! Gates of squeeze-and-excitation: sigmoid by lookup table, and the product with a feature map.

use super::single::{FRACTION_BITS, saturate};

/// Number of entries of a sigmoid table.
pub const TABLE: usize = 256;
/// The value of a gate of 1; the largest value in a table is one less.
pub const GATE_ONE: f64 = 256.0;

/// Sigmoid table: σ(x) = 1 / (1 + e⁻ˣ) for x = `scale` · q, in 1/256, rounded, at most 255; entry q + 128 belongs to
/// the byte q. The table is stored with the network, so that results do not depend on an implementation of `exp`.
#[must_use]
pub fn sigmoid_table(scale: f64) -> [u8; TABLE] {
    std::array::from_fn(|index| {
        let x = (index as f64 - 128.0) * scale;
        (GATE_ONE / (1.0 + (-x).exp())).round().min(255.0) as u8
    })
}

/// The gate of byte `q`.
#[must_use]
pub const fn gate(table: &[u8; TABLE], q: i8) -> u8 {
    table[(q as i32 + 128) as usize]
}

/// Product of a value and a gate: `sat8((value · (gate · multiplier) + offset) >> 16)`. The inner product is computed
/// once per channel and image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiply {
    /// Output steps per 1/256 of an input step, in 2⁻¹⁶; from 1 to [`MAX_MULTIPLIER`](Self::MAX_MULTIPLIER).
    pub multiplier: u16,
    /// Zero point of the output and the half that rounds, in 2⁻¹⁶.
    pub offset: i32,
}

impl Multiply {
    /// The maximum multiplier: 255 · 255 times as much plus an offset of 128 steps stays within 31 bits.
    pub const MAX_MULTIPLIER: u16 = 32_000;

    /// For an output with this zero point.
    #[must_use]
    pub const fn new(multiplier: u16, zero: i8) -> Self {
        Self { multiplier, offset: ((zero as i32) << FRACTION_BITS) + (1 << (FRACTION_BITS - 1)) }
    }

    /// The output byte for `value` (−255 to 255), whose zero point is subtracted.
    #[must_use]
    pub const fn apply(self, value: i32, gate: u8) -> i8 {
        let factor = gate as i32 * self.multiplier as i32;
        saturate(value.wrapping_mul(factor).wrapping_add(self.offset) >> FRACTION_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_rises_from_nearly_0_to_nearly_1_through_one_half() {
        let table = sigmoid_table(1.0 / 16.0);
        assert!(table.is_sorted());
        assert_eq!((table[0], table[128], table[255]), (0, 128, 255));
        assert_eq!(gate(&table, -128), table[0]);
        assert_eq!(gate(&table, 127), table[255]);
    }

    proptest! {
        #[test]
        fn a_gate_is_the_sigmoid_within_half_a_step(q: i8, scale in 0.001_f64..0.1) {
            let real = 1.0 / (1.0 + (-f64::from(q) * scale).exp());
            let error = f64::from(gate(&sigmoid_table(scale), q)) / GATE_ONE - real;
            // Half a step of rounding, or a whole one near 1, which cannot be represented.
            prop_assert!((-1.0 / 256.0..=0.5 / 256.0 + 1e-12).contains(&error), "{}", error);
        }

        #[test]
        fn a_product_is_rounded_once(value in -255_i32..=255, gate: u8, multiplier in 1..=Multiply::MAX_MULTIPLIER, zero: i8) {
            let real = f64::from(value) * f64::from(gate) * f64::from(multiplier) / 65_536.0 + f64::from(zero);
            let error = f64::from(Multiply::new(multiplier, zero).apply(value, gate)) - real.clamp(-128.0, 127.0);
            prop_assert!(error.abs() <= 0.5, "{}", error);
        }
    }
}
