//! The table of the network.

use super::super::cells::{Cell, NONE, Place, Row};
use super::super::view::{Pane, View};
use super::row::{self, Piece, Selected};
use crate::escape;
use crate::text::{cut, thousands};
use crate::tui::dialog::first_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::Widget as _;

/// A column of the table.
struct Column {
    heading: &'static str,
    /// In characters; 0 takes the remaining room.
    width: usize,
    /// Minimum width of the screen to show the column.
    from: u16,
    /// The label of the cell that is edited in it.
    cell: Option<&'static str>,
}

const fn column(heading: &'static str, width: usize, from: u16, cell: Option<&'static str>) -> Column {
    Column { heading, width, from, cell }
}

/// Heading of the column that marks the peak.
const PEAK: &str = "";
/// Heading of the column with the share of the largest MACs, as a bar.
const SHARE: &str = "MACs ";

/// All columns, from left to right.
const COLUMNS: [Column; 16] = [
    column("block", 14, 0, Some("type")),
    column("out", 11, 0, None),
    column("filters", 7, 0, Some("filters")),
    column("k", 1, 0, Some("kernel")),
    column("s", 1, 0, Some("stride")),
    column("t", 3, 0, Some("t")),
    column("SE", 4, 0, Some("SE after")),
    column("ratio", 5, 100, Some("SE ratio")),
    column("pad", 5, 100, Some("padding")),
    column("act", 5, 100, Some("activation")),
    column("×", 2, 100, Some("repeat")),
    column("params", 7, 0, None),
    column("MACs", 9, 0, None),
    column("RAM B", 7, 0, None),
    column(PEAK, 4, 0, None),
    column(SHARE, 0, 106, None),
];

/// The columns and the width of the last one in a table of `width` columns. Without room for all, the selected cell
/// decides between parameters and MACs on the one hand, and the rarer keys on the other.
fn columns(view: &View<'_>, width: u16) -> (Vec<&'static Column>, usize) {
    let label = view.selected.as_ref().map(|cell| cell.label);
    let is_rare = |column: &&Column| (1..106).contains(&column.from) && column.cell.is_some();
    let has_rare = COLUMNS.iter().filter(is_rare).any(|column| column.from > width && column.cell == label);
    let is_shown = |column: &&Column| match column.heading {
        "params" | "MACs" | PEAK => !has_rare,
        _ => width >= column.from || (has_rare && is_rare(column)),
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(is_shown).collect();
    let taken: usize = columns.iter().map(|column| column.width + 1).sum();
    let share = usize::from(width).saturating_sub(taken + 1).min(24);
    (columns, share)
}

/// Draws the table.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let inner = titled(&title(view, area), view.pane == Pane::Table, area, buffer, theme);
    if inner.height == 0 {
        return;
    }
    if view.rows.is_empty() {
        Span::styled("no network to show: fix the errors in the text first", theme.dim()).render(inner, buffer);
        return;
    }
    let (columns, share) = columns(view, area.width);
    let heading =
        |(at, column): (usize, &&Column)| aligned(column.heading.trim_end(), width(column, share), at < 2) + " ";
    let headings: String = columns.iter().enumerate().map(heading).collect();
    Span::styled(format!(" {headings}"), theme.label()).render(Rect { height: 1, ..inner }, buffer);
    let body = body(area);
    for ((place, pieces), y) in shown(view, body, theme).zip(body.y..body.bottom()) {
        let selected = match view.pane {
            _ if place != view.row => Selected::No,
            Pane::Table if view.typed.is_some() => Selected::Typed(view.cell),
            Pane::Table => Selected::Cell(view.cell),
            _ => Selected::Unfocused(view.cell),
        };
        row::draw(&pieces, selected, Rect { y, height: 1, ..body }, buffer, theme);
    }
}

/// The part of `area` with rows.
fn body(area: Rect) -> Rect {
    Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area }
}

/// The index of the first of the rows that are shown in `height` lines.
fn top(view: &View<'_>, height: u16) -> usize {
    first_of(view.row, view.rows.len(), usize::from(height))
}

/// The rows that are shown in `body`, each with its index.
fn shown<'a>(view: &'a View<'_>, body: Rect, theme: Theme) -> impl Iterator<Item = (usize, Vec<Piece>)> + 'a {
    let most = view.rows.iter().map(|row| row.macs).max().unwrap_or(0).max(1);
    let peak = view.rows.iter().filter_map(|row| row.ram_bytes).max();
    let (columns, share) = columns(view, body.width);
    let rows = view.rows.iter().enumerate().skip(top(view, body.height));
    rows.map(move |(place, row)| {
        let pieces = if row.shapes.is_none() {
            pairs(view, row, place == view.row, usize::from(body.width).saturating_sub(1), theme)
        } else {
            let of_all = row.macs as f64 / most as f64;
            let is_peak = row.ram_bytes == peak && peak.is_some_and(|peak| peak > 0);
            block(row, &columns, share, (of_all, is_peak), theme)
        };
        (place, pieces)
    })
}

/// The row and the cell at `at`; `area` is the area of the table. No cell: the row has none there.
pub fn hit(view: &View<'_>, area: Rect, at: Position) -> Option<(usize, Option<usize>)> {
    let body = body(area);
    let line = at.y.checked_sub(body.y)?;
    let theme = Theme::of(|_| None);
    let (row, pieces) = shown(view, body, theme).nth(usize::from(line))?;
    Some((row, row::cell_at(&pieces, body.x, at.x)))
}

const fn width(column: &Column, share: usize) -> usize {
    if column.width == 0 { share } else { column.width }
}

