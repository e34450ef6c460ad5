//! Styles by meaning, for the colours that the terminal supports.

use super::preferences::{Background, Colours};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// The number of colours that a terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Depth {
    /// None: `NO_COLOR` is set, or the terminal is dumb.
    #[serde(rename = "none")]
    None,
    /// The 16 ANSI colours.
    #[serde(rename = "16")]
    Sixteen,
    /// The 256-colour palette.
    #[serde(rename = "256")]
    Many,
    /// 24-bit RGB.
    #[serde(rename = "truecolor")]
    True,
}

/// Styles by meaning. All text uses the 16 ANSI colours, which users configure to suit their background;
/// only bars and pictures use more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    /// The number of colours.
    pub depth: Depth,
    /// Whether the background is light.
    pub is_light: bool,
    /// Whether the terminal shows more glyphs than the font of the Linux console has.
    pub has_glyphs: bool,
    /// Whether pictures may be drawn in pixels. Not below a dialog: they would cover its text.
    pub has_pixels: bool,
    /// Colours of the user.
    pub own: Colours,
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
        Self {
            depth,
            is_light,
            has_glyphs: term != "linux" && term != "dumb",
            has_pixels: true,
            own: Colours::default(),
        }
    }

    /// The theme with the colours of the user.
    #[must_use]
    pub fn with(self, own: Colours) -> Self {
        let is_light = match own.background {
            Background::Auto => self.is_light,
            Background::Dark => false,
            Background::Light => true,
        };
        Self { own, is_light, depth: own.depth.unwrap_or(self.depth), ..self }
    }

    fn colour(self, colour: Color) -> Style {
        if self.depth == Depth::None { Style::new() } else { Style::new().fg(colour) }
    }

    const fn highlight(self) -> Color {
        if self.is_light { Color::Blue } else { Color::Cyan }
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
            _ => Style::new().fg(self.own.dim.unwrap_or(Color::DarkGray)),
        }
    }

    /// The selected item: one colour over its whole width, whatever the colours of its text are.
    #[must_use]
    #[expect(clippy::unused_self, reason = "callers do not depend on which styles use the theme")]
    pub const fn selected(self) -> Style {
        let style = Style::new().fg(Color::Reset).bg(Color::Reset);
        style.add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM)
    }

    /// The selected cell in a selected row: out of its colour, and underlined.
    #[must_use]
    pub fn selected_cell(self) -> Style {
        self.accent().add_modifier(Modifier::UNDERLINED).remove_modifier(Modifier::REVERSED)
    }

    /// Titles, and the pane with the focus.
    #[must_use]
    pub fn accent(self) -> Style {
        self.colour(self.own.accent.unwrap_or_else(|| self.highlight())).add_modifier(Modifier::BOLD)
    }

    /// Column headings and labels.
    #[must_use]
    pub fn label(self) -> Style {
        self.colour(self.own.label.unwrap_or_else(|| self.highlight()))
    }

    /// Success.
    #[must_use]
    pub fn good(self) -> Style {
        self.colour(self.own.good.unwrap_or(Color::Green))
    }

    /// Warnings.
    #[must_use]
    pub fn warning(self) -> Style {
        let default = match (self.is_light, self.depth) {
            (false, _) => Color::Yellow,
            // Yellow cannot be read on white: a dark orange, or magenta where there is none.
            (true, Depth::Many | Depth::True) => Color::Indexed(130),
            (true, _) => Color::Magenta,
        };
        self.colour(self.own.warning.unwrap_or(default))
    }

    /// Errors.
    #[must_use]
    pub fn bad(self) -> Style {
        self.colour(self.own.bad.unwrap_or(Color::Red)).add_modifier(Modifier::BOLD)
    }

    /// The colour of the `index`th of several curves, classes or kinds; repeats after six.
    #[must_use]
    pub fn series(self, index: usize) -> Style {
        const COLOURS: [Color; 6] = [Color::Blue, Color::Magenta, Color::Green, Color::Cyan, Color::Red, Color::Yellow];
        match COLOURS[index % COLOURS.len()] {
            Color::Yellow if self.is_light => self.warning(),
            colour => self.colour(colour),
        }
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
    fn no_text_is_yellow_on_white() {
        for (term, expected) in [("xterm", Color::Magenta), ("xterm-256color", Color::Indexed(130))] {
            let light = theme(&[("TERM", term), ("COLORFGBG", "0;15")]);
            assert_eq!(light.warning().fg, Some(expected));
            assert!((0..6).all(|index| light.series(index).fg != Some(Color::Yellow)));
        }
        assert_eq!(theme(&[("TERM", "xterm")]).warning().fg, Some(Color::Yellow));
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
