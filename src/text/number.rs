//! Formats numbers. A number that rounds to zero has no sign.

/// Formats `value` with `decimals` digits after the decimal point.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if is_zero(digits) => digits.to_owned(),
        _ => text,
    }
}

/// As [`fixed`], with `+` before positive numbers.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 && !is_zero(&text) { format!("+{text}") } else { text }
}

/// Formats the fraction 0.8312 as `83.1 %`; `–` for `None` and for numbers that are not finite.
#[must_use]
pub fn percent(share: impl Into<Option<f64>>) -> String {
    match share.into().filter(|share| share.is_finite()) {
        Some(share) => format!("{:.1} %", 100.0 * share),
        None => "–".to_owned(),
    }
}

/// Formats `value` with a comma between groups of three digits: `1,234,567`.
#[must_use]
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes_and_shares_as_percent() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([percent(0.8312), percent(None), percent(f64::NAN), percent(1.0)], ["83.1 %", "–", "–", "100.0 %"]);
    }

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
