//! Colours by what they mean, for what the terminal can show.

use ratatui::style::{Color, Modifier, Style};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: `NO_COLOR` is set, or the terminal is dumb.
    None,
    /// The sixteen of every terminal.
    Sixteen,
    /// 256.
    Many,
    /// 24 bits.
    True,
}

/// Colours by what they mean. The sixteen colours of the terminal carry all text, since those suit
/// its background, whichever that is; only bars and pictures use more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// How many colours there are.
    pub depth: Depth,
    /// Whether the background is light.
    pub is_light: bool,
    /// Whether the terminal shows more than the console's own letters.
    pub has_glyphs: bool,
    /// Whether pictures may be drawn in pixels: text in front of them would be lost.
    pub has_pixels: bool,
}

impl Theme {
    /// What the environment says of the terminal. `variable` reads one of its variables.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let colorterm = variable("COLORTERM").unwrap_or_default();
        let depth = if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            Depth::None
        } else if term == "linux" {
            // What else the variables say is of the terminal that the console was reached from.
            Depth::Sixteen
        } else if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") {
            Depth::True
        } else if term.contains("256color") {
            Depth::Many
        } else {
            Depth::Sixteen
        };
        // `COLORFGBG` ends with the number of the background's colour.
        let background = variable("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
        let is_light = background.is_some_and(|background| background == 7 || background == 15);
        Self { depth, is_light, has_glyphs: term != "linux" && term != "dumb", has_pixels: true }
    }

    fn colour(self, colour: Color) -> Style {
        if self.depth == Depth::None { Style::new() } else { Style::new().fg(colour) }
    }

    /// Text.
    #[must_use]
    #[expect(clippy::unused_self, reason = "which styles depend on the theme is its own affair")]
    pub const fn text(self) -> Style {
        Style::new()
    }

    /// Text that matters less.
    #[must_use]
    pub fn dim(self) -> Style {
        match (self.depth, self.has_glyphs) {
            // The console shows dim text as another colour altogether.
            (Depth::None, true) => Style::new().add_modifier(Modifier::DIM),
            (Depth::None, false) => Style::new(),
            _ => Style::new().fg(Color::DarkGray),
        }
    }

    /// What is selected.
    #[must_use]
    #[expect(clippy::unused_self, reason = "which styles depend on the theme is its own affair")]
    pub const fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Titles, and what has the focus.
    #[must_use]
    pub fn accent(self) -> Style {
        self.colour(if self.is_light { Color::Blue } else { Color::Cyan }).add_modifier(Modifier::BOLD)
    }

    /// Headings of columns and labels.
    #[must_use]
    pub fn label(self) -> Style {
        self.colour(if self.is_light { Color::Blue } else { Color::Cyan })
    }

    /// What is well.
    #[must_use]
    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    /// What is to be looked at.
    #[must_use]
    pub fn warning(self) -> Style {
        self.colour(if self.is_light { Color::Magenta } else { Color::Yellow })
    }

    /// What is wrong.
    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The `index`th of several curves, classes or kinds.
    #[must_use]
    pub fn series(self, index: usize) -> Style {
        const COLOURS: [Color; 6] = [Color::Blue, Color::Magenta, Color::Green, Color::Cyan, Color::Red, Color::Yellow];
        self.colour(COLOURS[index % COLOURS.len()])
    }

    /// A share from 0 to 1, from calm to alarming.
    #[must_use]
    pub fn share(self, share: f64) -> Style {
        match share {
            share if share > 1.0 => self.bad(),
            share if share > 0.85 => self.warning(),
            _ => self.good(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(pairs: &[(&str, &str)]) -> Theme {
        Theme::of(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn depth_follows_the_environment() {
        assert_eq!(theme(&[("TERM", "xterm")]).depth, Depth::Sixteen);
        assert_eq!(theme(&[("TERM", "xterm-256color")]).depth, Depth::Many);
        assert_eq!(theme(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]).depth, Depth::True);
        let plain = theme(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]);
        assert_eq!((plain.depth, plain.bad().fg, plain.good().fg), (Depth::None, None, None));
        assert!(!theme(&[("TERM", "linux")]).has_glyphs);
        assert_eq!(theme(&[("TERM", "linux"), ("COLORTERM", "truecolor")]).depth, Depth::Sixteen);
        assert!(theme(&[("COLORFGBG", "0;15")]).is_light && !theme(&[("COLORFGBG", "15;0")]).is_light);
    }
}
