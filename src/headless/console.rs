//! What is printed, and where: results on stdout, what goes on on stderr.

use crate::escape;
use serde_json::{Map, Value};
use std::io::{IsTerminal as _, Write as _};

/// The terminal, a pipe, or a program that reads JSON.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    json: bool,
    verbose: bool,
}

impl Console {
    /// With `json`, only objects go to stdout.
    pub const fn new(json: bool, verbose: bool) -> Self {
        Self { json, verbose }
    }

    /// Whether stdout is for machines.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Whether more is to be said.
    pub const fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Whether a person watches stderr, so that bars make sense.
    pub fn has_bars(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Columns to fill; 80 where stdout is no terminal.
    #[expect(clippy::unused_self, reason = "a console answers for the terminal")]
    pub fn width(self) -> usize {
        let size = std::io::stdout().is_terminal().then(|| console::Term::stdout().size_checked()).flatten();
        size.map_or(80, |(_, width)| usize::from(width).clamp(40, 200))
    }

    /// A result for people. A reader that went away is no error.
    pub fn say(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stdout(), "{}", escape::lines(text.trim_end()));
        }
    }

    /// A result for machines: `fields` with `"type": kind` before them.
    pub fn object(self, kind: &str, fields: impl serde::Serialize) {
        if !self.json {
            return;
        }
        let mut object = Map::from_iter([("type".to_owned(), Value::from(kind))]);
        match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => object.extend(fields),
            Ok(value) => drop(object.insert("value".into(), value)),
            Err(error) => drop(object.insert("message".into(), error.to_string().into())),
        }
        let _ = writeln!(std::io::stdout(), "{}", escape::json(&Value::Object(object).to_string()));
    }

    /// What goes on, for people.
    #[expect(clippy::unused_self, reason = "a console speaks for the terminal")]
    pub fn note(self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{}", escape::lines(text));
    }

    /// What goes on, for people who asked for more.
    pub fn detail(self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// What went wrong.
    pub fn error(self, error: &anyhow::Error) {
        let text = told(error);
        self.object("error", Map::from_iter([("message".to_owned(), Value::from(text.clone()))]));
        self.note(&format!("error: {text}"));
    }
}

/// The error and its causes, but those whose text the one above repeats.
fn told(error: &anyhow::Error) -> String {
    error
        .chain()
        .skip(1)
        .map(ToString::to_string)
        .fold(error.to_string(), |text, cause| if text.contains(&cause) { text } else { format!("{text}: {cause}") })
}
