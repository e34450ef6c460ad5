//! The thread that trains, and the handle that steers it.

use super::governor::Governor;
use super::job::{Job, Outcome, TrainError};
use super::observer::Observer;
use super::trainer;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Pauses, resumes and stops a training from any thread. Asked after every batch.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<Wishes>);

#[derive(Debug, Default)]
struct Wishes {
    stop: AtomicBool,
    paused: Mutex<bool>,
    changed: Condvar,
}

impl Control {
    /// Asks the training to wait after this batch.
    pub fn pause(&self) {
        self.set_paused(true);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.set_paused(false);
    }

    /// Asks it to finish this batch, save and end. Jobs that wait are not begun.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::SeqCst);
        self.0.changed.notify_all();
    }

    /// Whether it was asked to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::SeqCst)
    }

    /// Whether it was asked to wait.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        *self.0.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_paused(&self, paused: bool) {
        *self.0.paused.lock().unwrap_or_else(PoisonError::into_inner) = paused;
        self.0.changed.notify_all();
    }

    /// Waits while paused, or while `governor` says that it is too hot, telling `observer` so; for how
    /// long it did.
    pub(super) fn checkpoint(&self, governor: &mut Governor, observer: &mut dyn Observer) -> Duration {
        let begun = Instant::now();
        let (mut is_paused, mut has_waited) = (false, false);
        loop {
            governor.look(observer);
            let wish = self.is_paused() && !self.is_stopped();
            if wish != is_paused {
                is_paused = wish;
                observer.paused(wish);
            }
            if self.is_stopped() || !(is_paused || governor.is_cooling()) {
                break;
            }
            has_waited = true;
            let paused = self.0.paused.lock().unwrap_or_else(PoisonError::into_inner);
            if *paused == is_paused && !self.is_stopped() {
                // The stop flag is no part of the mutex: a bounded wait cannot miss it.
                drop(self.0.changed.wait_timeout(paused, WAIT));
            }
        }
        if has_waited { begun.elapsed() } else { Duration::ZERO }
    }
}

/// The longest that a training which waits does so without looking up.
const WAIT: Duration = Duration::from_millis(200);

/// A job's result, when it is there.
pub type Ticket = Receiver<Result<Outcome, TrainError>>;

/// A thread that does one work after another.
#[derive(Debug)]
pub struct Trainer {
    orders: Option<Sender<Box<dyn FnOnce() + Send>>>,
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// A thread without work, steered by `control`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(control: Control) -> std::io::Result<Self> {
        let (orders, works) = channel::<Box<dyn FnOnce() + Send>>();
        let work = move || {
            for work in works {
                // Whoever waits for it sees that it ended without a result.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        };
        let thread = std::thread::Builder::new().name("trainer".into()).spawn(work)?;
        Ok(Self { orders: Some(orders), control, thread: Some(thread) })
    }

    /// Puts `job` behind what waits; `observer` hears of it from the trainer's thread.
    #[must_use]
    pub fn queue(&self, job: Job, mut observer: Box<dyn Observer>) -> Ticket {
        let control = self.control.clone();
        self.queue_work(move || {
            if control.is_stopped() { Err(TrainError::NotBegun) } else { trainer::train(job, &control, &mut *observer) }
        })
    }

    /// Puts any `work` behind what waits. Whether a stop keeps it from beginning is its own
    /// matter. Where it panics, the receiver hears of the end without a result, and what waits
    /// behind it goes on.
    #[must_use]
    pub fn queue_work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
        let (reply, ticket) = channel();
        if let Some(orders) = &self.orders {
            // The thread ends only after `orders` is gone, and nobody need wait for the result.
            let _ = orders.send(Box::new(move || drop(reply.send(work()))));
        }
        ticket
    }

    /// The handle to steer it.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for Trainer {
    /// Waits for what is queued, or for the batch under way where a stop was asked for.
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
