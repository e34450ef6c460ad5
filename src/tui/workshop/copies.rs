//! Copies of texts that are not saved, for the case of a crash.

use super::files::kept_at;
use crate::files::write_atomic;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::screens::News;
use std::path::PathBuf;
use std::time::Duration;

/// How long a copy waits for the next keystroke: memory cards wear out by frequent writes.
const DELAY: Duration = Duration::from_millis(200);

/// A text to keep a copy of.
pub struct Copy {
    /// The file that the text is saved in.
    pub path: PathBuf,
    /// The text; `None` removes the copy.
    pub text: Option<String>,
}

/// Writes copies beside the files. Closing the worker waits until all of them are written.
#[derive(Debug, Default)]
pub struct CopyWriter {
    has_warned: bool,
}

/// The thread that writes copies; of several copies of a file in a row, it writes the last.
#[must_use]
pub fn start(events: Events<News>) -> Worker<CopyWriter> {
    let queue = Queue::delayed(DELAY, |new: &Copy, old: &Copy| new.path == old.path);
    Worker::new("copies", queue, CopyWriter::default(), events)
}

impl Work for CopyWriter {
    type Command = Copy;
    type Event = News;

    fn run(&mut self, copy: &Copy, _: &Control, events: &Events<News>) {
        if write(copy).is_err() && !self.has_warned {
            self.has_warned = true;
            events.send(self.failed(copy, "the file cannot be written"));
        }
    }

    fn failed(&self, Copy { path, .. }: &Copy, reason: &str) -> News {
        News::Failed(format!("no copy of unsaved changes can be kept beside {}: {reason}", path.display()))
    }
}

fn write(Copy { path, text }: &Copy) -> Result<(), Box<dyn std::error::Error>> {
    let copy = kept_at(path);
    match text {
        Some(text) => Ok(write_atomic(&copy, text.as_bytes())?),
        None if copy.exists() => Ok(std::fs::remove_file(&copy)?),
        None => Ok(()),
    }
}
