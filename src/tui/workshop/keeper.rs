//! Copies of texts that are not saved, for the case of a crash.

use super::files::kept_at;
use crate::files::write_atomic;
use crate::tui::effect::News;
use crate::tui::events::Source;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a file is to be kept with; `None`: nothing.
type Order = (PathBuf, Option<String>);

/// The orders that are not carried out yet.
#[derive(Debug, Clone, Default)]
pub struct Copies(Arc<(Mutex<usize>, Condvar)>);

impl Copies {
    fn change(&self, by: isize) {
        let (count, changed) = &*self.0;
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count = count.saturating_add_signed(by);
        changed.notify_all();
    }

    /// Waits until all that was to be kept is written, for `most` at most.
    pub fn wait(&self, most: Duration) {
        let (count, changed) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_timeout_while(count, most, |count| *count > 0));
    }
}

/// A thread that writes copies beside the files, until the keeper is dropped. Of several orders in a
/// row, only the last is written.
pub struct Keeper {
    orders: Option<Sender<Order>>,
    copies: Copies,
    thread: Option<JoinHandle<()>>,
}

/// How long after a keystroke what follows is taken along: memory cards live on few writes.
const PATIENCE: Duration = Duration::from_millis(200);

impl Keeper {
    /// Starts it; without a thread, nothing is kept.
    #[must_use]
    pub fn start(source: Source) -> Self {
        let (orders, waiting) = mpsc::channel::<Order>();
        let copies = Copies::default();
        let done = copies.clone();
        let work = move || {
            let mut has_warned = false;
            while let Ok(mut order) = waiting.recv() {
                let due = Instant::now() + PATIENCE;
                let mut taken = 1;
                while let Ok(newer) = waiting.recv_timeout(due.saturating_duration_since(Instant::now())) {
                    if newer.0 != order.0 {
                        write(&order);
                    }
                    order = newer;
                    taken += 1;
                }
                if !write(&order) && !has_warned {
                    has_warned = true;
                    let folder = order.0.display();
                    source.tell(News::Failed(format!("no copy of unsaved changes can be kept beside {folder}")));
                }
                done.change(-taken);
            }
        };
        let thread = std::thread::Builder::new().name("keeper".into()).spawn(work).ok();
        Self { orders: Some(orders), copies, thread }
    }

    /// Keeps `text` of the file at `path`; `None`: nothing is to be kept any longer.
    pub fn keep(&self, path: PathBuf, text: Option<String>) {
        if let Some(orders) = &self.orders {
            self.copies.change(1);
            if orders.send((path, text)).is_err() {
                self.copies.change(-1);
            }
        }
    }

    /// What waits to be written.
    pub fn copies(&self) -> Copies {
        self.copies.clone()
    }
}

impl Drop for Keeper {
    /// Waits until all is written.
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether it could be done.
fn write((path, text): &Order) -> bool {
    let copy = kept_at(path);
    match text {
        Some(text) => write_atomic(&copy, text.as_bytes()).is_ok(),
        None => !copy.exists() || std::fs::remove_file(&copy).is_ok(),
    }
}
