//! Diagnostics of a configuration, with positions and suggestions.

use super::key::KeyPath;
use crate::escape;
use std::fmt;

/// An error in a key or its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The key.
    pub key: KeyPath,
    /// The reason.
    pub message: String,
    /// A suggested correction, if there is one.
    pub help: Option<String>,
    /// Whether the name of the key is wrong instead of its value.
    pub is_name: bool,
}

impl Problem {
    /// A problem of the value of `key`.
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

/// Position of a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A position in a file.
    Text {
        /// The file, as the user named it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// Text of the line, without its line end.
        excerpt: String,
        /// Length of the marked text, in characters.
        width: usize,
    },
    /// A whole file.
    File(String),
    /// A file without permission to read it.
    Refused(String),
    /// A command-line argument.
    Argument(String),
}

/// An error with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its position.
    pub place: Place,
    /// The key concerned, if there is one.
    pub key: KeyPath,
    /// Description of the error.
    pub message: String,
    /// Suggested correction.
    pub help: Option<String>,
}

/// All errors of a configuration; never empty.
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
                    // One character for each, so that the carets stay below the marked text.
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

/// Position of the byte range `span` in `text`.
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
