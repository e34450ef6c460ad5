//! Numbers for people: what rounds to zero has no sign.

/// `value` with `decimals` digits behind the point.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if is_zero(digits) => digits.to_owned(),
        _ => text,
    }
}

/// As [`fixed`], with `+` before what is above zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 && !is_zero(&text) { format!("+{text}") } else { text }
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!([-0.0, -0.004, 0.004, -0.006].map(|value| fixed(value, 2)), ["0.00", "0.00", "0.00", "-0.01"]);
        assert_eq!(
            [-0.0, -0.04, 0.04, 0.06, -0.5].map(|value| signed(value, 1)),
            ["0.0", "0.0", "0.0", "+0.1", "-0.5"]
        );
        assert_eq!([fixed(-0.4, 0), fixed(f64::NEG_INFINITY, 1), signed(f64::NAN, 1)], ["0", "-inf", "NaN"]);
    }
}
