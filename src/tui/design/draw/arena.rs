//! The arena over time, and who owns the peak.

use super::super::State;
use crate::escape;
use crate::plan::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws the picture that `--estimate` prints, in colours.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = state.sheet.model().filter(|_| area.height > 3) else { return };
    let costs = &model.estimate;
    let title = format!(
        "RAM over time: {} B at {}",
        thousands(costs.peak_activation_bytes),
        escape::terminal(&costs.peak_layers)
    );
    let inner = titled(&title, false, area, buffer, theme);
    let picture = costs.arena.draw(usize::from(inner.width));
    for (line, y) in picture.lines().zip(inner.y..inner.bottom()) {
        let spans: Vec<Span<'_>> = line
            .split_inclusive(|_: char| true)
            .map(|letter| Span::styled(letter, glyph_style(letter, theme)))
            .collect();
        Line::from(spans).render(Rect { y, height: 1, ..inner }, buffer);
    }
}

/// How a sign of the picture looks.
fn glyph_style(glyph: &str, theme: Theme) -> Style {
    match glyph {
        "░" => theme.label(),
        "▒" => theme.warning(),
        "▓" | "█" => theme.good(),
        "#" => theme.series(1),
        "·" => theme.dim(),
        _ => theme.text(),
    }
}
