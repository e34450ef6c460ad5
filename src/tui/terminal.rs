//! Setup and restoration of the terminal: raw mode, alternate screen, mouse and paste events. The terminal is
//! restored however the program ends.

use super::announce::{self, Announcer};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
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

/// The terminal in raw mode on the alternate screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<FrameWriter>>,
    /// Bytes written to the terminal.
    written: Rc<Cell<usize>>,
    announcer: Announcer,
    /// The title that was set last.
    title: Option<String>,
}

/// Whether the terminal is set up. It changes, and is read before writing, under the lock of the standard output:
/// the signal thread restores the terminal while the main thread draws, and nothing may be drawn after that.
static IS_ACTIVE: AtomicBool = AtomicBool::new(false);

/// Whether the program ends by a second signal: the terminal is not set up again. Under the same lock.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Whether a title was set, and the one before saved.
static HAS_TITLE: AtomicBool = AtomicBool::new(false);

/// Writes `bytes` to the terminal, and returns whether it is set up; discards them if not.
///
/// # Errors
/// The terminal cannot be written to.
pub fn write_all(bytes: &[u8]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    if !is_active() {
        return Ok(false);
    }
    out.write_all(bytes)?;
    out.flush()?;
    Ok(true)
}

/// Whether the terminal is set up.
pub fn is_active() -> bool {
    IS_ACTIVE.load(Ordering::SeqCst)
}

/// A writer that buffers until it is flushed, and marks each flush as a synchronised update, so that terminals
/// do not show half a frame. Terminals without synchronised updates ignore the marks.
///
/// <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>
#[derive(Default)]
struct FrameWriter {
    bytes: Vec<u8>,
    /// Bytes written to the terminal.
    written: Rc<Cell<usize>>,
}

impl Write for FrameWriter {
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
        let result = write_all(&bytes);
        self.bytes.clear();
        if *result.as_ref().unwrap_or(&false) {
            self.written.set(self.written.get() + bytes.len());
        }
        result.map(|_| ())
    }
}

/// Rewrites the 16 ANSI colours in `bytes` to their short codes: 31 in place of 38;5;1. crossterm writes the long
/// form, which selects from the 256-colour palette; old consoles interpret its parts as separate codes.
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

/// SGR `parameters` with the 16 ANSI colours replaced by their short codes.
fn of_sixteen(parameters: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parameters.split(|byte| *byte == b';').collect();
    let mut chosen: Vec<Vec<u8>> = Vec::new();
    let mut rest = &parts[..];
    while let Some((first, after)) = rest.split_first() {
        let (long, short) = match (*first, after) {
            // The values of red, green and blue are not codes of their own.
            (b"38" | b"48", [b"2", ..]) => (5, None),
            (ground @ (b"38" | b"48"), [b"5", colour, ..]) => (3, number_of_sixteen(ground, colour)),
            _ => (1, None),
        };
        let (code, others) = rest.split_at(long.min(rest.len()));
        chosen.push(short.map_or_else(|| code.join(&b';'), |number| number.to_string().into_bytes()));
        rest = others;
    }
    chosen.join(&b';')
}

/// The short code of a foreground (38) or background (48) colour, if it is one of the 16.
fn number_of_sixteen(ground: &[u8], colour: &[u8]) -> Option<u16> {
    let dark = if ground == b"38" { 30 } else { 40 };
    match std::str::from_utf8(colour).ok()?.parse::<u16>().ok()? {
        number @ 0..8 => Some(dark + number),
        number @ 8..16 => Some(dark + 60 + number - 8),
        _ => None,
    }
}

impl Screen {
    /// Sets up the terminal.
    ///
    /// # Errors
    /// The terminal cannot be set up; it is restored.
    pub fn enter() -> io::Result<Self> {
        restore_on_panic();
        set_up()?;
        let writer = FrameWriter::default();
        let written = writer.written.clone();
        let backend = CrosstermBackend::new(writer);
        match Terminal::new(backend) {
            Ok(terminal) => {
                let announcer = Announcer::of(|name| std::env::var(name).ok());
                Ok(Self { terminal, written, announcer, title: None })
            }
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// The size in columns and rows; 80 × 24 if it is unknown.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws a frame, and returns the number of bytes written.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        let before = self.written.get();
        self.terminal.draw(draw)?;
        Ok(self.written.get() - before)
    }

    /// Rings the bell and notifies the desktop.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn announce(&self, text: &str) -> io::Result<()> {
        write_all(&self.announcer.notification(text)).map(|_| ())
    }

