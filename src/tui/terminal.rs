//! The terminal: taken over, given back. However the program ends, the shell finds its terminal
//! as it was.

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};
use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Whole>>,
    /// Bytes that were written to it.
    written: Rc<Cell<usize>>,
    /// Frames are drawn only where there is somebody to see them.
    is_ours: bool,
}

/// Whether the terminal is ours, for the panic hook.
static OURS: AtomicBool = AtomicBool::new(false);

/// What is written between two flushes, to be shown at once: the terminal is asked not to draw
/// half of it, and one that does not know of that takes no notice.
///
/// <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>
#[derive(Default)]
struct Whole {
    bytes: Vec<u8>,
    /// Bytes that were written to the terminal.
    written: Rc<Cell<usize>>,
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            queue!(self.bytes, BeginSynchronizedUpdate)?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        queue!(self.bytes, EndSynchronizedUpdate)?;
        let bytes = in_plain_colours(&self.bytes);
        let mut out = io::stdout().lock();
        let written = out.write_all(&bytes).and_then(|()| out.flush());
        self.bytes.clear();
        self.written.set(self.written.get() + bytes.len());
        written
    }
}

/// `bytes`, with the sixteen colours chosen as every terminal knows them: 31 in place of 38;5;1. The
/// long form, which crossterm writes, is one of 256 colours to a terminal, and old consoles take its
/// parts for other wishes.
///
/// <https://man7.org/linux/man-pages/man4/console_codes.4.html>
fn in_plain_colours(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at(at + 2);
        plain.extend_from_slice(before);
        let end = sequence.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';')).unwrap_or(sequence.len());
        let (parameters, after) = sequence.split_at(end);
        if after.first() == Some(&b'm') {
            plain.extend(of_sixteen(parameters));
        } else {
            plain.extend_from_slice(parameters);
        }
        rest = after;
    }
    plain.extend_from_slice(rest);
    plain
}

/// Parameters of a choice of colours, those of the first sixteen by their short numbers.
fn of_sixteen(parameters: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parameters.split(|byte| *byte == b';').collect();
    let mut chosen: Vec<Vec<u8>> = Vec::new();
    let mut rest = &parts[..];
    while let Some((first, after)) = rest.split_first() {
        let (long, short) = match (*first, after) {
            // Red, green and blue are no wishes of their own.
            (b"38" | b"48", [b"2", ..]) => (5, None),
            (ground @ (b"38" | b"48"), [b"5", colour, ..]) => (3, number_of_sixteen(ground, colour)),
            _ => (1, None),
        };
        let (wish, others) = rest.split_at(long.min(rest.len()));
        chosen.push(short.map_or_else(|| wish.join(&b';'), |number| number.to_string().into_bytes()));
        rest = others;
    }
    chosen.join(&b';')
}

/// The short number of a colour for letters (38) or what is behind them (48), if it is of the sixteen.
fn number_of_sixteen(ground: &[u8], colour: &[u8]) -> Option<u16> {
    let dark = if ground == b"38" { 30 } else { 40 };
    match std::str::from_utf8(colour).ok()?.parse::<u16>().ok()? {
        number @ 0..8 => Some(dark + number),
        number @ 8..16 => Some(dark + 60 + number - 8),
        _ => None,
    }
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where it cannot be.
    pub fn enter() -> io::Result<Self> {
        restore_on_panic();
        take()?;
        let whole = Whole::default();
        let written = whole.written.clone();
        let backend = CrosstermBackend::new(whole);
        match Terminal::new(backend) {
            Ok(terminal) => Ok(Self { terminal, written, is_ours: true }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Columns and lines.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws a frame, and says how many bytes it took.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        let before = self.written.get();
        self.terminal.draw(draw)?;
        Ok(self.written.get() - before)
    }

    /// Draws the next frame from nothing.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn redraw(&mut self) -> io::Result<()> {
        if !self.is_ours {
            take()?;
            self.is_ours = true;
        }
        self.forget()
    }

    /// Gives the terminal to `work` for a while.
    ///
    /// # Errors
    /// Where it cannot be taken over again.
    pub fn away<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let done = work();
        take()?;
        self.forget()?;
        Ok(done)
    }

    /// Clears the terminal, of which nothing is known any more. `Terminal::clear` would ask it where
    /// its cursor is, and wait for the answer.
    fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Back to the shell, until it lets us go on.
    ///
    /// # Errors
    /// Where the terminal cannot be taken over again.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.away(|| {
            #[cfg(unix)]
            signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)
        })?
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    let taken = execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, cursor::Hide);
    taken.inspect_err(|_| give_back())
}

/// Gives the terminal back, if it is ours. Whatever fails on the way, the rest is done: the terminal
/// may be gone already.
pub fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// A panic of the thread that draws gives the terminal back before it is told. Those of jobs are
/// told on the screen by who waits for them.
fn restore_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let drawing: ThreadId = std::thread::current().id();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == drawing {
                give_back();
                tell(panic);
            } else if !OURS.load(Ordering::SeqCst) {
                tell(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_colours_are_chosen_by_their_short_numbers() {
        let plain = |text: &str| String::from_utf8(in_plain_colours(text.as_bytes())).unwrap();
        assert_eq!(plain("a\x1b[38;5;6mb\x1b[48;5;9mc"), "a\x1b[36mb\x1b[101mc");
        assert_eq!(plain("\x1b[38;5;8;48;5;0;1m"), "\x1b[90;40;1m");
        assert_eq!(plain("\x1b[7m\x1b[m\x1b[39;49m\x1b[0m"), "\x1b[7m\x1b[m\x1b[39;49m\x1b[0m");
        // The others stay, whatever their numbers look like.
        for text in ["\x1b[38;5;231m", "\x1b[48;2;38;5;1;1m", "\x1b[38;2;48;5;3;48;5;16m"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("\x1b[38;2;48;5;3;48;5;1m"), "\x1b[38;2;48;5;3;41m");
        // So does what is none, or no whole one.
        for text in ["\x1b[38;5;1H", "\x1b[38;5", "\x1b[38;5m", "\x1b[38m", "\x1b[?38;5;1m", "38;5;1m", "\x1b", "\x1b["]
        {
            assert_eq!(plain(text), text);
        }
    }
}
