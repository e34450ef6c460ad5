//! The table of the network.

use super::super::cells::{Cell, NONE, Place, Row};
use super::super::view::{Pane, View};
use crate::config::Place as TextPlace;
use crate::escape;
use crate::text::cut;
use crate::text::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
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

/// All columns, from left to right.
const COLUMNS: [Column; 14] = [
    column("block", 14, 0, Some("type")),
    column("in → out", 19, 0, None),
    column("filt", 4, 0, Some("filters")),
    column("k", 1, 0, Some("kernel")),
    column("s", 1, 0, Some("stride")),
    column("t", 2, 0, Some("t")),
    column("SE", 4, 0, Some("SE after")),
    column("/", 2, 100, Some("SE ratio")),
    column("pad", 5, 100, Some("padding")),
    column("act", 5, 100, Some("activation")),
    column("params", 7, 0, None),
    column("MACs", 7, 0, None),
    column("RAM B", 7, 0, None),
    column("", 0, 0, None),
];

/// Draws the table.
pub fn draw(view: &View<'_>, rows: &[Row], area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let inner = titled(&title(view), view.pane == Pane::Table, area, buffer, theme);
    if inner.height == 0 {
        return;
    }
    if rows.is_empty() {
        Span::styled("no network to show: fix the errors in the text first", theme.dim()).render(inner, buffer);
        return;
    }
    let columns: Vec<&Column> = COLUMNS.iter().filter(|column| area.width >= column.from).collect();
    let taken: usize = columns.iter().map(|column| column.width + 1).sum();
    let share = usize::from(area.width).saturating_sub(taken).min(24);
    let headings: Vec<Span<'_>> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| Span::styled(aligned(column.heading, width(column, share), at < 2) + " ", theme.label()))
        .collect();
    Line::from(headings).render(Rect { height: 1, ..inner }, buffer);
    let body = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    let top = super::first_row(view.row, rows.len(), body.height);
    let most = rows.iter().map(|row| row.macs).max().unwrap_or(0).max(1);
    for ((place, row), y) in rows.iter().enumerate().skip(top).zip(body.y..body.bottom()) {
        let is_here = place == view.row;
        let spans = if matches!(row.place, Place::Model | Place::Target | Place::Head) && row.shapes.is_none() {
            pairs(view, row, is_here, usize::from(body.width), theme)
        } else {
            block(view, row, is_here, &columns, share, row.macs as f64 / most as f64, theme)
        };
        Line::from(spans).render(Rect { y, height: 1, ..body }, buffer);
    }
}

const fn width(column: &Column, share: usize) -> usize {
    if column.width == 0 { share } else { column.width }
}

fn title(view: &View<'_>) -> String {
    if view.sheet.faults().is_some() { "Network (of the last valid configuration)".into() } else { "Network".into() }
}

fn aligned(text: &str, width: usize, left: bool) -> String {
    let text = cut(text, width);
    if left { format!("{text:<width$}") } else { format!("{text:>width$}") }
}

/// A number in at most `width` characters: in thousands if it is too long.
fn compact(number: u64, width: usize) -> String {
    let exact = thousands(number);
    if exact.len() <= width { exact } else { format!("{}k", thousands(number / 1000)) }
}

/// The name of a row.
fn name(row: &Row) -> String {
    let value = |label: &str| row.cells.iter().find(|cell| cell.label == label).map(|cell| cell.value.as_str());
    match row.place {
        Place::Model => "model".into(),
        Place::Target => "target".into(),
        Place::Stem => "stem".into(),
        Place::Head => format!("head {}", value("pool").unwrap_or_default()),
        Place::Block(index) => {
            let repeat = value("repeat").filter(|repeat| *repeat != "1");
            let repeat = repeat.map(|repeat| format!("×{repeat}")).unwrap_or_default();
            format!("{index} {}{repeat}", value("type").unwrap_or_default())
        }
    }
}

