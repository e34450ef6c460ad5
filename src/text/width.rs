//! Truncates, pads and wraps text to terminal columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Fits `text` into exactly `width` columns: truncates it with an ellipsis, or pads it with spaces on the right.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let mut cut = cut(text, width);
    cut.extend(std::iter::repeat_n(' ', width.saturating_sub(cut.width())));
    cut
}

/// As [`fit`], padded on the left.
#[must_use]
pub fn fit_right(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let blanks = " ".repeat(width.saturating_sub(cut.width()));
    blanks + &cut
}

/// Truncates `text` at its beginning to at most `width` columns, with an ellipsis if it is longer.
#[must_use]
pub fn cut_front(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut rest = text;
    while rest.width() + 1 > width && !rest.is_empty() {
        let mut letters = rest.chars();
        letters.next();
        rest = letters.as_str();
    }
    if width > 0 { format!("…{rest}") } else { String::new() }
}

/// Truncates `text` at its end to at most `width` columns, with an ellipsis if it is longer.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(letter);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Wraps `text` to lines of at most `width` columns, between words if possible.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let long = word.width();
        if used > 0 && used + 1 + long > width {
            lines.push(String::new());
            used = 0;
        }
        if used > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        for letter in word.chars() {
            let wide = letter.width().unwrap_or(0);
            if used > 0 && used + wide > width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, letter);
            used += wide;
        }
    }
    lines
}

fn push(lines: &mut [String], letter: char) {
    if let Some(line) = lines.last_mut() {
        line.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_to_its_columns() {
        assert_eq!(fit("rose", 6), "rose  ");
        assert_eq!(fit("sunflower", 6), "sunfl…");
        assert_eq!(fit("日本語", 4), "日… ");
        assert_eq!(fit("rose", 0), "");
        assert_eq!([fit_right("rose", 6), fit_right("sunflower", 6)], ["  rose", "sunfl…"]);
        assert_eq!(
            [cut_front("sunflower", 6), cut_front("rose", 4), cut_front("日本語", 4), cut_front("rose", 0)],
            ["…lower", "rose", "…語", ""]
        );
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 3), [""]);
        for width in 0..9 {
            assert!(wrap("日本語 and words", width).iter().all(|line| line.width() <= width.max(2)), "{width}");
        }
    }
}
