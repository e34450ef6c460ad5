//! The background colour of the terminal, which OSC 11 asks for.
//!
//! <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>

use crate::tui::terminal;

use std::time::{Duration, Instant};

/// The time limit for the reply: only a terminal that does not know its own attributes makes the user wait so long.
const LIMIT: Duration = Duration::from_secs(1);
/// The maximum length of the reply.
const MAX_LENGTH: usize = 1024;

/// The reply of the terminal.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Whether the background is light; `None` if the terminal does not say.
    pub is_light: Option<bool>,
    /// What was typed meanwhile.
    pub typed: Vec<u8>,
    /// Whether all of it came in time.
    pub is_complete: bool,
}

/// Asks for the background colour, and for the device attributes, which every terminal knows: their reply ends the
/// wait. Nothing else may read from the terminal meanwhile.
#[must_use]
pub fn ask() -> Reply {
    match terminal::write_all(b"\x1b]11;?\x1b\\\x1b[c") {
        Ok(true) => read(&read_until_reply()),
        Ok(false) | Err(_) => Reply::default(),
    }
}

/// Reads until the reply to the device attributes is complete, or the time is over.
#[cfg(unix)]
fn read_until_reply() -> Vec<u8> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut bytes = Vec::new();
    let until = Instant::now() + LIMIT;
    let input = std::io::stdin();
    while !is_complete(&bytes) && bytes.len() < MAX_LENGTH {
        let left = until.saturating_duration_since(Instant::now());
        let Ok(limit) = Timespec::try_from(left) else { break };
        let mut waiting = [PollFd::new(&input, PollFlags::IN)];
        if !matches!(poll(&mut waiting, Some(&limit)), Ok(1..)) {
            break;
        }
        let mut buffer = [0; 256];
        match rustix::io::read(&input, &mut buffer) {
            Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
            _ => break,
        }
    }
    bytes
}

#[cfg(not(unix))]
fn read_until_reply() -> Vec<u8> {
    Vec::new()
}

/// Whether `bytes` contain the reply to the device attributes: `ESC [ ? … c`.
fn is_complete(bytes: &[u8]) -> bool {
    sequences(bytes).any(|sequence| sequence.starts_with(b"\x1b[?") && sequence.ends_with(b"c"))
}

/// Splits `bytes` into escape sequences, and the other bytes one by one.
fn sequences(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = match rest {
            [] => return None,
            [0x1b, b']', ..] => end_of_osc(rest),
            [0x1b, b'[', ..] => rest.iter().skip(2).position(|byte| (0x40..=0x7e).contains(byte)).map(|at| at + 3),
            _ => Some(1),
        };
        let (part, others) = rest.split_at(length.unwrap_or(rest.len()));
        rest = others;
        Some(part)
    })
}

/// The length of the OSC sequence at the beginning of `bytes`, which BEL or `ESC \` ends.
fn end_of_osc(bytes: &[u8]) -> Option<usize> {
    let at = bytes.iter().skip(2).position(|byte| matches!(byte, 0x07 | 0x1b))? + 2;
    Some(if bytes[at] == 0x07 { at + 1 } else { (at + 2).min(bytes.len()) })
}

/// Reads the replies in `bytes`.
fn read(bytes: &[u8]) -> Reply {
    let mut reply = Reply { is_complete: is_complete(bytes), ..Reply::default() };
    for part in sequences(bytes) {
        match part.strip_prefix(b"\x1b]11;") {
            Some(colour) => reply.is_light = std::str::from_utf8(colour).ok().and_then(is_light),
            None if part.starts_with(b"\x1b[?") || part.starts_with(b"\x1b]") => {}
            None => reply.typed.extend_from_slice(part),
        }
    }
    reply
}

/// Whether a colour `rgb:RRRR/GGGG/BBBB`, of one to four hexadecimal digits each, is light: a relative luminance (Rec.
/// 709) above one half.
fn is_light(text: &str) -> Option<bool> {
    let text = text.trim_end_matches(['\x07', '\x1b', '\\']);
    let (_, channels) = text.split_once("rgb:").or_else(|| text.split_once("rgba:"))?;
    let mut channels = channels.split('/').map(|digits| {
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 4)?;
        Some(f64::from(value) / (16f64.powi(digits.len() as i32) - 1.0))
    });
    let mut next = || channels.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(bytes: &str) -> Option<bool> {
        read(bytes.as_bytes()).is_light
    }

    #[test]
    fn replies_of_terminals_are_read() {
        assert_eq!(light("\x1b]11;rgb:ffff/ffff/dddd\x1b\\\x1b[?62;22c"), Some(true));
        assert_eq!(light("\x1b]11;rgb:1616/1818/1d1d\x07\x1b[?6c"), Some(false));
        assert_eq!(light("\x1b]11;rgb:f/f/f\x07"), Some(true));
        assert_eq!(light("\x1b]11;rgba:00/00/00/ff\x07"), Some(false));
        for odd in
            ["\x1b[?62c", "", "\x1b]11;red\x07", "\x1b]11;rgb:zz/0/0\x07", "\x1b]11;rgb:fffff/0/0\x07", "\x1b]11;rgb:"]
        {
            assert_eq!(light(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn the_wait_ends_with_the_device_attributes_and_typed_keys_are_kept() {
        assert!(is_complete(b"ab\x1b]11;rgb:0/0/0\x07q\x1b[?62c"));
        assert!(!is_complete(b"\x1b]11;rgb:0/0/0\x07") && !is_complete(b"\x1b[?62") && !is_complete(b"c"));
        assert_eq!(read(b"ab\x1b]11;rgb:0/0/0\x07q\x1b[B\x1b[?62c\r").typed, b"abq\x1b[B\r");
    }
}