    /// Sets the title of the terminal's window; the one before is restored with the terminal. `None` changes nothing.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn set_title(&mut self, title: Option<String>) -> io::Result<()> {
        if title.is_none() || title == self.title {
            return Ok(());
        }
        let bytes = self.announcer.title(title.as_deref().unwrap_or_default());
        // Nothing is restored between what is saved and the flag that says so.
        let _lock = io::stdout().lock();
        if !bytes.is_empty() && !HAS_TITLE.load(Ordering::SeqCst) && write_all(announce::SAVE_TITLE)? {
            HAS_TITLE.store(true, Ordering::SeqCst);
        }
        self.title = title;
        write_all(&bytes).map(|_| ())
    }

    /// Copies `text` to the clipboard of the terminal, if it supports OSC 52.
    ///
    /// <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn copy(text: &str) -> io::Result<()> {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        write_all(format!("\x1b]52;c;{encoded}\x07").as_bytes()).map(|_| ())
    }

    /// Restores the terminal while `work` runs, e.g. `$EDITOR`, and sets it up again.
    ///
    /// # Errors
    /// The terminal cannot be set up again.
    pub fn run_outside<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let done = work();
        set_up()?;
        // Set again with the next frame.
        self.title = None;
        self.redraw()?;
        Ok(done)
    }

    /// Clears the terminal, whose contents are unknown, so that the next frame is drawn completely.
    /// `Terminal::clear` would query the position of the cursor and wait for the response.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Suspends the program to the shell until it is resumed.
    ///
    /// # Errors
    /// The terminal cannot be set up again.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.run_outside(|| {
            #[cfg(unix)]
            signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)
        })?
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn set_up() -> io::Result<()> {
    let mut out = io::stdout().lock();
    if IS_OVER.load(Ordering::SeqCst) {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "the program is ending"));
    }
    enable_raw_mode()?;
    IS_ACTIVE.store(true, Ordering::SeqCst);
    // A program that was killed may have left its frame on the alternate screen.
    let result = execute!(
        out,
        EnterAlternateScreen,
        Clear(ClearType::All),
        EnableMouseCapture,
        EnableBracketedPaste,
        cursor::Hide
    );
    result.inspect_err(|_| restore())
}

/// Restores the terminal, if it is set up; returns when it is, also if another thread does it. Continues after
/// errors, since the terminal may be closed already.
pub fn restore() {
    let mut out = io::stdout().lock();
    if IS_ACTIVE.swap(false, Ordering::SeqCst) {
        if HAS_TITLE.swap(false, Ordering::SeqCst) {
            let _ = out.write_all(announce::RESTORE_TITLE);
        }
        let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Restores the terminal for good: it is not set up again by a thread that does not know of the end yet.
pub fn end() {
    let _lock = io::stdout().lock();
    IS_OVER.store(true, Ordering::SeqCst);
    restore();
}

/// Restores the terminal before a panic of the drawing thread is printed. Panics of jobs are not printed while
/// the terminal is set up; they are reported on the screen.
fn restore_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let drawing: ThreadId = std::thread::current().id();
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == drawing {
                restore();
                print(panic);
            } else if !is_active() {
                print(panic);
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
        // Other colours stay, even with the numbers 38 and 48 among their parameters.
        for text in ["\x1b[38;5;231m", "\x1b[48;2;38;5;1;1m", "\x1b[38;2;48;5;3;48;5;16m"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("\x1b[38;2;48;5;3;48;5;1m"), "\x1b[38;2;48;5;3;41m");
        // Incomplete sequences and other escape sequences stay.
        for text in ["\x1b[38;5;1H", "\x1b[38;5", "\x1b[38;5m", "\x1b[38m", "\x1b[?38;5;1m", "38;5;1m", "\x1b", "\x1b["]
        {
            assert_eq!(plain(text), text);
        }
    }
}
