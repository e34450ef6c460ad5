//! Sources of events: each source waits in a thread of its own, and all send to one channel.

use super::keymap::LateReply;
use super::screens::News;
use crate::jobs::Idle;
use crossterm::event::Event as Key;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

/// An event of the main loop.
#[derive(Debug)]
pub enum Event {
    /// Terminal input: all events that were available.
    Keys(Vec<Key>),
    /// News of a job or of a watched file.
    News(News),
    /// The terminal was resized to this many columns and rows.
    Resized(u16, u16),
    /// The program has to end: it received a signal, or the terminal was closed.
    Stop,
    /// The program has to suspend (SIGTSTP).
    Suspend,
    /// The program was resumed (SIGCONT).
    Continue,
}

/// The sending side of the event channel.
#[derive(Debug, Clone)]
pub struct Source(Sender<Event>);

impl Source {
    /// Sends an event; it is dropped once the main loop has ended.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// Sends news.
    pub fn send_news(&self, news: News) {
        self.send(Event::News(news));
    }
}

/// Creates the event channel.
#[must_use]
pub fn channel() -> (Receiver<Event>, Source) {
    let (sender, receiver) = mpsc::channel();
    (receiver, Source(sender))
}

/// The thread that reads the terminal. It reads only on request, so that it takes no keys from other programs
/// that use the terminal meanwhile (`$EDITOR`, the shell).
pub struct Input {
    requests: Sender<()>,
}

/// Maximum number of events in a batch, so that frames are drawn between batches.
const MAX_BATCH: usize = 256;

impl Input {
    /// Starts the thread, which removes a `late` reply from the keys.
    ///
    /// # Errors
    /// The thread cannot be created.
    pub fn start(source: Source, mut late: LateReply) -> io::Result<Self> {
        let (requests, requested) = mpsc::channel();
        let read = move || {
            while requested.recv().is_ok() {
                let read = batch();
                // This batch also answers the requests that arrived while it was read. Later requests are
                // for the next batch.
                while requested.try_recv().is_ok() {}
                if let Ok(mut keys) = read {
                    keys.retain(|key| late.keep(key));
                    source.send(Event::Keys(keys));
                } else {
                    source.send(Event::Stop);
                    break;
                }
            }
        };
        std::thread::Builder::new().name("keys".into()).spawn(read)?;
        Ok(Self { requests })
    }

    /// Requests the next batch of events.
    pub fn next(&mut self) {
        // Sending fails only once the thread has ended, after it sent `Event::Stop`.
        let _ = self.requests.send(());
    }
}

/// Waits for an event, and returns it with all others that are available.
fn batch() -> io::Result<Vec<Key>> {
    let mut keys = vec![crossterm::event::read()?];
    while keys.len() < MAX_BATCH && crossterm::event::poll(Duration::ZERO)? {
        keys.push(crossterm::event::read()?);
    }
    Ok(keys)
}

/// The exit code after an interrupt: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Maximum time to wait before an immediate exit for recovery copies of unsaved text, and then for the terminal:
/// longer than the delay between a keystroke and its copy, with time for a slow SD card. A terminal that does not read
/// (a stalled connection) is not restored.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Waits until `is_done`, for at most `patience`.
fn wait_until(is_done: impl Fn() -> bool, patience: Duration) {
    let begun = Instant::now();
    while !is_done() && begun.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Turns signals into events. The first request to end sets `is_ending`. Once that is set, another one restores
/// the terminal and exits as soon as `copies` are written: a closed terminal sends several signals at once.
///
/// # Errors
/// The signal handlers cannot be installed.
pub fn watch_signals(source: Source, is_ending: Arc<AtomicBool>, copies: Idle) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    let handle = signals.handle();
    let wait = move || {
        for signal in signals.forever() {
            source.send(match signal {
                SIGTSTP => Event::Suspend,
                SIGCONT => Event::Continue,
                SIGWINCH => match crossterm::terminal::size() {
                    Ok((columns, rows)) => Event::Resized(columns, rows),
                    // The terminal was closed, which SIGHUP or a failed read reports.
                    Err(_) => continue,
                },
                _ if is_ending.swap(true, Ordering::SeqCst) => {
                    // Restoring waits for a write of another thread, which a stopped terminal never ends.
                    let restored = std::thread::Builder::new().spawn(super::terminal::end);
                    copies.wait(MAX_WAIT);
                    match restored {
                        Ok(restored) => wait_until(|| restored.is_finished(), MAX_WAIT),
                        Err(_) => super::terminal::end(),
                    }
                    std::process::exit(INTERRUPTED);
                }
                _ => Event::Stop,
            });
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait)?;
    Ok(handle)
}
