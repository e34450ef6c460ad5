//! Drawing of the Design screen.

mod costs;
pub mod form;
mod ram;
mod row;
mod strip;
pub mod table;
mod text;

use super::view::{Lower, Pane, View};
use crate::tui::action::{Action, Design};
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Minimum width, in columns, to show the text beside the table, and costs beside RAM.
const WIDE: u16 = 118;
/// Maximum width of the text beside the table.
const TEXT: u16 = 58;
/// Minimum and maximum width of the costs beside RAM.
const COSTS: (u16, u16) = (60, 70);
/// Height of the costs of a narrow screen, and of the explanation of a low one.
const LOW: (u16, u16) = (7, 3);
/// Minimum height to show both costs and RAM on a narrow screen.
const BOTH: u16 = 32;
/// Minimum height for a long explanation, and for costs and RAM in half of the screen.
const TALL: u16 = 40;
const VERY_TALL: u16 = 50;

/// The areas of the parts of the screen; parts without room have height 0. They depend on the size of the screen and on
/// what has the focus, not on the network, so that nothing moves when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The table, or the settings form.
    pub table: Rect,
    /// The explanation of the selected cell.
    pub strip: Rect,
    /// Costs and gauges.
    pub costs: Rect,
    /// RAM over the layers.
    pub ram: Rect,
    /// The text.
    pub text: Rect,
}

impl Areas {
    /// The layout of `area` if `pane` has the focus and `lower` is the tab of the lower pane of a narrow screen.
    #[must_use]
    pub fn of(area: Rect, pane: Pane, lower: Lower) -> Self {
        if area.width >= WIDE { Self::wide(area) } else { Self::narrow(area, pane, lower) }
    }

    fn wide(area: Rect) -> Self {
        let is_tall = area.height >= TALL;
        let low = match area.height {
            height if height >= VERY_TALL => height / 2,
            height if is_tall => height * 2 / 5,
            height => (height / 3).min(11),
        };
        let strip = if is_tall { 7 } else { 4.min(area.height / 6) };
        let text_width = TEXT.min(area.width / 3);
        let [upper, lower] = split(area, area.height - low);
        let left = Rect { width: area.width - text_width - 1, ..upper };
        let text = Rect { x: left.right() + 1, width: text_width, ..upper };
        let [table, strip] = split(left, left.height - strip);
        let costs = Rect { width: (area.width * 2 / 5).clamp(COSTS.0, COSTS.1), ..lower };
        let ram = Rect { x: costs.right() + 1, width: area.width - costs.width - 1, ..lower };
        Self { table, strip, costs, ram, text }
    }

    fn narrow(area: Rect, pane: Pane, lower: Lower) -> Self {
        let none = Rect { height: 0, ..area };
        let (low, explained) = (LOW.0.min(area.height / 3), LOW.1.min(area.height / 4));
        if pane == Pane::Text {
            let [table, rest] = split(area, (area.height / 4).max(3));
            let [text, strip] = split(rest, rest.height.saturating_sub(explained));
            return Self { table, strip, costs: none, ram: none, text };
        }
        let has_both = area.height >= BOTH;
        let ram_height = if has_both { area.height / 4 } else { 0 };
        let [upper, below] = split(area, area.height - low - ram_height);
        let [table, strip] = split(upper, upper.height - explained);
        let [costs, ram] = match (has_both, lower) {
            (true, _) => split(below, low),
            (false, Lower::Costs) => [below, none],
            (false, Lower::Ram) => [none, below],
        };
        Self { table, strip, costs, ram, text: none }
    }
}

/// Divides `area` below its first `height` lines.
fn split(area: Rect, height: u16) -> [Rect; 2] {
    let height = height.min(area.height);
    [Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area }]
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let areas = Areas::of(area, view.pane, view.lower);
    if view.fields.is_empty() {
        table::draw(view, areas.table, buffer, theme);
    } else {
        form::draw(view, areas.table, buffer, theme);
    }
    strip::draw(view, areas.strip, buffer, theme);
    let is_tab = (areas.ram.height == 0 || areas.costs.height == 0) && view.pane != Pane::Text;
    let key = key_of(&Action::Design(Design::Tab));
    let hint = |other: &str| if is_tab { format!(" ({key}: {other})") } else { String::new() };
    costs::draw(view, &hint("RAM"), areas.costs, buffer, theme);
    ram::draw(view, &hint("costs"), areas.ram, buffer, theme);
    text::draw(view, areas.text, buffer, theme);
}
