//! Copies of texts that are not saved, for the case of a crash.

use super::files::kept_at;
use crate::files::write_atomic;
use crate::tui::effect::News;
use crate::tui::events::Source;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

/// A thread that writes copies beside the files. Of several in a row, only the last is written.
pub struct Keeper {
    orders: Option<Sender<(PathBuf, Option<String>)>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it; without a thread, nothing is kept.
    #[must_use]
    pub fn start(source: Source) -> Self {
        let (orders, waiting) = mpsc::channel::<(PathBuf, Option<String>)>();
        let work = move || {
            let mut has_warned = false;
            while let Ok(mut order) = waiting.recv() {
                while let Ok(newer) = waiting.try_recv() {
                    if newer.0 != order.0 {
                        write(&order);
                    }
                    order = newer;
                }
                if !write(&order) && !has_warned {
                    has_warned = true;
                    let folder = order.0.display();
                    source.tell(News::Failed(format!("no copy of unsaved changes can be kept beside {folder}")));
                }
            }
        };
        let thread = std::thread::Builder::new().name("keeper".into()).spawn(work).ok();
        Self { orders: Some(orders), thread }
    }

    /// Keeps `text` of the file at `path`; `None`: nothing is to be kept any longer.
    pub fn keep(&self, path: PathBuf, text: Option<String>) {
        if let Some(orders) = &self.orders {
            let _ = orders.send((path, text));
        }
    }

    /// Waits until all is written.
    pub fn close(mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether it could be done.
fn write((path, text): &(PathBuf, Option<String>)) -> bool {
    let copy = kept_at(path);
    match text {
        Some(text) => write_atomic(&copy, text.as_bytes()).is_ok(),
        None => !copy.exists() || std::fs::remove_file(&copy).is_ok(),
    }
}
