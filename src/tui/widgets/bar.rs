//! Progress bars and gauges.

use crate::tui::theme::Theme;
use ratatui::style::Style;
use ratatui::text::Span;

/// Blocks that fill 0 to 8 eighths of a cell.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// Returns a bar for `share`, clamped to 0..=1 (0 if it is not finite), padded with spaces to `width` cells.
#[must_use]
pub fn bar(share: f64, width: usize, style: Style, theme: Theme) -> Span<'static> {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let text = if theme.has_glyphs {
        let eighths = (share * width as f64 * 8.0).round() as usize;
        // A share above 0 is always visible.
        let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
    } else {
        "#".repeat((share * width as f64).ceil() as usize)
    };
    Span::styled(format!("{text:<width$}"), style)
}

/// Returns a gauge: a bar in brackets, `width` cells wide, with a colour that depends on `share`.
#[must_use]
pub fn gauge(share: f64, width: usize, theme: Theme) -> Vec<Span<'static>> {
    vec![Span::raw("["), bar(share, width.saturating_sub(2), theme.share(share), theme), Span::raw("]")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_wide_as_asked_whatever_the_share() {
        let theme = Theme::of(|_| None);
        for share in [-1.0, 0.0, 0.001, 0.5, 1.0, 7.0, f64::NAN, f64::INFINITY] {
            for width in [0, 1, 7] {
                let span = bar(share, width, Style::new(), theme);
                assert_eq!(span.width().max(width), span.width(), "{share}");
                assert!(span.width() <= width.max(1), "{share} {width}");
            }
        }
    }
}
