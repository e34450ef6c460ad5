//! Output: results on stdout, messages on stderr.

use super::fault;
use crate::escape;
use crate::train::Control;
use serde_json::{Map, Number, Value};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// State of stdout.
struct Output {
    /// The first write error other than a closed pipe.
    failure: OnceLock<io::Error>,
    /// The reader closed the pipe.
    is_reader_gone: AtomicBool,
    /// The control to stop when a write fails.
    control: OnceLock<Control>,
}

static OUTPUT: Output =
    Output { failure: OnceLock::new(), is_reader_gone: AtomicBool::new(false), control: OnceLock::new() };

/// Stops `control` when a line cannot be written: work without output is useless.
pub fn stop_when_output_fails(control: Control) {
    let _ = OUTPUT.control.set(control);
}

/// Whether the reader of stdout closed the pipe, which is not an error.
pub fn is_reader_gone() -> bool {
    OUTPUT.is_reader_gone.load(Ordering::Relaxed)
}

/// The first error of writing to stdout.
pub fn output_failure() -> Option<&'static io::Error> {
    OUTPUT.failure.get()
}

/// Records the result of writing to stdout.
pub fn record_write(written: io::Result<()>) {
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
    record_write(writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush()));
}

/// Output for a terminal, a pipe, or a program that reads JSON.
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

    /// Whether stdout is JSON.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Whether output is verbose.
    pub const fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Whether to show progress bars: stderr is a terminal and output is not JSON.
    pub fn has_bars(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Width of the terminal in columns, 40 to 200; 80 if stdout is not a terminal.
    #[expect(clippy::unused_self, reason = "a console answers for the terminal")]
    pub fn width(self) -> usize {
        let size = std::io::stdout().is_terminal().then(|| console::Term::stdout().size_checked()).flatten();
        size.map_or(80, |(_, width)| usize::from(width).clamp(40, 200))
    }

    /// Prints a result as text.
    pub fn say(self, text: &str) {
        if !self.json {
            print(&escape::lines(text.trim_end()));
        }
    }

    /// Prints a result as JSON: `fields` with `"type": kind` before them.
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

    /// Prints a message to stderr.
    #[expect(clippy::unused_self, reason = "a console speaks for the terminal")]
    pub fn note(self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{}", escape::lines(text));
    }

    /// Prints a warning to stderr.
    pub fn warn(self, text: &str) {
        self.note(&format!("warning: {text}"));
    }

    /// Prints a message to stderr if output is verbose.
    pub fn detail(self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// Reports an error; as JSON with file and line if known.
    pub fn error(self, error: &anyhow::Error) {
        let text = crate::text::with_causes(error.as_ref());
        for object in fault::objects(error, text.clone()) {
            self.object("error", object);
        }
        self.note(&format!("error: {text}"));
    }

    /// Reports an error about `file`.
    pub fn error_about(self, file: &Path, error: &anyhow::Error) {
        let text = crate::text::with_causes(error.as_ref());
        let file = file.display().to_string();
        self.object("error", serde_json::json!({ "message": text, "file": file }));
        self.note(&format!("error: {text}"));
    }
}

/// Removes the sign of zeros.
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
