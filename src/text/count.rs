//! Formats counts with their noun.

/// `1 epoch`, `2 epochs`: `count` and a noun whose plural ends in `s`.
#[must_use]
pub fn counted(count: impl Into<u64>, noun: &str) -> String {
    let count = count.into();
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// `1 class`, `2 classes`: `count` and a noun in its singular (`one`) or plural (`many`) form.
#[must_use]
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0_u64, 1, 2].map(|count| counted(count, "epoch")), ["0 epochs", "1 epoch", "2 epochs"]);
        assert_eq!([0, 1, 2].map(|count| plural(count, "class", "classes")), ["0 classes", "1 class", "2 classes"]);
    }
}