/// The cells of a row as pairs of label and value.
fn pairs(view: &View<'_>, row: &Row, is_here: bool, room: usize, theme: Theme) -> Vec<Span<'static>> {
    let name = format!("{:<6} ", name(row));
    let room = room.saturating_sub(name.chars().count());
    let mut spans = vec![Span::styled(name, theme.dim())];
    let widths: Vec<usize> =
        row.cells.iter().map(|cell| cell.label.chars().count() + shown(cell).chars().count() + 3).collect();
    // Scrolls until the cell under the cursor is visible.
    let mut first = 0;
    if is_here {
        while first < view.cell && widths[first..=view.cell].iter().sum::<usize>() > room {
            first += 1;
        }
    }
    for (at, cell) in row.cells.iter().enumerate().skip(first) {
        spans.push(Span::styled(format!("{} ", cell.label), theme.label()));
        spans.push(value(view, cell, is_here && at == view.cell, shown(cell), theme));
        spans.push(Span::raw("  "));
    }
    spans
}

/// The displayed value of a cell.
fn shown(cell: &Cell) -> String {
    if cell.value.is_empty() { "-".into() } else { escape::terminal(&cell.value) }
}

fn value(view: &View<'_>, cell: &Cell, is_selected: bool, text: String, theme: Theme) -> Span<'static> {
    let is_typed = is_selected && view.typed.is_some();
    let style = match (is_selected, view.pane) {
        (true, Pane::Table) if is_typed => theme.selected().patch(theme.warning()),
        (true, Pane::Table) => theme.selected(),
        (true, Pane::Text) => theme.accent(),
        (false, _) if cell.value == NONE => theme.dim(),
        (false, _) => theme.text(),
    };
    Span::styled(text, style)
}

fn block(
    view: &View<'_>,
    row: &Row,
    is_here: bool,
    columns: &[&Column],
    share: usize,
    of_all: f64,
    theme: Theme,
) -> Vec<Span<'static>> {
    let mut spans = Vec::with_capacity(columns.len() * 2);
    for (at, column) in columns.iter().enumerate() {
        let cell = column.cell.and_then(|label| row.cells.iter().position(|cell| cell.label == label));
        let is_selected = is_here && cell == Some(view.cell);
        let width = width(column, share);
        let number = |number: u64| if number == 0 { "-".to_owned() } else { compact(number, width) };
        let text = match (at, column.heading) {
            (0, _) => name(row),
            (_, "in → out") => {
                row.shapes.map_or_else(String::new, |(input, output)| format!("{}→{}", short(input), short(output)))
            }
            (_, "params") => number(row.params),
            (_, "MACs") => number(row.macs),
            (_, "RAM B") => row.ram_bytes.map_or_else(|| "…".to_owned(), number),
            (_, "") => {
                spans.push(bar(of_all, share, theme.label(), theme));
                continue;
            }
            (_, "SE") => cell.map_or_else(String::new, |cell| word(&row.cells[cell].value).to_owned()),
            _ => cell.map_or_else(String::new, |cell| shown(&row.cells[cell])),
        };
        let text = aligned(&text, width, at < 2);
        spans.push(match cell {
            Some(cell) => value(view, &row.cells[cell], is_selected, text, theme),
            None if is_here && at == 0 => Span::styled(text, theme.accent()),
            None => Span::raw(text),
        });
        spans.push(Span::raw(" "));
    }
    spans
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

/// Draws all cells of the selected row and the help text of the selected cell, or the first error.
pub fn draw_strip(view: &View<'_>, rows: &[Row], area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 {
        return;
    }
    if let Some(fault) = view.sheet.faults().and_then(|faults| faults.0.first()) {
        let at = match &fault.place {
            TextPlace::Text { line, column, .. } => format!("line {line}, column {column}: "),
            _ => String::new(),
        };
        let line = Line::from(vec![
            Span::styled(format!("stale · {at}"), theme.bad()),
            Span::raw(escape::terminal(&fault.message)),
        ]);
        line.render(Rect { height: 1, ..area }, buffer);
        if let (Some(help), true) = (&fault.help, area.height > 1) {
            let below = Rect { y: area.y + 1, height: 1, ..area };
            Span::styled(format!("help: {}", escape::terminal(help)), theme.dim()).render(below, buffer);
        }
        return;
    }
    let Some(row) = rows.get(view.row) else { return };
    Line::from(pairs(view, row, true, usize::from(area.width), theme)).render(Rect { height: 1, ..area }, buffer);
    if let (Some(cell), true) = (row.cells.get(view.cell), area.height > 1) {
        let default = cell
            .default()
            .filter(|default| !default.is_empty())
            .map(|default| format!(" Default {default}."))
            .unwrap_or_default();
        let text = format!("{}{default}", cell.help());
        Span::styled(text, theme.dim()).render(Rect { y: area.y + 1, height: 1, ..area }, buffer);
    }
}
