//! Styles by meaning, for the colours that the terminal supports.

use ratatui::style::{Color, Modifier, Style};

/// The number of colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: `NO_COLOR` is set, or the terminal is dumb.
    None,
    /// The 16 ANSI colours.
    Sixteen,
    /// The 256-colour palette.
    Many,
    /// 24-bit RGB.
    True,
}

/// Styles by meaning. All text uses the 16 ANSI colours, which users configure to suit their background;
/// only bars and pictures use more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The number of colours.
    pub depth: Depth,
    /// Whether the background is light.
    pub is_light: bool,
    /// Whether the terminal shows more glyphs than the font of the Linux console has.
    pub has_glyphs: bool,
    /// Whether pictures may be drawn in pixels. Not below a dialog: they would cover its text.
    pub has_pixels: bool,
}

impl Theme {
    /// Detects the theme from environment variables, which `variable` reads.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let colorterm = variable("COLORTERM").unwrap_or_default();
        let depth = if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            Depth::None
        } else if term == "linux" {
            // The other variables may be inherited from another terminal.
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

    /// Normal text.
    #[must_use]
    #[expect(clippy::unused_self, reason = "callers do not depend on which styles use the theme")]
    pub const fn text(self) -> Style {
        Style::new()
    }

    /// Secondary text.
    #[must_use]
    pub fn dim(self) -> Style {
        match (self.depth, self.has_glyphs) {
            // The Linux console shows dim text in another colour.
            (Depth::None, true) => Style::new().add_modifier(Modifier::DIM),
            (Depth::None, false) => Style::new(),
            _ => Style::new().fg(Color::DarkGray),
        }
    }

    /// The selected item.
    #[must_use]
    #[expect(clippy::unused_self, reason = "callers do not depend on which styles use the theme")]
    pub const fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Titles, and the pane with the focus.
    #[must_use]
    pub fn accent(self) -> Style {
        self.colour(if self.is_light { Color::Blue } else { Color::Cyan }).add_modifier(Modifier::BOLD)
    }

    /// Column headings and labels.
    #[must_use]
    pub fn label(self) -> Style {
        self.colour(if self.is_light { Color::Blue } else { Color::Cyan })
    }

    /// Success.
    #[must_use]
    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    /// Warnings.
    #[must_use]
    pub fn warning(self) -> Style {
        self.colour(if self.is_light { Color::Magenta } else { Color::Yellow })
    }

    /// Errors.
    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The colour of the `index`th of several curves, classes or kinds; repeats after six.
    #[must_use]
    pub fn series(self, index: usize) -> Style {
        const COLOURS: [Color; 6] = [Color::Blue, Color::Magenta, Color::Green, Color::Cyan, Color::Red, Color::Yellow];
        self.colour(COLOURS[index % COLOURS.len()])
    }

    /// The style of a used fraction: good up to 0.85, a warning up to 1, an error above.
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
