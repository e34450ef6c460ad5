//! Loads images for the Data screen.

use super::progress::Reading;
use crate::config::ConfigFile;
use crate::data::{self, DataError, Dataset};
use crate::jobs::{Events, ImageCache, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::data::News;
use std::sync::Arc;

/// Images to load.
pub struct Load {
    /// Marks the events of this command.
    pub ticket: u64,
    /// The configuration that names the images.
    pub spec: Box<ConfigFile>,
    /// Load them even if they are in the cache.
    pub again: bool,
}

/// Loads images; they stay in the cache.
pub struct ImageLoader {
    cache: ImageCache,
    threads: usize,
}

/// The thread that loads images; the newest command counts.
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
    #[error("no threads to decode images: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

fn load(spec: &ConfigFile, threads: usize, progress: &dyn data::Progress) -> Result<Arc<Dataset>, Failure> {
    // A pool of its own: a training that is under way keeps all the threads of the other.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let dataset = pool.install(|| data::load(&spec.config.data, spec.config.model.input, None, progress))?;
    Ok(Arc::new(dataset))
}
