//! What is printed, and where: results on stdout, what goes on on stderr.

use super::fault;
use crate::escape;
use crate::train::Control;
use serde_json::{Map, Number, Value};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of stdout, of which a process has one.
struct Output {
    /// The first write that failed, but for want of a reader.
    failure: OnceLock<io::Error>,
    /// The reader went away.
    is_reader_gone: AtomicBool,
    /// What is stopped when a write fails.
    control: OnceLock<Control>,
}

static OUTPUT: Output =
    Output { failure: OnceLock::new(), is_reader_gone: AtomicBool::new(false), control: OnceLock::new() };

/// Stops what `control` steers once a line cannot be written: a result that nobody gets is no result.
pub fn stop_when_output_fails(control: Control) {
    let _ = OUTPUT.control.set(control);
}

/// Whether the reader of stdout went away, which is no error.
pub fn is_reader_gone() -> bool {
    OUTPUT.is_reader_gone.load(Ordering::Relaxed)
}

/// What kept a line from being written, where something did.
pub fn output_failure() -> Option<&'static io::Error> {
    OUTPUT.failure.get()
}

/// Notes how writing to stdout went.
pub fn noted(written: io::Result<()>) {
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => OUTPUT.is_reader_gone.store(true, Ordering::Relaxed),
        Err(error) => {
            let _ = OUTPUT.failure.set(error);
            if let Some(control) = OUTPUT.control.get() {
                control.stop();
            }
        }
    }
}

fn print(line: &str) {
    noted(writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush()));
}

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

    /// A result for people.
    pub fn say(self, text: &str) {
        if !self.json {
            print(&escape::lines(text.trim_end()));
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
        let mut object = Value::Object(object);
        unsign_zeros(&mut object);
        print(&escape::json(&object.to_string()));
    }

    /// What goes on, for people.
    #[expect(clippy::unused_self, reason = "a console speaks for the terminal")]
    pub fn note(self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{}", escape::lines(text));
    }

    /// What is probably not as it should be.
    pub fn warn(self, text: &str) {
        self.note(&format!("warning: {text}"));
    }

    /// What goes on, for people who asked for more.
    pub fn detail(self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// What went wrong. Programs are told the file too, and the line where one is known.
    pub fn error(self, error: &anyhow::Error) {
        let text = told(error);
        for object in fault::objects(error, text.clone()) {
            self.object("error", object);
        }
        self.note(&format!("error: {text}"));
    }

    /// What went wrong with `file`.
    pub fn error_about(self, file: &Path, error: &anyhow::Error) {
        let text = told(error);
        let file = file.display().to_string();
        self.object("error", serde_json::json!({ "message": text, "file": file }));
        self.note(&format!("error: {text}"));
    }
}

/// A zero has no sign, for programs as for people.
fn unsign_zeros(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) && number.is_f64() => {
            *number = Number::from_f64(0.0).unwrap_or_else(|| 0.into());
        }
        Value::Array(items) => items.iter_mut().for_each(unsign_zeros),
        Value::Object(fields) => fields.values_mut().for_each(unsign_zeros),
        _ => {}
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
