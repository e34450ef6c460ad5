//! Background work: a thread that receives commands and sends events.

use crate::train::Control;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that a [`Worker`] does on its thread.
pub trait Work: Send + 'static {
    /// A command.
    type Command: Send + 'static;
    /// A message about progress or a result.
    type Event: Send + 'static;

    /// Carries out `command` and sends its results. Returns soon after `control` is stopped, which may happen before
    /// this call.
    fn run(&mut self, command: &Self::Command, control: &Control, events: &Events<Self::Event>);

    /// Returns the event for a `command` that failed because [`run`](Self::run) panicked or the thread could not be
    /// started.
    fn failed(&self, command: &Self::Command, reason: &str) -> Self::Event;
}

/// Receives the events of a worker. Clones send to the same receiver.
pub struct Events<E>(Arc<dyn Fn(E) + Send + Sync>);

impl<E> Clone for Events<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> Events<E> {
    /// Calls `receive` with every event, on the thread that sends it.
    pub fn new(receive: impl Fn(E) + Send + Sync + 'static) -> Self {
        Self(Arc::new(receive))
    }

    /// Sends `event`.
    pub fn send(&self, event: E) {
        (self.0)(event);
    }
}

/// The rules for commands that are queued for the thread.
#[derive(Debug)]
pub struct Queue<C> {
    /// Whether the first command replaces the second, an older queued one.
    replaces: fn(&C, &C) -> bool,
    /// Whether a new command stops the one that is being carried out.
    stops_running: bool,
    /// The delay before a command is carried out, in which a newer one can replace it.
    delay: Duration,
}

impl<C> Queue<C> {
    /// All commands are carried out in the order of sending.
    #[must_use]
    pub fn in_order() -> Self {
        Self { replaces: |_, _| false, stops_running: false, delay: Duration::ZERO }
    }

    /// Only the newest command counts: it replaces queued ones and stops the running one.
    #[must_use]
    pub fn newest() -> Self {
        Self { replaces: |_, _| true, stops_running: true, delay: Duration::ZERO }
    }

    /// A command is carried out after `delay`, unless a newer one `replaces` it meanwhile. The running command is not
    /// stopped.
    #[must_use]
    pub fn delayed(delay: Duration, replaces: fn(&C, &C) -> bool) -> Self {
        Self { replaces, stops_running: false, delay }
    }
}

/// A thread that carries out one command after another. The thread starts with the first command. Dropping
/// the worker stops all commands and waits until the thread has handled them.
pub struct Worker<W: Work> {
    name: &'static str,
    queue: Queue<W::Command>,
    events: Events<W::Event>,
    shared: Arc<Shared<W::Command>>,
    /// The work, until the thread takes it.
    work: Option<W>,
    thread: Option<JoinHandle<()>>,
}

/// Waits until a worker is idle.
#[derive(Clone)]
pub struct Idle(Arc<dyn Fn(Duration) + Send + Sync>);

impl Idle {
    /// Blocks until all commands sent so far are carried out, for `limit` at most.
    pub fn wait(&self, limit: Duration) {
        (self.0)(limit);
    }
}

struct Shared<C> {
    state: Mutex<State<C>>,
    changed: Condvar,
}

struct State<C> {
    waiting: VecDeque<Waiting<C>>,
    /// The control of the running command.
    running: Option<Control>,
    is_closed: bool,
}

struct Waiting<C> {
    command: C,
    control: Control,
    since: Instant,
}

