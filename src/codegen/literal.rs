//! OpConstants as C++ literals.

/// The shortest `float` literal that compilers parse to exactly `value`, always with a decimal point or an
/// exponent; `None` if `value` is infinite or NaN.
#[must_use]
pub fn float(value: f32) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    // Both forms have the fewest digits that round-trip; they differ in the position of the point.
    let (plain, scientific) = (format!("{value:?}"), format!("{value:e}"));
    let shorter = if scientific.len() < plain.len() { scientific } else { plain };
    Some(shorter + "f")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_are_short_and_always_floating() {
        for (value, literal) in [
            (0.0, "0.0f"),
            (-0.0, "-0.0f"),
            (1.0, "1.0f"),
            (0.1, "0.1f"),
            (-2.5, "-2.5f"),
            (1e-7, "1e-7f"),
            (16_777_216.0, "16777216.0f"),
            (1e20, "1e20f"),
            (f32::MAX, "3.4028235e38f"),
            (f32::MIN_POSITIVE, "1.1754944e-38f"),
            (f32::from_bits(1), "1e-45f"),
        ] {
            assert_eq!(float(value).unwrap(), literal);
        }
    }

    #[test]
    fn what_is_no_finite_number_has_no_literal() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(float(value), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn every_literal_reads_back_as_the_same_bits(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            prop_assume!(value.is_finite());
            let literal = float(value).unwrap();
            let digits = literal.strip_suffix('f').unwrap();
            prop_assert_eq!(digits.parse::<f32>().unwrap().to_bits(), bits);
            prop_assert!(digits.contains(['.', 'e']));
        }
    }
}
