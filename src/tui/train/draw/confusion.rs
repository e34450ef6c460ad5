//! The confusion matrix.

use super::super::session::Session;
use super::super::view::{Pane, View};
use super::cut::cut;
use crate::text::{percent, thousands};
use crate::tui::action::Action;
use crate::tui::dialog::first_of;
use crate::tui::keymap::key_of;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Width in columns of a cell with a number, of a narrow one, and of one that is only shaded.
const NUMBER: usize = 4;
const NARROW: usize = 3;
const SHADE: usize = 1;
/// Minimum width of the names of rows, in columns.
const MIN_NAME: usize = 5;
/// Maximum width of the names of rows, in columns.
const MAX_NAME: usize = 12;

/// The layout of a matrix: which classes are shown where.
struct Grid {
    /// The area of the cells.
    area: Rect,
    /// Width of the names of rows.
    name: usize,
    /// Width of a cell.
    cell: usize,
    /// Width of the totals of rows, with a blank before them; 0 without.
    total: usize,
    /// The first class of the columns and their number.
    columns: (usize, usize),
    /// The first class of the rows and their number.
    rows: (usize, usize),
}

impl Grid {
    /// Lays out the matrix of `counts` in `inner`, whose last line explains the selected cell.
    fn new(session: &Session, counts: &[Vec<u64>], selected: (usize, usize), inner: Rect) -> Self {
        let (width, classes) = (usize::from(inner.width), counts.len());
        let most = counts.iter().map(|row| row.iter().sum::<u64>()).max().unwrap_or(0);
        let total = most.to_string().len().max(3) + 1;
        // Columns are more important.
        let total = if MIN_NAME + 1 + classes * NARROW + total <= width { total } else { 0 };
        let width = width.saturating_sub(total);
        let widest = (0..classes).map(|class| Span::raw(session.label(class)).width()).max().unwrap_or(0);
        let name = widest.min(MAX_NAME).min(width / 3);
        // Names are shortened before cells are.
        let fits = |cell: usize| name.min(MIN_NAME) + 1 + classes * cell <= width;
        let cell = match (fits(NUMBER), fits(NARROW)) {
            (true, _) => NUMBER,
            (_, true) => NARROW,
            _ if classes <= 10 => NARROW,
            _ => SHADE,
        };
        // If not all columns fit, names are not shortened for them.
        let name = if fits(cell) { name.min(width.saturating_sub(1 + classes * cell)) } else { name };
        let columns = (width.saturating_sub(name + 1) / cell).min(classes);
        let height = inner.height.saturating_sub(if inner.height > 4 { 2 } else { 1 });
        let rows = usize::from(height).min(classes);
        let x = inner.x + (name as u16 + 1).min(inner.width);
        let area = Rect { x, y: inner.y + 1, width: (columns * cell) as u16, height: rows as u16 };
        let first = |at: usize, shown: usize| first_of(at, classes, shown);
        Self {
            area,
            name,
            cell,
            total,
            columns: (first(selected.1, columns), columns),
            rows: (first(selected.0, rows), rows),
        }
    }
}

