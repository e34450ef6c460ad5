//! The training thread, and the handle to pause, resume and stop it.

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

/// Pauses, resumes and stops a training from any thread. Polled after every batch.
#[derive(Debug, Clone, Default)]
pub struct Control(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    stop: AtomicBool,
    paused: Mutex<bool>,
    changed: Condvar,
}

impl Control {
    /// Requests a pause after the current batch.
    pub fn pause(&self) {
        self.set_paused(true);
    }

    /// Resumes the training.
    pub fn resume(&self) {
        self.set_paused(false);
    }

    /// Requests to finish the current batch, save and end. Queued jobs do not start.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::SeqCst);
        self.0.changed.notify_all();
    }

    /// Whether a stop was requested.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::SeqCst)
    }

    /// Whether a pause was requested.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        *self.0.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_paused(&self, paused: bool) {
        *self.0.paused.lock().unwrap_or_else(PoisonError::into_inner) = paused;
        self.0.changed.notify_all();
    }

    /// Blocks while paused or while `governor` reports that the processor is too hot, and notifies `observer`;
    /// returns how long it blocked.
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
                // The stop flag is not protected by the mutex; the timeout ensures that it is noticed.
                drop(self.0.changed.wait_timeout(paused, POLL_INTERVAL));
            }
        }
        if has_waited { begun.elapsed() } else { Duration::ZERO }
    }
}

/// Interval at which a paused training polls for requests.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Receives the result of a job.
pub type Ticket = Receiver<Result<Outcome, TrainError>>;

/// A thread that runs jobs one after the other.
#[derive(Debug)]
pub struct Trainer {
    orders: Option<Sender<Box<dyn FnOnce() + Send>>>,
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// Starts an idle thread that is controlled by `control`.
    ///
    /// # Errors
    /// If the system cannot create a thread.
    pub fn start(control: Control) -> std::io::Result<Self> {
        let (orders, works) = channel::<Box<dyn FnOnce() + Send>>();
        let work = move || {
            for work in works {
                // The receiver sees that the job ended without a result.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        };
        let thread = std::thread::Builder::new().name("trainer".into()).spawn(work)?;
        Ok(Self { orders: Some(orders), control, thread: Some(thread) })
    }

    /// Queues `job`; `observer` is called from the trainer's thread.
    #[must_use]
    pub fn queue(&self, job: Job, mut observer: Box<dyn Observer>) -> Ticket {
        let control = self.control.clone();
        self.queue_work(move || {
            if control.is_stopped() { Err(TrainError::NotBegun) } else { trainer::train(job, &control, &mut *observer) }
        })
    }

    /// Queues any `work`, which has to check for a stop itself. If it panics, the receiver is disconnected without
    /// a result and the next work runs.
    #[must_use]
    pub fn queue_work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
        let (reply, ticket) = channel();
        if let Some(orders) = &self.orders {
            // The thread ends only after `orders` is dropped, and the result may be ignored.
            let _ = orders.send(Box::new(move || drop(reply.send(work()))));
        }
        ticket
    }

    /// The handle that controls the training.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for Trainer {
    /// Waits for the queued work, or for the current batch if a stop was requested.
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
