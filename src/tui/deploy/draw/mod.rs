//! Drawing of the Deploy screen.

mod figures;
mod header;
mod layers;

use super::view::{Part, View};
use crate::tui::design::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::{self, frame::titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Minimum width in columns to draw the header beside the other parts.
const WIDE: u16 = 140;
/// Minimum height in lines to draw both layers and memory beside the header.
const TALL: u16 = 38;

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let is_wide = area.width >= WIDE;
    let left = if is_wide { Rect { width: area.width / 2, ..area } } else { area };
    let height = figures::HEIGHT.min(left.height);
    figures::draw(view, Rect { height, ..left }, buffer, theme);
    let below = Rect { y: left.y + height, height: left.height - height, ..left };
    let is = |part: Part| view.part == part;
    if is_wide {
        let right = Rect { x: left.right() + 1, width: area.right() - left.right() - 1, ..area };
        header::draw(view, is(Part::Header), right, buffer, theme);
    }
    if is_wide && below.height >= TALL - figures::HEIGHT {
        let wanted = view.sheet.model().map_or(0, |model| model.estimate.layers.len() + 2);
        let half = u16::try_from(wanted).unwrap_or(u16::MAX).min(below.height / 2);
        let above = Rect { height: half, ..below };
        let rest = Rect { y: above.bottom(), height: below.height - half, ..below };
        layers::draw(view, is(Part::Layers), above, buffer, theme);
        memory(view, is(Part::Memory), rest, buffer, theme);
        return;
    }
    match view.part {
        Part::Header if !is_wide => header::draw(view, true, below, buffer, theme),
        Part::Memory => memory(view, true, below, buffer, theme),
        Part::Layers | Part::Header => layers::draw(view, is(Part::Layers), below, buffer, theme),
    }
}

/// Returns the title of a part; that of the focused one names the part that Tab focuses.
fn part_title(view: &View<'_>, part: Part, text: &str) -> String {
    if view.part == part { format!("{text} (Tab: {})", next(part)) } else { text.to_owned() }
}

const fn next(part: Part) -> &'static str {
    match part {
        Part::Layers => "memory",
        Part::Memory => "header",
        Part::Header => "layers",
    }
}

/// Draws the arena over time, as `--estimate` prints it, in colours.
fn memory(view: &View<'_>, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let remark = view.sheet.model().map_or("", Model::estimate_remark);
    let title = part_title(view, Part::Memory, &format!("RAM over time{remark}"));
    let inner = titled(&title, has_focus, area, buffer, theme);
    let Some(model) = view.sheet.model() else { return };
    let top = view.top[Part::Memory as usize];
    widgets::arena::draw(&model.estimate.arena, top, inner, buffer, theme);
}
