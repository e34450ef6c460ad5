//! Where events come from: each source has a thread that waits, and all go into one channel.

use super::screens::News;
use crate::jobs::Idle;
use crossterm::event::Event as Key;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

/// What the loop waits for.
#[derive(Debug)]
pub enum Event {
    /// Keys, pastes, the mouse, another size: all that were there.
    Keys(Vec<Key>),
    /// Of a job, or of a file.
    News(News),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The program has to end: a signal, or the terminal is gone.
    Stop,
    /// The shell wants its terminal.
    Suspend,
    /// The shell gave it back.
    Continue,
}

/// Where events are put in.
#[derive(Debug, Clone)]
pub struct Source(Sender<Event>);

impl Source {
    /// Puts an event in. Once the loop has ended, nobody hears it.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// Puts news in.
    pub fn tell(&self, news: News) {
        self.send(Event::News(news));
    }
}

/// The channel of all events.
#[must_use]
pub fn channel() -> (Receiver<Event>, Source) {
    let (sender, receiver) = mpsc::channel();
    (receiver, Source(sender))
}

/// The thread that reads the terminal. It reads only when asked to, so that nobody else who wants
/// the terminal (`$EDITOR`, the shell) loses keys to it.
pub struct Input {
    wishes: Sender<()>,
}

/// The most events that are taken at once: a frame between them keeps the screen alive.
const MOST: usize = 256;

impl Input {
    /// Starts it.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(source: Source) -> io::Result<Self> {
        let (wishes, asked) = mpsc::channel();
        let read = move || {
            while asked.recv().is_ok() {
                let read = batch();
                // Wishes that came meanwhile are met by what was read. Those that come once it is
                // sent are for what is read next.
                while asked.try_recv().is_ok() {}
                if let Ok(keys) = read {
                    source.send(Event::Keys(keys));
                } else {
                    source.send(Event::Stop);
                    break;
                }
            }
        };
        std::thread::Builder::new().name("keys".into()).spawn(read)?;
        Ok(Self { wishes })
    }

    /// The next events are wanted.
    pub fn next(&mut self) {
        // Its thread ends only when the terminal is gone, which it has told.
        let _ = self.wishes.send(());
    }
}

/// Waits for an event; with it come those that are there already.
fn batch() -> io::Result<Vec<Key>> {
    let mut keys = vec![crossterm::event::read()?];
    while keys.len() < MOST && crossterm::event::poll(Duration::ZERO)? {
        keys.push(crossterm::event::read()?);
    }
    Ok(keys)
}

/// The exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// How long the copies of unsaved texts are waited for, by a program that is to end at once: longer
/// than a keystroke's copy waits for the next keystroke, and for a slow memory card.
const LAST_COPIES: Duration = Duration::from_secs(2);

/// Turns signals into events. Once `is_ending`, which the first wish to end sets too, another one
/// gives the terminal back and ends the program as soon as `copies` are written: a terminal that is
/// closed sends several such wishes.
///
/// # Errors
/// Where they cannot be caught.
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
                    // The terminal is gone, which is told by other means.
                    Err(_) => continue,
                },
                _ if is_ending.swap(true, Ordering::SeqCst) => {
                    super::terminal::give_back();
                    copies.wait(LAST_COPIES);
                    std::process::exit(INTERRUPTED);
                }
                _ => Event::Stop,
            });
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait)?;
    Ok(handle)
}
