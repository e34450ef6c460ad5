//! `labels.txt`: the class names in the order of the network outputs, one per line.

use std::fmt::Write as _;

/// The text of `labels.txt`. Line breaks, backslashes, control characters and bidirectional formatting characters are
/// escaped as in Rust (`\n`, `\\`, `\u{1b}`), so that every label is one line.
#[must_use]
pub fn labels_to_text(labels: &[String]) -> String {
    let mut out = String::new();
    for label in labels {
        for c in label.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                // A writer into a string cannot fail.
                c if hidden(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
                c => out.push(c),
            }
        }
        out.push('\n');
    }
    out
}

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Parses `labels.txt` as written by [`labels_to_text`] or by hand in any editor (the final line break may be missing,
/// lines may end in CR LF).
///
/// # Errors
/// The line, from 1, and a description of its invalid escape.
pub fn labels_from_text(text: &str) -> Result<Vec<String>, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().enumerate().map(|(at, line)| unescaped(line).map_err(|why| (at + 1, why))).collect()
}

fn unescaped(line: &str) -> Result<String, String> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('\\') => out.push('\\'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let (c, left) =
                    unicode(chars.as_str()).ok_or_else(|| "`\\u` needs a code point: \\u{1b}".to_owned())?;
                out.push(c);
                chars = left.chars();
            }
            _ => {
                return Err(
                    "a backslash must begin \\\\, \\n, \\r, \\t or \\u{…}; write \\\\ for a backslash".to_owned()
                );
            }
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    Ok(out)
}

/// The character of `{1b}` and the rest of the text.
fn unicode(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = text.strip_prefix('{')?.split_once('}')?;
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_with_a_line_break_is_one_line() {
        let labels = ["rose\r\nred".to_owned(), String::new(), "a\\nb".to_owned(), "\u{1b}[31m".to_owned()];
        let text = labels_to_text(&labels);
        assert_eq!(text, "rose\\r\\nred\n\na\\\\nb\n\\u{1b}[31m\n");
        assert_eq!(labels_from_text(&text).unwrap(), labels);
    }

    #[test]
    fn a_broken_escape_is_named_with_its_line() {
        assert_eq!(labels_from_text("a\nb\\x\n").unwrap_err().0, 2);
        for text in ["\\", "\\u", "\\u{}", "\\u{d800}", "\\u{1b"] {
            assert!(labels_from_text(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_labels_read_back_identical(labels in prop::collection::vec(any::<String>(), 0..8)) {
            let text = labels_to_text(&labels);
            prop_assert_eq!(text.lines().count(), labels.len());
            prop_assert_eq!(labels_from_text(&text).unwrap(), labels);
        }
    }
}