/// The area below the title.
fn inner(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

/// The true and the predicted class of the cell at the position `at`.
pub fn cell_at(view: &View<'_>, session: &Session, area: Rect, at: Position) -> Option<(usize, usize)> {
    let counts = &session.insight(view.is_best).confusion;
    let grid = Grid::new(session, counts, view.cell, inner(area));
    let row = usize::from(at.y.checked_sub(grid.area.y)?);
    let column = usize::from(at.x.checked_sub(grid.area.x)?) / grid.cell;
    (row < grid.rows.1 && column < grid.columns.1).then_some((grid.rows.0 + row, grid.columns.0 + column))
}

/// Draws the confusion matrix: rows are true classes, columns predicted classes, values percentages of the row, and
/// behind them the number of images of the row.
pub fn draw(view: &View<'_>, session: &Session, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let insight = session.insight(view.is_best);
    let counts = &insight.confusion;
    let has_focus = view.pane == Pane::Confusion;
    let inner = titled(&title(view, session, area, theme), has_focus, area, buffer, theme);
    if counts.is_empty() {
        Span::styled("shown after the first validation", theme.dim()).render(inner, buffer);
        return;
    }
    let grid = Grid::new(session, counts, view.cell, inner);
    let Grid { name, cell, total, columns: (left, shown), rows: (top, rows), .. } = grid;
    let mut header = vec![Span::raw(" ".repeat(name + 1))];
    let headings: Vec<String> = (left..left + shown).map(|class| heading(&session.label(class), class, cell)).collect();
    let is_ambiguous = headings.windows(2).any(|pair| pair[0] == pair[1]);
    for (class, heading) in (left..).zip(headings) {
        // Names that begin alike, such as `class 1`, are numbered as their rows are.
        let heading =
            if is_ambiguous { format!("{:>cell$}", class % 10_usize.pow(cell as u32 - 1).max(10)) } else { heading };
        header.push(Span::styled(heading, theme.label()));
    }
    if total > 0 {
        header.push(Span::styled(format!("{:>total$}", "n"), theme.label()));
    }
    Line::from(header).render(Rect { height: inner.height.min(1), ..inner }, buffer);
    for (truth, y) in (top..top + rows).zip(inner.y + 1..inner.bottom()) {
        let images: u64 = counts[truth].iter().sum();
        let text = cut(&session.label(truth), name, theme);
        let pad = " ".repeat((name + 1).saturating_sub(Span::raw(&text).width()));
        let mut spans = vec![Span::styled(text + &pad, theme.label())];
        for predicted in left..left + shown {
            let count = counts[truth].get(predicted).copied().unwrap_or(0);
            let share = if images == 0 { 0.0 } else { count as f64 / images as f64 };
            spans.push(shaded(share, count, truth == predicted, cell, theme));
        }
        if total > 0 {
            spans.push(Span::styled(format!("{images:>total$}"), theme.dim()));
        }
        Line::from(spans).render(Rect { y, height: 1, ..inner }, buffer);
    }
    let (truth, predicted) = view.cell;
    if let (true, Some(row), Some(column)) = (has_focus, truth.checked_sub(top), predicted.checked_sub(left)) {
        let x = grid.area.x + (column * cell) as u16;
        let place = Rect { x, y: grid.area.y + row as u16, width: cell as u16, height: 1 };
        select(place.intersection(inner), buffer, theme);
    }
    let last = inner.y + 1 + rows as u16;
    if last < inner.bottom() {
        let (text, style) = if has_focus {
            (explanation(session, counts, view.cell, theme), theme.text())
        } else {
            let tab = key_of(&Action::Focus { back: false });
            (format!("{tab}: select a cell, then mistakes"), theme.dim())
        };
        let text = cut(&text, usize::from(inner.width), theme);
        Span::styled(text, style).render(Rect { y: last, height: 1, ..inner }, buffer);
    }
}

/// The title: the epoch, and the range of classes if not all are shown.
fn title(view: &View<'_>, session: &Session, area: Rect, theme: Theme) -> String {
    let insight = session.insight(view.is_best);
    if insight.confusion.is_empty() {
        return "confusion matrix".to_owned();
    }
    let arrow = if theme.has_glyphs { "→" } else { "->" };
    let best = if session.best == Some(insight.epoch) { " (best)" } else { "" };
    let mut title = format!("true {arrow} predicted, %, epoch {}{best}", insight.epoch);
    let grid = Grid::new(session, &insight.confusion, view.cell, inner(area));
    let classes = insight.confusion.len();
    if grid.rows.1 < classes || grid.columns.1 < classes {
        let range = |(first, count): (usize, usize)| format!("{} to {}", first + 1, first + count);
        title = format!("rows {}, columns {} of {classes}, %", range(grid.rows), range(grid.columns));
    }
    cut(&title, usize::from(area.width).saturating_sub(4), theme)
}

/// A line about the selected cell.
fn explanation(session: &Session, counts: &[Vec<u64>], (truth, predicted): (usize, usize), theme: Theme) -> String {
    let arrow = if theme.has_glyphs { "→" } else { "->" };
    let Some(row) = counts.get(truth) else { return String::new() };
    let (count, images) = (row.get(predicted).copied().unwrap_or(0), row.iter().sum::<u64>());
    let share = if images == 0 { String::new() } else { format!(", {}", percent(count as f64 / images as f64)) };
    let hint = if count > 0 { "; Enter shows them" } else { "" };
    format!(
        "{} {arrow} {}: {} of {}{share}{hint}",
        session.label(truth),
        session.label(predicted),
        thousands(count),
        thousands(images)
    )
}

/// Returns the heading of a column: the beginning of the class name, or the last digit of its number.
fn heading(label: &str, class: usize, cell: usize) -> String {
    if cell == SHADE {
        return (class % 10).to_string();
    }
    let letters: String = label.chars().filter(|letter| !letter.is_whitespace()).take(cell - 1).collect();
    // Wide characters would misalign the columns.
    let letters = if Span::raw(&letters).width() == letters.chars().count() { letters } else { class.to_string() };
    format!("{letters:>cell$}")
}

/// Returns a cell: its share of the row (0 to 1) as a percentage, if there is room, and as a colour.
fn shaded(share: f64, count: u64, is_right: bool, cell: usize, theme: Theme) -> Span<'static> {
    let none = if theme.has_glyphs { "·" } else { "." };
    let text = match (cell, count) {
        (SHADE, 0) if theme.depth == Depth::None => none.to_owned(),
        // Tenths of the row tell more than shades without colours: 0 is below 5 %, # is 95 % and more.
        (SHADE, _) if theme.depth == Depth::None => match (10.0 * share).round() as u8 {
            tenths @ 0..10 => tenths.to_string(),
            _ => "#".to_owned(),
        },
        (SHADE, _) => {
            let ramp = if theme.has_glyphs { [" ", "░", "▒", "▓", "█"] } else { [" ", ".", "+", "x", "#"] };
            let at = if count == 0 { 0 } else { ((share * 4.0).ceil() as usize).clamp(1, 4) };
            ramp[at].to_owned()
        }
        (_, 0) => format!("{none:>cell$}"),
        _ => format!("{:>cell$}", format!("{:.0}", 100.0 * share)),
    };
    Span::styled(text, style(share, count, is_right, cell, theme))
}