impl<C> Shared<C> {
    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next command after its `delay`; `None` once the worker is closed and the queue empty.
    fn next(&self, delay: Duration) -> Option<(C, Control)> {
        let mut state = self.state();
        loop {
            let due = state.waiting.front().map(|first| first.since + delay);
            let now = Instant::now();
            match due {
                Some(due) if due <= now || state.is_closed => break,
                Some(due) => {
                    let waited = self.changed.wait_timeout(state, due - now);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None if state.is_closed => return None,
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
        let Waiting { command, control, .. } = state.waiting.pop_front()?;
        state.running = Some(control.clone());
        Some((command, control))
    }

    fn done(&self) {
        self.state().running = None;
        self.changed.notify_all();
    }
}

impl<W: Work> Worker<W> {
    /// Creates a worker for `work` with a thread called `name`.
    #[must_use]
    pub fn new(name: &'static str, queue: Queue<W::Command>, work: W, events: Events<W::Event>) -> Self {
        let state = State { waiting: VecDeque::new(), running: None, is_closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        Self { name, queue, events, shared, work: Some(work), thread: None }
    }

    /// Sends `command`; the returned control pauses, resumes and stops this command alone.
    pub fn send(&mut self, command: W::Command) -> Control {
        let control = Control::default();
        if let Some(work) = self.work.take()
            && let Err(reason) = self.start(work)
        {
            // `start` has put `work` back, so that the next command tries again.
            if let Some(work) = &self.work {
                self.events.send(work.failed(&command, &reason));
            }
            return control;
        }
        let mut state = self.shared.state();
        if self.queue.stops_running
            && let Some(running) = &state.running
        {
            running.stop();
        }
        let replaced = state.waiting.iter().position(|old| (self.queue.replaces)(&command, &old.command));
        // A replacement inherits the time of the replaced command: constant typing does not postpone the backup of a
        // text for ever.
        let since = replaced.and_then(|at| state.waiting.remove(at)).map_or_else(Instant::now, |old| old.since);
        state.waiting.push_back(Waiting { command, control: control.clone(), since });
        drop(state);
        self.shared.changed.notify_all();
        control
    }

    /// Stops the running command and all queued ones. Queued commands are still passed to the work, with a stopped
    /// control.
    pub fn stop(&self) {
        let state = self.shared.state();
        state.running.iter().for_each(Control::stop);
        state.waiting.iter().for_each(|waiting| waiting.control.stop());
    }

    /// Returns a handle that waits for this worker, on any thread.
    #[must_use]
    pub fn idle(&self) -> Idle {
        let shared = self.shared.clone();
        Idle(Arc::new(move |limit| {
            let state = shared.state();
            let is_busy = |state: &mut State<W::Command>| state.running.is_some() || !state.waiting.is_empty();
            drop(shared.changed.wait_timeout_while(state, limit, is_busy));
        }))
    }

    /// Stops all commands without waiting for them: for work that only reads.
    pub fn abandon(mut self) {
        drop(self.thread.take());
    }

    /// Starts the thread; if this fails, `work` is kept for another attempt.
    fn start(&mut self, work: W) -> Result<(), String> {
        let (shared, events, delay) = (self.shared.clone(), self.events.clone(), self.queue.delay);
        // `spawn` drops the closure if the thread cannot be started; `work` must survive that.
        let place = Arc::new(Mutex::new(Some(work)));
        let taken = place.clone();
        let run = move || {
            let work = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(mut work) = work else { return };
            while let Some((command, control)) = shared.next(delay) {
                let attempt = catch_unwind(AssertUnwindSafe(|| work.run(&command, &control, &events)));
                if attempt.is_err() {
                    events.send(work.failed(&command, "internal error"));
                }
                shared.done();
            }
        };
        match std::thread::Builder::new().name(self.name.into()).spawn(run) {
            Ok(thread) => {
                self.thread = Some(thread);
                Ok(())
            }
            Err(error) => {
                self.work = place.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(format!("cannot start a thread: {error}"))
            }
        }
    }
}

impl<W: Work> Drop for Worker<W> {
    fn drop(&mut self) {
        self.stop();
        self.shared.state().is_closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    const SOON: Duration = Duration::from_secs(20);

    /// Echoes commands; an odd command blocks until it is stopped, 100 panics.
    struct Echo;

    impl Work for Echo {
        type Command = u32;
        type Event = String;

        fn run(&mut self, command: &u32, control: &Control, events: &Events<String>) {
            events.send(format!("begin {command}"));
            assert!(*command != 100, "as asked");
            while command % 2 == 1 && !control.is_stopped() {
                std::thread::sleep(Duration::from_millis(1));
            }
            events.send(format!("end {command}{}", if control.is_stopped() { " stopped" } else { "" }));
        }

        fn failed(&self, command: &u32, reason: &str) -> String {
            format!("failed {command}: {reason}")
        }
    }

    fn echo(queue: Queue<u32>) -> (Worker<Echo>, Receiver<String>) {
        let (sender, receiver) = channel();
        let events = Events::new(move |event| drop(sender.send(event)));
        (Worker::new("echo", queue, Echo, events), receiver)
    }

    fn next(events: &Receiver<String>) -> String {
        events.recv_timeout(SOON).unwrap()
    }

    #[test]
    fn commands_are_carried_out_in_order_and_stopped_one_by_one() {
        let (mut worker, events) = echo(Queue::in_order());
        let first = worker.send(1);
        worker.send(2);
        let third = worker.send(3);
        third.stop();
        assert_eq!(next(&events), "begin 1");
        first.stop();
        let rest: Vec<String> = (0..5).map(|_| next(&events)).collect();
        assert_eq!(rest, ["end 1 stopped", "begin 2", "end 2", "begin 3", "end 3 stopped"]);
    }

    #[test]
    fn of_several_requests_only_the_newest_is_carried_out() {
        let (mut worker, events) = echo(Queue::newest());
        worker.send(1);
        assert_eq!(next(&events), "begin 1");
        worker.send(4);
        worker.send(6);
        worker.idle().wait(SOON);
        let rest: Vec<String> = events.try_iter().collect();
        // The second was begun only if the first had ended before the third was sent.
        assert_eq!(rest.first().map(String::as_str), Some("end 1 stopped"));
        assert_eq!(&rest[rest.len() - 2..], ["begin 6", "end 6"]);
    }

    #[test]
    fn a_panic_becomes_an_event_and_the_worker_goes_on() {
        let (mut worker, events) = echo(Queue::in_order());
        worker.send(100);
        worker.send(2);
        let told: Vec<String> = (0..4).map(|_| next(&events)).collect();
        assert_eq!(told, ["begin 100", "failed 100: internal error", "begin 2", "end 2"]);
    }

    #[test]
    fn closing_stops_everything_and_waits_for_it() {
        let (mut worker, events) = echo(Queue::in_order());
        worker.send(1);
        worker.send(3);
        assert_eq!(next(&events), "begin 1");
        drop(worker);
        let rest: Vec<String> = events.try_iter().collect();
        assert_eq!(rest, ["end 1 stopped", "begin 3", "end 3 stopped"]);
    }

    #[test]
    fn a_delayed_command_is_replaced_by_a_newer_one_of_its_kind_and_not_delayed_by_closing() {
        let same = |a: &u32, b: &u32| a / 10 == b / 10;
        let (mut worker, events) = echo(Queue::delayed(Duration::from_hours(1), same));
        worker.send(10);
        worker.send(20);
        worker.send(12);
        drop(worker);
        let told: Vec<String> = events.try_iter().collect();
        assert_eq!(told, ["begin 20", "end 20 stopped", "begin 12", "end 12 stopped"]);
    }

    #[test]
    fn a_worker_without_commands_has_no_thread_and_is_idle() {
        let (mut worker, events) = echo(Queue::in_order());
        worker.idle().wait(SOON);
        assert!(worker.thread.is_none());
        worker.send(2);
        worker.idle().wait(SOON);
        assert_eq!(events.try_iter().count(), 2);
        worker.send(1);
        worker.abandon();
    }
}
