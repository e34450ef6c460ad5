//! The table of layers: costs on the board, and signal-to-noise ratio in int8.

use super::super::view::{Part, View};
use crate::escape;
use crate::plan::LayerEstimate;
use crate::quant::LayerNoise;
use crate::text::{fit, fixed, thousands};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Maximum width of the names of layers, in columns.
const MAX_NAME: usize = 22;

/// Draws the table.
pub fn draw(view: &View<'_>, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let estimate = view.own_estimate();
    let layers = estimate.map_or(&[][..], |estimate| &estimate.layers);
    let height = usize::from(area.height.saturating_sub(2));
    let top = view.top[Part::Layers as usize].min(layers.len().saturating_sub(height));
    let precision = estimate.map_or_else(|| view.precision(), |estimate| estimate.precision);
    let range = super::range(top, height, layers.len());
    let title = format!("layers in {}{}{range}", precision.word(), view.remark());
    let inner = titled(&super::part_title(view, Part::Layers, &title), has_focus, area, buffer, theme);
    if inner.height == 0 {
        return;
    }
    if estimate.is_none() {
        return super::no_export(inner, buffer, theme);
    }
    let comparison = view.current.map(|prepared| &prepared.comparison);
    let costliest = comparison.and_then(|comparison| comparison.costliest()).map(|layer| layer.name.as_str());
    let longest = layers.iter().map(|layer| layer.name.chars().count()).max().unwrap_or(0).clamp(5, MAX_NAME);
    let mut header = format!("{:<longest$}{:>8}{:>10}{:>9}{:>8}", "layer", "params", "MACs", "flash B", "RAM B");
    if comparison.is_some() {
        header += &format!("{:>8}{:>9}", "SNR dB", "alone dB");
    }
    Span::styled(header, theme.label()).render(Rect { height: 1, ..inner }, buffer);
    for (layer, y) in layers.iter().skip(top).zip(inner.y + 1..inner.bottom()) {
        let noise = comparison.and_then(|all| all.layers.iter().find(|noise| noise.name == layer.name));
        let is_costliest = Some(layer.name.as_str()) == costliest;
        row(layer, noise, is_costliest, longest, theme).render(Rect { y, height: 1, ..inner }, buffer);
    }
}

fn row(
    layer: &LayerEstimate,
    noise: Option<&LayerNoise>,
    is_costliest: bool,
    longest: usize,
    theme: Theme,
) -> Line<'static> {
    let count = |value: u64| if value == 0 { "-".to_owned() } else { thousands(value) };
    let name = fit(&escape::terminal(&layer.name), longest);
    let figures = format!(
        "{:>8}{:>10}{:>9}{:>8}",
        count(layer.params),
        count(layer.macs),
        count(layer.weight_bytes),
        count(layer.ram_bytes)
    );
    let mut spans = vec![Span::styled(name, theme.label()), Span::raw(figures)];
    if let Some(noise) = noise {
        let style = if is_costliest { theme.warning() } else { theme.text() };
        spans.push(Span::styled(format!("{:>8}{:>9}", fixed(noise.snr_db, 1), fixed(noise.alone_snr_db, 1)), style));
        if is_costliest {
            let mark = if theme.has_glyphs { "◀" } else { "<" };
            spans.push(Span::styled(format!(" {mark} most"), theme.warning()));
        }
    }
    Line::from(spans)
}
