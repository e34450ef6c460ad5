//! Notifications and window titles: escape sequences that terminals pass on to the desktop.

/// Saves the title of the window (XTWINOPS).
///
/// <https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>
pub const SAVE_TITLE: &[u8] = b"\x1b[22;2t";
/// Restores the saved title.
pub const RESTORE_TITLE: &[u8] = b"\x1b[23;2t";

/// The way in which a terminal is told to notify the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Only the bell: the terminal may show other sequences as text.
    Bell,
    /// OSC 9: iTerm2, kitty, WezTerm, Ghostty, Windows Terminal, and ignored by others.
    Text,
    /// OSC 777, with title and text: VTE, foot, rxvt. A terminal that knows both would notify twice.
    Titled,
}

/// Writes notifications and titles for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcer(Kind);

impl Announcer {
    /// Detects the terminal from environment variables, which `variable` reads.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        Self(match &*term {
            "linux" | "dumb" | "" => Kind::Bell,
            term if is_set("VTE_VERSION") || term.starts_with("foot") || term.starts_with("rxvt") => Kind::Titled,
            _ => Kind::Text,
        })
    }

    /// The bytes that ring the bell and notify the desktop.
    #[must_use]
    pub fn notification(self, text: &str) -> Vec<u8> {
        let text = plain(text);
        match self.0 {
            Kind::Bell => "\x07".to_owned(),
            // The name also keeps a text such as `4;1` from being read as a progress bar.
            Kind::Text => format!("\x07\x1b]9;micromobilenet: {text}\x1b\\"),
            Kind::Titled => format!("\x07\x1b]777;notify;micromobilenet;{}\x1b\\", text.replace(';', ",")),
        }
        .into_bytes()
    }

    /// The bytes that set the title of the window; empty if the terminal has none.
    #[must_use]
    pub fn title(self, title: &str) -> Vec<u8> {
        match self.0 {
            Kind::Bell => Vec::new(),
            Kind::Text | Kind::Titled => format!("\x1b]2;{}\x1b\\", plain(title)).into_bytes(),
        }
    }
}

/// `text` without control characters, which could end the sequence.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcer(pairs: &[(&str, &str)]) -> Announcer {
        Announcer::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_terminal_is_notified_once_in_its_own_way() {
        let text = |pairs: &[(&str, &str)], text: &str| String::from_utf8(announcer(pairs).notification(text)).unwrap();
        assert_eq!(text(&[("TERM", "xterm-kitty")], "a; b"), "\x07\x1b]9;micromobilenet: a; b\x1b\\");
        let vte = [("TERM", "xterm-256color"), ("VTE_VERSION", "7600")];
        assert_eq!(text(&vte, "a; b"), "\x07\x1b]777;notify;micromobilenet;a, b\x1b\\");
        assert_eq!(text(&[("TERM", "linux")], "a"), "\x07");
        assert!(announcer(&[("TERM", "dumb")]).title("a").is_empty());
    }

    #[test]
    fn no_text_ends_its_sequence() {
        let announcer = announcer(&[("TERM", "xterm")]);
        let hostile = "x\x1b\\\x07\u{9c}y\n";
        assert_eq!(announcer.title(hostile), b"\x1b]2;x\\y\x1b\\");
        assert_eq!(announcer.notification(hostile), b"\x07\x1b]9;micromobilenet: x\\y\x1b\\");
    }
}
