//! Syntax highlighting of TOML and C++, line by line.

use crate::tui::theme::Theme;
use ratatui::style::Style;
use std::ops::Range;

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A comment.
    Comment,
    /// A `[section]`, or a preprocessor directive.
    Section,
    /// A key, or a C++ keyword or type.
    Key,
    /// A string.
    Text,
    /// A number, `true`, `false`.
    Number,
}

impl Token {
    /// Returns the style of the token.
    #[must_use]
    pub fn style(self, theme: Theme) -> Style {
        match self {
            Self::Comment => theme.dim(),
            Self::Section => theme.accent(),
            Self::Key => theme.label(),
            Self::Text => theme.good(),
            Self::Number => theme.warning(),
        }
    }
}

/// Returns the tokens of a line of TOML with their byte ranges. Multi-line strings are not recognised.
#[must_use]
pub fn toml(line: &str) -> Vec<(Range<usize>, Token)> {
    let mut found = Vec::new();
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with('[') && !line[start..].contains('=') {
        let end = line.find('#').unwrap_or(line.len());
        found.push((start..end, Token::Section));
        if end < line.len() {
            found.push((end..line.len(), Token::Comment));
        }
        return found;
    }
    scan(line, "#", |word, rest| {
        if rest.trim_start().starts_with('=') { Some(Token::Key) } else { is_value(word).then_some(Token::Number) }
    })
}

/// The C++ keywords and types that headers use.
const WORDS: [&str; 34] = [
    "alignas",
    "bool",
    "break",
    "case",
    "char",
    "class",
    "const",
    "constexpr",
    "continue",
    "default",
    "double",
    "else",
    "enum",
    "float",
    "for",
    "if",
    "inline",
    "int",
    "int16_t",
    "int32_t",
    "int8_t",
    "namespace",
    "private",
    "public",
    "return",
    "size_t",
    "static",
    "struct",
    "switch",
    "uint16_t",
    "uint32_t",
    "uint8_t",
    "void",
    "while",
];

/// Returns the tokens of a line of C++ with their byte ranges. Comments over several lines are not recognised.
#[must_use]
pub fn cpp(line: &str) -> Vec<(Range<usize>, Token)> {
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with('#') {
        return vec![(start..line.len(), Token::Section)];
    }
    scan(
        line,
        "//",
        |word, _| {
            if WORDS.contains(&word) { Some(Token::Key) } else { is_value(word).then_some(Token::Number) }
        },
    )
}

fn is_value(word: &str) -> bool {
    word == "true" || word == "false" || word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
}

/// Finds words, strings and a comment at the end of the line; `kind` classifies a word, given the rest of the line.
fn scan(line: &str, comment: &str, kind: impl Fn(&str, &str) -> Option<Token>) -> Vec<(Range<usize>, Token)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        let rest = &line[at..];
        if rest.starts_with(comment) {
            found.push((at..line.len(), Token::Comment));
            break;
        }
        if first == '"' || first == '\'' {
            let end = rest[1..].find(first).map_or(line.len(), |length| at + length + 2);
            found.push((at..end, Token::Text));
            at = end;
            continue;
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if length == 0 {
            at += first.len_utf8();
            continue;
        }
        if let Some(token) = kind(&rest[..length], &rest[length..]) {
            found.push((at..at + length, token));
        }
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_values_and_comments_are_told_apart() {
        let line = "squeeze_excite = { after = \"project\", ratio = 4 }  # both";
        let parts: Vec<_> = toml(line).into_iter().map(|(range, token)| (&line[range], token)).collect();
        assert_eq!(
            parts,
            [
                ("squeeze_excite", Token::Key),
                ("after", Token::Key),
                ("\"project\"", Token::Text),
                ("ratio", Token::Key),
                ("4", Token::Number),
                ("# both", Token::Comment),
            ]
        );
        assert_eq!(toml("[[blocks]] # one")[0], (0..11, Token::Section));
        assert_eq!(cpp("    return 0x7f; // done").len(), 3);
    }

    #[test]
    fn no_line_is_too_odd() {
        for line in ["", "'", "\"é", "[", "日本 = '", "= = =", "-", "\u{0}"] {
            for (range, _) in toml(line).into_iter().chain(cpp(line)) {
                assert!(line.get(range).is_some(), "{line:?}");
            }
        }
    }
}
