//! Finds the classes of a source of images.

use crate::config::absolute;
use crate::data::class_names;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::screens::News;
use std::path::PathBuf;

/// A request for the classes of a source of images.
pub struct Source {
    /// The value of `data.source`.
    pub name: String,
    /// The folder to which `name` is relative.
    pub folder: PathBuf,
}

/// Finds the classes of sources.
pub struct ClassFinder;

/// Starts the thread that finds classes; a new command replaces earlier ones.
#[must_use]
pub fn start(events: Events<News>) -> Worker<ClassFinder> {
    Worker::new("classes", Queue::newest(), ClassFinder, events)
}

impl Work for ClassFinder {
    type Command = Source;
    type Event = News;

    fn run(&mut self, Source { name, folder }: &Source, _: &Control, events: &Events<News>) {
        let found = class_names(&absolute(name, folder)).map_err(|error| error.to_string());
        events.send(News::Classes { source: name.clone(), found });
    }

    fn failed(&self, Source { name, .. }: &Source, reason: &str) -> News {
        News::Classes { source: name.clone(), found: Err(reason.to_owned()) }
    }
}
