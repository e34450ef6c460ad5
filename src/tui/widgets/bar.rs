//! Progress bars and gauges.

use crate::plan::Parts;
use crate::text::thousands;
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

/// Returns a gauge: a bar on a track, `width` cells wide, with a colour that depends on `share`. Above 1 it is full
/// and ends in an arrow.
#[must_use]
pub fn gauge(share: f64, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let style = theme.share(share);
    let (full, over, track) = if theme.has_glyphs { ("█", "▶", "░") } else { ("#", ">", ".") };
    if share > 1.0 && width > 0 {
        return vec![Span::styled(full.repeat(width - 1) + over, style)];
    }
    let bar = bar(share, width, style, theme).content.trim_end().chars().take(width).collect::<String>();
    let rest = width.saturating_sub(bar.chars().count());
    vec![Span::styled(bar, style), Span::styled(track.repeat(rest), theme.dim())]
}

/// The parts of a memory as a sum, such as `4,520 object + 190 stack + 222 core = 4,932 of 2,048 B`; `names` are those
/// of the header's own parts.
#[must_use]
pub fn sum(parts: &Parts, names: [&str; 2]) -> String {
    let [own, other] = parts.own.map(thousands);
    let core = thousands(parts.core);
    format!("{own} {} + {other} {} + {core} core = {}", names[0], names[1], total_of(parts))
}

/// The use of a memory, such as `4,932 of 2,048 B`.
#[must_use]
pub fn total_of(parts: &Parts) -> String {
    format!("{} of {} B", thousands(parts.total()), thousands(parts.chip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_beyond_its_end_looks_so_without_colours() {
        let theme = Theme::of(|_| None);
        let text =
            |share, width| gauge(share, width, theme).iter().map(|span| span.content.clone()).collect::<String>();
        assert_eq!(text(0.5, 6), "███░░░");
        assert_eq!(text(1.0, 6), "██████");
        assert_eq!(text(1.001, 6), "█████▶");
        for (share, width, expected) in [(2.4, 1, "▶"), (2.4, 0, ""), (0.2, 0, ""), (f64::NAN, 2, "░░")] {
            assert_eq!(text(share, width), expected);
        }
    }

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
