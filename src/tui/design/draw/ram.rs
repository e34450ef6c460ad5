//! RAM while one image passes, over the layers.

use super::super::model::Model;
use super::super::view::View;
use crate::escape;
use crate::text::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::{self, frame::titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the arena over the layers; `hint` ends the title.
pub fn draw(view: &View<'_>, hint: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model().filter(|_| area.height > 3) else { return };
    let costs = &model.estimate;
    let title = format!(
        "RAM over layers{}{hint}: peak {} B, {}",
        model.estimate_remark(),
        thousands(costs.peak_activation_bytes),
        escape::terminal(&costs.peak_layers),
    );
    let inner = titled(&title, false, area, buffer, theme);
    widgets::arena::over_layers(&costs.arena, &layers(model), inner, buffer, theme);
}

/// The layers with memory, each with the index of its segment and the name of its row in the table.
fn layers(model: &Model) -> Vec<(usize, String)> {
    let costs = &model.estimate;
    let labels = model.layer_labels();
    let mut segments = costs.arena.segments.iter().enumerate().peekable();
    let mut layers = Vec::with_capacity(costs.layers.len());
    for (layer, label) in costs.layers.iter().zip(labels) {
        let Some((index, segment)) = segments.peek() else { break };
        layers.push((*index, label));
        if segment.last == layer.name {
            segments.next();
        }
    }
    layers
}
