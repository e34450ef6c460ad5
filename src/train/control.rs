//! The thread that trains, and the handle that steers it.

use super::job::{Job, Outcome, TrainError};
use super::observer::{End, Observer};
use super::trainer;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

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

    /// Waits while paused, telling `observer` so. Whether to end.
    pub(super) fn checkpoint(&self, observer: &mut dyn Observer) -> bool {
        if self.is_paused() && !self.is_stopped() {
            observer.paused(true);
            let mut paused = self.0.paused.lock().unwrap_or_else(PoisonError::into_inner);
            while *paused && !self.is_stopped() {
                // The stop flag is no part of the mutex: a bounded wait cannot miss it.
                let wait = self.0.changed.wait_timeout(paused, std::time::Duration::from_millis(200));
                paused = wait.unwrap_or_else(PoisonError::into_inner).0;
            }
            drop(paused);
            observer.paused(false);
        }
        self.is_stopped()
    }
}

/// A job's result, when it is there.
pub type Ticket = Receiver<Result<Outcome, TrainError>>;

type Order = (Box<Job>, Box<dyn Observer>, Sender<Result<Outcome, TrainError>>);

/// A thread that trains one job after another.
#[derive(Debug)]
pub struct Trainer {
    orders: Option<Sender<Order>>,
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// A thread without work, steered by `control`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(control: Control) -> std::io::Result<Self> {
        let (orders, jobs) = channel::<Order>();
        let wishes = control.clone();
        let work = move || {
            for (job, mut observer, reply) in jobs {
                let result =
                    if wishes.is_stopped() { Err(TrainError::NotBegun) } else { run(*job, &wishes, &mut *observer) };
                // Nobody need wait for the result.
                let _ = reply.send(result);
            }
        };
        let thread = std::thread::Builder::new().name("trainer".into()).spawn(work)?;
        Ok(Self { orders: Some(orders), control, thread: Some(thread) })
    }

    /// Puts `job` behind those that wait; `observer` hears of it from the trainer's thread.
    #[must_use]
    pub fn queue(&self, job: Job, observer: Box<dyn Observer>) -> Ticket {
        let (reply, ticket) = channel();
        if let Some(orders) = &self.orders {
            // The thread ends only after `orders` is gone.
            let _ = orders.send((Box::new(job), observer, reply));
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

/// Runs `job` so that a defect ends the job and not the program.
fn run(job: Job, control: &Control, observer: &mut dyn Observer) -> Result<Outcome, TrainError> {
    let attempt = catch_unwind(AssertUnwindSafe(|| trainer::train(job, control, observer)));
    attempt.unwrap_or_else(|panic| {
        let reason = reason(&*panic);
        observer.end(&End::Failed(reason.clone()));
        Err(TrainError::Defect(reason))
    })
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a defect in the program").to_owned()
}
