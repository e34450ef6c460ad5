//! The arena over time, and the layers at its peak.

use super::super::view::View;
use crate::escape;
use crate::text::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::{self, frame::titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the chart that `--estimate` prints, in colour.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model().filter(|_| area.height > 3) else { return };
    let costs = &model.estimate;
    let title = format!(
        "RAM over time: {} B at {}{}",
        thousands(costs.peak_activation_bytes),
        escape::terminal(&costs.peak_layers),
        model.estimate_remark()
    );
    let inner = titled(&title, false, area, buffer, theme);
    widgets::arena::draw(&costs.arena, 0, inner, buffer, theme);
}
