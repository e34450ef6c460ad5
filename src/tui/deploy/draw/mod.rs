//! Drawing of the Deploy screen.

mod board;
mod figures;
mod header;
mod layers;

use super::view::{Part, View};
use crate::tui::action::{Action, Deploy};
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::{self, frame::titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Widget as _;

/// Minimum width in columns to draw the header beside the other parts.
const WIDE: u16 = 140;
/// Minimum width of the left half, for the table of layers.
const LEFT: u16 = 82;
/// Minimum height in lines of the drawing of the arena, to draw it below the layers.
const ARENA: u16 = 18;

/// The area of the table of figures, and the areas of the visible parts, if the screen is drawn in `area`.
pub fn areas(view: &View<'_>, area: Rect) -> (Rect, Vec<(Part, Rect)>) {
    let is_wide = area.width >= WIDE;
    let left = if is_wide { Rect { width: (area.width / 2).max(LEFT), ..area } } else { area };
    let height = figures::height(view).min(left.height);
    let figures = Rect { height, ..left };
    let below = Rect { y: left.y + height, height: left.height - height, ..left };
    let mut parts = Vec::new();
    if is_wide {
        let right = Rect { x: left.right() + 1, width: area.right() - left.right() - 1, ..area };
        parts.push((Part::Header, right));
    }
    let layers = view.own_estimate().map_or(0, |estimate| estimate.layers.len() + 2);
    let layers = u16::try_from(layers).unwrap_or(u16::MAX).min(below.height.saturating_sub(ARENA));
    if layers >= ARENA / 2 && (is_wide || view.part != Part::Header) {
        parts.push((Part::Layers, Rect { height: layers, ..below }));
        parts.push((Part::Memory, Rect { y: below.y + layers, height: below.height - layers, ..below }));
    } else {
        let part = if is_wide && view.part == Part::Header { Part::Layers } else { view.part };
        parts.push((part, below));
    }
    (figures, parts)
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let (figures, parts) = areas(view, area);
    figures::draw(view, figures, buffer, theme);
    for (part, area) in parts {
        let has_focus = part == view.part;
        match part {
            Part::Header => header::draw(view, has_focus, area, buffer, theme),
            Part::Memory => memory(view, has_focus, area, buffer, theme),
            Part::Layers => layers::draw(view, has_focus, area, buffer, theme),
        }
    }
}

/// The range of lines that are visible, for a title: `, 3–12 of 40`; empty if all are.
fn range(top: usize, height: usize, count: usize) -> String {
    if count <= height {
        return String::new();
    }
    let top = top.min(count - height);
    format!(", {}–{} of {count}", top + 1, top + height)
}

/// Draws instead of a part how to get an export of the run that is chosen.
fn no_export(area: Rect, buffer: &mut Buffer, theme: Theme) {
    let key = key_of(&Action::Deploy(Deploy::Prepare));
    Span::styled(format!("{key} generates it"), theme.dim()).render(area, buffer);
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
    let top = view.top[Part::Memory as usize];
    let estimate = view.own_estimate();
    let lines = estimate.map_or(0, |estimate| estimate.arena.draw(usize::from(area.width)).lines().count());
    let range = range(top, usize::from(area.height.saturating_sub(1)), lines);
    let title = part_title(view, Part::Memory, &format!("RAM over time{}{range}", view.remark()));
    let inner = titled(&title, has_focus, area, buffer, theme);
    match estimate {
        Some(estimate) => widgets::arena::draw(&estimate.arena, top, inner, buffer, theme),
        None => no_export(inner, buffer, theme),
    }
}
