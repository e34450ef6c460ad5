//! The drawing of the arena over time that `--estimate` prints, in colours.

use crate::plan::ArenaPicture;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws `arena` into `area` from line `top`, or from an earlier line so that the area is full.
pub fn draw(arena: &ArenaPicture, top: usize, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let picture = arena.draw(usize::from(area.width));
    let top = top.min(picture.lines().count().saturating_sub(usize::from(area.height)));
    for (line, y) in picture.lines().skip(top).zip(area.y..area.bottom()) {
        let spans = line.split_inclusive(|_: char| true).map(|sign| Span::styled(sign, style(sign, theme)));
        spans.collect::<Line<'_>>().render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// Returns the style of a character of the drawing.
fn style(sign: &str, theme: Theme) -> Style {
    match sign {
        "░" => theme.label(),
        "▒" => theme.warning(),
        "▓" | "█" => theme.good(),
        "#" => theme.series(1),
        "·" => theme.dim(),
        _ => theme.text(),
    }
}
