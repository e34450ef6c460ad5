//! Backups of unsaved texts, to recover them after a crash.

use super::claims::Claim;
use crate::files::write_atomic;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::screens::News;
use std::sync::Arc;
use std::time::Duration;

/// The delay before a backup is written, in which further keystrokes are collected: frequent writes wear out memory
/// cards.
const DELAY: Duration = Duration::from_millis(200);

/// A command to write or delete the backup of a text.
pub struct Copy {
    /// The file of the saved text; it stays claimed until the command is carried out.
    pub claim: Arc<Claim>,
    /// The text; `None` deletes the backup.
    pub text: Option<String>,
}

/// Writes backups beside the files. Closing the worker waits until all of them are written.
#[derive(Debug, Default)]
pub struct CopyWriter {
    has_warned: bool,
}

/// Starts the thread that writes backups; of several queued backups of a file, it writes the last.
#[must_use]
pub fn start(events: Events<News>) -> Worker<CopyWriter> {
    let queue = Queue::delayed(DELAY, |new: &Copy, old: &Copy| new.claim.path() == old.claim.path());
    Worker::new("copies", queue, CopyWriter::default(), events)
}

impl Work for CopyWriter {
    type Command = Copy;
    type Event = News;

    fn run(&mut self, copy: &Copy, _: &Control, events: &Events<News>) {
        if write(copy).is_err() && !self.has_warned {
            self.has_warned = true;
            events.send(self.failed(copy, "the backup cannot be written"));
        }
    }

    fn failed(&self, Copy { claim, .. }: &Copy, reason: &str) -> News {
        News::Failed(format!("unsaved changes to {} cannot be backed up: {reason}", claim.path().display()))
    }
}

fn write(Copy { claim, text }: &Copy) -> Result<(), Box<dyn std::error::Error>> {
    let copy = claim.backup();
    match text {
        Some(text) => Ok(write_atomic(&copy, text.as_bytes())?),
        None if copy.exists() => Ok(std::fs::remove_file(&copy)?),
        None => Ok(()),
    }
}