fn title(view: &View<'_>, area: Rect) -> String {
    let name = if view.sheet.faults().is_some() { "Network (of the last valid configuration)" } else { "Network" };
    let (height, count) = (usize::from(body(area).height), view.rows.len());
    if count <= height {
        return name.to_owned();
    }
    let top = top(view, body(area).height);
    format!("{name}, rows {} to {} of {count}", top + 1, top + height)
}

fn aligned(text: &str, width: usize, left: bool) -> String {
    let text = cut(text, width);
    if left { format!("{text:<width$}") } else { format!("{text:>width$}") }
}

/// A number in at most `width` characters: in thousands or millions if it is too long.
pub fn compact(number: u64, width: usize) -> String {
    let exact = thousands(number);
    let units = [("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)];
    let shorter = units.map(|(unit, size)| thousands(number / size) + unit);
    std::iter::once(exact).chain(shorter).find(|text| text.len() <= width).unwrap_or_else(|| "…".to_owned())
}

/// The name of a row.
fn name(row: &Row) -> String {
    let value = |label: &str| row.cells.iter().find(|cell| cell.label == label).map(|cell| cell.value.as_str());
    match row.place {
        Place::Model => "model".into(),
        Place::Target => "target".into(),
        Place::Settings => "settings".into(),
        Place::Stem => "stem".into(),
        Place::Head => format!("head {}", value("pool").unwrap_or_default()),
        Place::Block(index) => {
            let repeat = value("repeat").filter(|repeat| *repeat != "1");
            let repeat = repeat.map(|repeat| format!("×{repeat}")).unwrap_or_default();
            format!("{index} {}{repeat}", value("type").unwrap_or_default())
        }
    }
}

/// The cells of a row as pairs of label and value, from the first that leaves room for the one under the cursor.
fn pairs(view: &View<'_>, row: &Row, is_here: bool, room: usize, theme: Theme) -> Vec<Piece> {
    let name = name(row);
    let room = room.saturating_sub(name.chars().count().max(6) + 1);
    let widths: Vec<usize> =
        row.cells.iter().map(|cell| cell.label.chars().count() + shown_value(cell).chars().count() + 3).collect();
    // The blanks after the last cell need no room, an ellipsis after any other does.
    let needed = |from: usize, to: usize| -> usize {
        let is_last = to + 1 == widths.len();
        widths[from..=to].iter().sum::<usize>() + usize::from(!is_last) - if is_last { 2 } else { 0 }
    };
    let mut first = 0;
    if is_here {
        while first < view.cell && needed(first, view.cell) > room {
            first += 1;
        }
    }
    let mut pieces = vec![Piece::text(format!("{name:<6}{}", if first > 0 { "…" } else { " " }), theme.dim())];
    for (at, cell) in row.cells.iter().enumerate().skip(first) {
        if needed(first, at) > room {
            pieces.push(Piece::text("…", theme.dim()));
            break;
        }
        pieces.push(Piece { text: format!("{} ", cell.label), style: theme.label(), cell: None });
        pieces.push(Piece { text: shown_value(cell), style: theme.text(), cell: Some(at) });
        pieces.push(Piece::text("  ", theme.text()));
    }
    pieces
}

/// The displayed value of a cell.
fn shown_value(cell: &Cell) -> String {
    if cell.value.is_empty() { "-".into() } else { escape::terminal(&cell.value) }
}

fn block(row: &Row, columns: &[&Column], share: usize, (of_all, is_peak): (f64, bool), theme: Theme) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(columns.len() * 2);
    for (at, column) in columns.iter().enumerate() {
        // The pool is a part of the name of the head.
        let label = if at == 0 && row.place == Place::Head { Some("pool") } else { column.cell };
        let cell = label.and_then(|label| row.cells.iter().position(|cell| cell.label == label));
        let width = width(column, share);
        let number = |number: u64| if number == 0 { "-".to_owned() } else { compact(number, width) };
        let (text, style) = match (at, column.heading) {
            (0, _) => (name(row), theme.text()),
            (_, "out") => (row.shapes.map_or_else(String::new, |(_, output)| short(output)), theme.text()),
            (_, "params") => (number(row.params), theme.text()),
            (_, "MACs") => (number(row.macs), theme.text()),
            (_, "RAM B") => (row.ram_bytes.map_or_else(|| "…".to_owned(), number), theme.text()),
            (_, PEAK) => (if is_peak { "peak" } else { "" }.to_owned(), theme.warning()),
            (_, SHARE) => {
                let bar = bar(of_all, share, theme.label(), theme);
                pieces.push(Piece::text(bar.content.into_owned(), theme.label()));
                continue;
            }
            (_, "SE") => (cell.map_or_else(String::new, |cell| word(&row.cells[cell].value).to_owned()), theme.text()),
            _ => (cell.map_or_else(String::new, |cell| shown_value(&row.cells[cell])), theme.text()),
        };
        let is_none = cell.is_some_and(|cell| row.cells[cell].value == NONE);
        let style = if is_none { theme.dim() } else { style };
        pieces.push(Piece { text: aligned(&text, width, at < 2), style, cell });
        pieces.push(Piece::text(" ", theme.text()));
    }
    pieces
}

/// The position of squeeze-and-excitation, abbreviated.
fn word(value: &str) -> &str {
    match value {
        "depthwise" => "dw",
        "project" => "proj",
        _ => "-",
    }
}

/// A shape as height × width × channels: `24x24x12`.
fn short(shape: crate::graph::Shape) -> String {
    format!("{}x{}x{}", shape.height, shape.width, shape.channels)
}
