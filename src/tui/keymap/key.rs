//! Keys: read from text and from events of the terminal, and written as text.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    held: KeyModifiers,
}

/// Names of keys without a character of their own.
const NAMES: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("space", KeyCode::Char(' ')),
];

impl Key {
    /// Parses a key: `q`, `G`, `ctrl-s`, `alt-1`, `f5`, `pageup`; `None` if it is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (held, name) = match text.split_once('-').filter(|(held, name)| !held.is_empty() && !name.is_empty()) {
            Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
            Some(("alt", name)) => (KeyModifiers::ALT, name),
            _ => (KeyModifiers::NONE, text),
        };
        let mut letters = name.chars();
        let code = match (letters.next()?, letters.as_str()) {
            (letter, "") => KeyCode::Char(letter),
            ('f', number) if number.parse::<u8>().is_ok() => KeyCode::F(number.parse().ok()?),
            _ => NAMES.iter().find(|(known, _)| *known == name)?.1,
        };
        Some(Self { code, held })
    }

    /// The key of a press or repeat; `None` for a release.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut held = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let mut code = event.code;
        if let KeyCode::Char(letter) = code {
            // Some terminals report ctrl-s as ctrl-S.
            if held.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(letter.to_ascii_lowercase());
            }
            // Some terminals report characters typed with AltGr as ctrl-alt.
            if held == KeyModifiers::CONTROL | KeyModifiers::ALT && !letter.is_ascii_alphanumeric() {
                held = KeyModifiers::NONE;
            }
        }
        Some(Self { code, held })
    }

    /// The digit or decimal point, if the key is one without modifiers.
    #[must_use]
    pub fn digit(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if self.held.is_empty() && (letter.is_ascii_digit() || letter == '.') => Some(letter),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.held.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.held.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(letter) if self.held.is_empty() => write!(f, "{letter}"),
            KeyCode::Char(letter) => write!(f, "{}", letter.to_ascii_uppercase()),
            code => {
                let name = NAMES.iter().find(|(_, known)| *known == code).map_or("", |(name, _)| name);
                let mut letters = name.chars();
                letters.next().map_or(Ok(()), |first| write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str()))
            }
        }
    }
}

/// The keys whose bytes a terminal has sent: characters, control characters, arrows and function keys. Other escape
/// sequences are left out.
#[must_use]
pub fn keys_of_bytes(bytes: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.as_ref();
    let mut keys = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let sequence = ["\x1b[", "\x1bO"].iter().find_map(|start| rest.strip_prefix(start));
        let is_end = |letter: char| ('@'..='~').contains(&letter);
        let (key, length) = match sequence.and_then(|sequence| Some((sequence, sequence.find(is_end)? + 1))) {
            Some((sequence, length)) => (of_sequence(&sequence[..length]), length + 2),
            None => (Some(of_character(letter)), letter.len_utf8()),
        };
        keys.extend(key.map(|(code, held)| Event::Key(KeyEvent::new(code, held))));
        rest = &rest[length..];
    }
    keys
}

const fn of_character(letter: char) -> (KeyCode, KeyModifiers) {
    match letter {
        '\r' | '\n' => (KeyCode::Enter, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
        '\x7f' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\x01'..='\x1a' => (KeyCode::Char((letter as u8 - 1 + b'a') as char), KeyModifiers::CONTROL),
        other => (KeyCode::Char(other), KeyModifiers::NONE),
    }
}

/// The key of a sequence without its introducer: `A`, `15~`.
fn of_sequence(sequence: &str) -> Option<(KeyCode, KeyModifiers)> {
    let code = match sequence {
        "A" => KeyCode::Up,
        "B" => KeyCode::Down,
        "C" => KeyCode::Right,
        "D" => KeyCode::Left,
        "H" | "1~" | "7~" => KeyCode::Home,
        "F" | "4~" | "8~" => KeyCode::End,
        "Z" => KeyCode::BackTab,
        "3~" => KeyCode::Delete,
        "5~" => KeyCode::PageUp,
        "6~" => KeyCode::PageDown,
        "P" => KeyCode::F(1),
        "Q" => KeyCode::F(2),
        "R" => KeyCode::F(3),
        "S" => KeyCode::F(4),
        other => match other.strip_suffix('~')?.parse::<u8>().ok()? {
            number @ 11..=15 => KeyCode::F(number - 10),
            number @ 17..=21 => KeyCode::F(number - 11),
            _ => return None,
        },
    };
    Some((code, KeyModifiers::NONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_terminals_become_keys() {
        let keys = |bytes: &[u8]| {
            let events = keys_of_bytes(bytes).into_iter();
            let keys = events.filter_map(|event| event.as_key_event().and_then(|event| Key::of(&event)));
            keys.map(|key| key.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            keys("aé\x1b[B\r\x13\x1bOR\x1b[20~\x1b[15~\x1b[Z".as_bytes()),
            "a é ↓ Enter Ctrl-S F3 F9 F5 Shift-Tab"
        );
        assert_eq!(keys(b"\x1b[?62cq\x1b[<0;1;1M\x7f\xff"), "q Backspace \u{fffd}");
        assert_eq!(keys(b"\x1b"), "Esc");
    }
}
