//! Problems of a configuration, with their places and corrections.

use super::key::KeyPath;
use crate::escape;
use std::fmt;

/// A key that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The key.
    pub key: KeyPath,
    /// The reason.
    pub message: String,
    /// A correction, if one is known.
    pub help: Option<String>,
    /// Whether the name of the key is wrong, and not its value.
    pub is_name: bool,
}

impl Problem {
    /// The value of `key` is wrong.
    #[must_use]
    pub const fn of(key: KeyPath, message: String, help: Option<String>) -> Self {
        Self { key, message, help, is_name: false }
    }
}

/// Every problem of a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

/// `stem.kernel: kernel must be 1, 3 or 5, not 4; the nearest is 3`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, message, help, .. } = self;
        if !key.steps().is_empty() {
            write!(f, "{key}: ")?;
        }
        f.write_str(&escape::terminal(message))?;
        help.as_ref().map_or(Ok(()), |help| write!(f, "; {}", escape::terminal(help)))
    }
}

/// Where a diagnostic points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A place in a file's text.
    Text {
        /// The file, as the user named it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// The line itself, without its end.
        excerpt: String,
        /// How many characters are meant.
        width: usize,
    },
    /// A file as a whole.
    File(String),
    /// A file that the system refuses to read.
    Refused(String),
    /// A command-line argument.
    Argument(String),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// The key it is about, where there is one.
    pub key: KeyPath,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = escape::terminal(&self.message);
        match &self.place {
            Place::Text { file, line, column, excerpt, width } => {
                let file = escape::terminal(file);
                write!(f, "{file}:{line}:{column}: {message}")?;
                let shown: String = excerpt.chars().take(160).collect();
                if *column <= shown.chars().count() + 1 {
                    let gutter = " ".repeat(line.to_string().len());
                    let carets = "^".repeat((*width).clamp(1, 160));
                    // One character for each, so that the carets stay below what is meant.
                    let plain = |c: char| {
                        if c == '\t' {
                            ' '
                        } else if c.is_control() {
                            '·'
                        } else {
                            c
                        }
                    };
                    let shown = escape::terminal(&shown.chars().map(plain).collect::<String>());
                    write!(f, "\n  {line} | {shown}\n  {gutter} | {:>at$}{carets}", "", at = column - 1)?;
                }
            }
            Place::File(file) | Place::Refused(file) => write!(f, "{}: {message}", escape::terminal(file))?,
            Place::Argument(argument) => write!(f, "{}: {message}", escape::terminal(argument))?,
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", escape::terminal(help))?;
        }
        Ok(())
    }
}

/// The place of bytes `span` in `text`.
pub(super) fn place_in(file: &str, text: &str, span: std::ops::Range<usize>) -> Place {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = floor(span.end.min(line_end)).max(start);
    Place::Text {
        file: file.to_owned(),
        line: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        excerpt: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        width: text[start..end].chars().count().max(1),
    }
}
