//! Encoding of pictures for terminals with a graphics protocol.

use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::data::{News, PictureKey};
use crate::tui::terminal;
use crate::tui::widgets::picture::{Encoded, Picture};
use ratatui_image::picker::cap_parser::QueryStdioOptions;
use ratatui_image::picker::{Picker, ProtocolType};
use std::time::Duration;

/// The timeout for the terminal's reply.
const TIMEOUT: Duration = Duration::from_millis(500);

/// Queries the graphics protocol of the terminal; `None` if it has none. Nothing else may read from the terminal
/// meanwhile.
#[must_use]
pub fn ask(variable: impl Fn(&str) -> Option<String>) -> Option<Picker> {
    if !is_known(variable) || !terminal::is_active() {
        return None;
    }
    let mut options = QueryStdioOptions::default();
    options.timeout = TIMEOUT;
    let picker = Picker::from_query_stdio_with_options(options).ok()?;
    (picker.protocol_type() != ProtocolType::Halfblocks).then_some(picker)
}

/// Whether the terminal is known to have a graphics protocol. Others are not queried: if a terminal does not reply,
/// the query continues to read and would consume the first keys.
fn is_known(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let term = variable("TERM").unwrap_or_default();
    // Multiplexers do not move pictures along with the text.
    if ["dumb", "linux", "tmux", "screen"].iter().any(|name| term.starts_with(name)) || is_set("TMUX") || is_set("STY")
    {
        return false;
    }
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let programs = ["WezTerm", "iTerm.app", "ghostty", "vscode", "mintty", "rio", "WarpTerminal"];
    programs.contains(&program.as_str())
        || ["kitty", "ghostty", "foot", "contour", "mlterm", "wezterm"].iter().any(|name| term.contains(name))
        || ["KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_EXECUTABLE", "XTERM_VERSION"].iter().any(|name| is_set(name))
        || variable("LC_TERMINAL").is_some_and(|name| name.contains("iTerm"))
}

/// A command to encode pictures.
pub struct Encode {
    /// The number of this command, which its events repeat.
    pub ticket: u64,
    /// The pictures and their positions and sizes on the screen.
    pub pictures: Vec<(PictureKey, Picture)>,
}

/// Encodes pictures for a terminal with a graphics protocol.
pub struct ImageEncoder {
    picker: Picker,
}

/// Starts the thread that encodes pictures for the protocol of `picker`; a new command replaces earlier ones.
#[must_use]
pub fn start(picker: Picker, events: Events<News>) -> Worker<ImageEncoder> {
    Worker::new("pictures", Queue::newest(), ImageEncoder { picker }, events)
}

impl Work for ImageEncoder {
    type Command = Encode;
    type Event = News;

    fn run(&mut self, Encode { ticket, pictures }: &Encode, control: &Control, events: &Events<News>) {
        let mut done = Vec::with_capacity(pictures.len());
        for (shown, picture) in pictures {
            if control.is_stopped() {
                return;
            }
            // A picture that cannot be encoded is drawn in half blocks.
            if let Some(encoded) = Encoded::new(&self.picker, picture, shown.size) {
                done.push((*shown, encoded));
            }
        }
        events.send(News::Encoded { ticket: *ticket, pictures: done });
    }

    fn failed(&self, Encode { ticket, .. }: &Encode, _: &str) -> News {
        // The pictures are drawn in half blocks.
        News::Encoded { ticket: *ticket, pictures: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_that_answer_are_asked() {
        let asks = |pairs: &[(&str, &str)]| {
            is_known(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(asks(&[("TERM", "xterm-kitty")]) && asks(&[("TERM", "foot")]));
        assert!(asks(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]));
        for term in ["", "dumb", "linux", "xterm-256color", "tmux-256color", "screen"] {
            assert!(!asks(&[("TERM", term)]), "{term}");
        }
        assert!(!asks(&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux")]));
        assert!(ask(|_| None).is_none());
    }
}
