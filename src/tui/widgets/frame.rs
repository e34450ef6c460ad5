//! Titles and frames.

use crate::text::cut;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Widget as _};

/// Draws a title, followed by a rule, in the first line of `area`; returns the area below. That of the pane with the
/// focus is heavy and begins with a mark, so that it is seen without colours.
pub fn titled(title: &str, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) -> Rect {
    if area.height == 0 || area.width == 0 {
        return area;
    }
    let (mark, rule) = match (has_focus, theme.has_glyphs) {
        (true, true) => ("▌", "━"),
        (true, false) => (">", "="),
        (false, true) => ("─", "─"),
        (false, false) => ("-", "-"),
    };
    let (style, rest_style) = if has_focus { (theme.accent(), theme.accent()) } else { (theme.label(), theme.dim()) };
    let title = format!("{mark} {} ", cut(title, usize::from(area.width).saturating_sub(3)));
    let rest = usize::from(area.width).saturating_sub(Span::raw(&title).width());
    let line = Line::from(vec![Span::styled(title, style), Span::styled(rule.repeat(rest), rest_style)]);
    line.render(Rect { height: 1, ..area }, buffer);
    Rect { y: area.y + 1, height: area.height - 1, ..area }
}

/// Clears `area` and draws a frame with a title along its border; returns the area inside.
pub fn boxed(title: &str, area: Rect, buffer: &mut Buffer, theme: Theme) -> Rect {
    ratatui::widgets::Clear.render(area, buffer);
    let borders = if theme.has_glyphs { BorderType::Rounded } else { BorderType::Plain };
    let block = Block::new()
        .borders(Borders::ALL)
        .border_type(borders)
        .border_style(theme.label())
        .title(Span::styled(format!(" {title} "), theme.accent()));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Returns the centred part of `area` with at most `width` × `height` cells.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
