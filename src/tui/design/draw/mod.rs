//! Drawing of the Design screen.

mod arena;
mod table;
mod text;
mod totals;

use super::view::{Pane, View};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Minimum width, in columns, to show the text beside the table.
const WIDE: u16 = 118;
/// Maximum width of the text beside the table.
const TEXT: u16 = 58;
/// Height of the totals.
const TOTALS: u16 = 6;
/// Height of the strip with the cells of the selected row.
const STRIP: u16 = 2;
/// Minimum height to draw the arena below the totals of a narrow screen.
const TALL: u16 = 40;

/// The areas of the parts of the screen; parts without room have height 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The table.
    pub table: Rect,
    /// The cells of the selected row.
    pub strip: Rect,
    /// Totals and gauges.
    pub totals: Rect,
    /// The text.
    pub text: Rect,
    /// The arena over time.
    pub arena: Rect,
}

impl Areas {
    /// The layout of `area` if `pane` has the focus and the table has `rows` rows.
    #[must_use]
    pub fn of(area: Rect, pane: Pane, rows: usize) -> Self {
        let none = Rect { height: 0, ..area };
        let is_wide = area.width >= WIDE;
        let text_width = if is_wide { TEXT.min(area.width / 3) } else { 0 };
        let left = Rect { width: area.width - text_width - u16::from(is_wide), ..area };
        let right = Rect { x: area.right() - text_width, width: text_width, ..area };
        let totals_height = TOTALS.min(left.height / 3);
        let strip_height = STRIP.min(left.height / 4);
        let wanted = u16::try_from(rows + 2).unwrap_or(u16::MAX);
        let room = left.height - totals_height - strip_height;
        let is_tall = area.height >= TALL;
        let main = if is_wide || is_tall { wanted.min(room) } else { room };
        let table = Rect { height: main, ..left };
        let strip = Rect { y: table.bottom(), height: strip_height, ..left };
        let totals = Rect { y: strip.bottom(), height: totals_height, ..left };
        let below = Rect { y: totals.bottom(), height: left.bottom() - totals.bottom(), ..left };
        if !is_wide {
            let (table, text) = if pane == Pane::Text { (none, table) } else { (table, none) };
            return Self { table, strip, totals, text, arena: below };
        }
        let arena = if below.height >= 16 { below } else { Rect { height: 17.min(right.height / 2), ..right } };
        if arena == below {
            return Self { table, strip, totals, text: right, arena };
        }
        let text = Rect { height: right.height - arena.height, ..right };
        let arena = Rect { y: text.bottom(), ..arena };
        // The table keeps its spare lines, so that the parts below do not move as blocks are added.
        let table = Rect { height: room, ..left };
        let strip = Rect { y: table.bottom(), ..strip };
        Self { table, strip, totals: Rect { y: strip.bottom(), ..totals }, text, arena }
    }
}

/// The index of the first of `count` rows shown in `height` lines, so that `row` is visible.
pub fn first_row(row: usize, count: usize, height: u16) -> usize {
    row.saturating_sub(usize::from(height) / 2).min(count.saturating_sub(usize::from(height)))
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = &view.rows;
    let areas = Areas::of(area, view.pane, rows.len());
    table::draw(view, rows, areas.table, buffer, theme);
    table::draw_strip(view, rows, areas.strip, buffer, theme);
    totals::draw(view, areas.totals, buffer, theme);
    text::draw(view, areas.text, buffer, theme);
    arena::draw(view, areas.arena, buffer, theme);
}