fn style(share: f64, count: u64, is_right: bool, cell: usize, theme: Theme) -> Style {
    if count == 0 {
        return theme.dim();
    }
    let plain = match (is_right, share) {
        (true, _) => theme.good(),
        (false, share) if share >= 0.2 => theme.bad(),
        (false, share) if share >= 0.05 => theme.warning(),
        _ => theme.text(),
    };
    if cell == SHADE || theme.depth < Depth::Many {
        return plain;
    }
    // From black to green or red, dark enough for white text; from white on a light background.
    let depth = 0.2 + 0.8 * share;
    let part = |most: f64| if theme.is_light { (255.0 - (255.0 - most) * depth) as u8 } else { (most * depth) as u8 };
    let (full, none) = if theme.is_light { (190.0, 120.0) } else { (130.0, 0.0) };
    let (red, green) = if is_right { (part(none), part(full)) } else { (part(full), part(none)) };
    let level = |value: u8| (u16::from(value) * 5 + 127) / 255;
    let ground = if theme.depth == Depth::True {
        Color::Rgb(red, green, part(none))
    } else {
        Color::Indexed((16 + 36 * level(red) + 6 * level(green) + level(part(none))) as u8)
    };
    Style::new().bg(ground).fg(if theme.is_light { Color::Black } else { Color::White })
}
