//! Loads images for the Data screen.

use super::progress::Reading;
use crate::config::ConfigFile;
use crate::data::{self, DataError, Dataset};
use crate::jobs::{Events, ImageCache, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::data::News;
use std::sync::Arc;

/// A command to load images.
pub struct Load {
    /// The number of this command, which its events repeat.
    pub ticket: u64,
    /// The configuration, with the source of the images.
    pub spec: Box<ConfigFile>,
    /// Whether to load the images even if they are in the cache.
    pub again: bool,
}

/// Loads images into the cache.
pub struct ImageLoader {
    cache: ImageCache,
    threads: usize,
}

/// Starts the thread that loads images; a new command replaces earlier ones.
#[must_use]
pub fn start(cache: ImageCache, threads: usize, events: Events<News>) -> Worker<ImageLoader> {
    Worker::new("images", Queue::newest(), ImageLoader { cache, threads }, events)
}

impl Work for ImageLoader {
    type Command = Load;
    type Event = News;

    fn run(&mut self, Load { ticket, spec, again }: &Load, control: &Control, events: &Events<News>) {
        let ticket = *ticket;
        if let Some(dataset) = self.cache.get(spec).filter(|_| !again) {
            return events.send(News::Read { ticket, found: Ok(dataset) });
        }
        let sender = events.clone();
        let reading = Reading::new(control, move |done, total| sender.send(News::Progress { ticket, done, total }));
        let found = match load(spec, self.threads, &reading) {
            Err(Failure::Data(DataError::Cancelled)) => return,
            Err(error) => Err(error.to_string()),
            Ok(dataset) => {
                self.cache.put(spec, dataset.clone());
                Ok(dataset)
            }
        };
        events.send(News::Read { ticket, found });
    }

    fn failed(&self, Load { ticket, .. }: &Load, reason: &str) -> News {
        News::Read { ticket: *ticket, found: Err(format!("reading failed: {reason}")) }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("cannot start threads to decode images: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

fn load(spec: &ConfigFile, threads: usize, progress: &dyn data::Progress) -> Result<Arc<Dataset>, Failure> {
    // A separate pool, since a running training occupies all threads of its own.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let dataset = pool.install(|| data::load(&spec.config.data, spec.config.model.input, None, progress))?;
    Ok(Arc::new(dataset))
}
