//! Drawing of the Runs screen.

use super::charts::{draw_curves, draw_scatter, has_letters, letter};
use super::row::{Column, Row};
use super::{Curve, View};
use crate::escape;
use crate::runs::Status;
use crate::text::{cut, fit, wrap};
use crate::tui::dialog::first_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Minimum width to show accuracy, loss and costs side by side.
const WIDE: u16 = 118;
/// Width of the mark of its curve before each row.
const MARK: usize = 2;

/// The areas of the list, the line about the selected run, and the charts.
fn parts(view: &View<'_>, area: Rect) -> [Rect; 3] {
    // The charts take the room that the list does not need, up to a height beyond which they gain little.
    let needed = u16::try_from(view.visible.len() + 3).unwrap_or(u16::MAX);
    let half = area.height / 2;
    let charts = if area.height >= 14 { area.height.saturating_sub(needed).clamp(half, half.max(26)) } else { 0 };
    Layout::vertical([Constraint::Min(0), Constraint::Length(1), Constraint::Length(charts)]).areas(area)
}

/// The index of the displayed run at position `at`; `None` if there is none.
pub fn place_at(view: &View<'_>, area: Rect, at: Position) -> Option<usize> {
    let [list, ..] = parts(view, area);
    let rows = Rect { y: list.y + 2.min(list.height), height: list.height.saturating_sub(2), ..list };
    let place = usize::from(at.y.checked_sub(rows.y).filter(|_| rows.contains(at))?);
    let first = first_of(view.at, view.visible.len(), usize::from(rows.height));
    Some(first + place).filter(|place| *place < view.visible.len())
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let [list, about, charts] = parts(view, area);
    draw_list(view, list, buffer, theme);
    draw_about(view, about, buffer, theme);
    if charts.height == 0 || view.visible.is_empty() {
        return;
    }
    if area.width >= WIDE {
        let [accuracy, _, loss, _, costs] = Layout::horizontal([
            Constraint::Fill(1),
            Constraint::Length(1),
            Constraint::Fill(1),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(charts);
        draw_curves(view, Curve::Accuracy, accuracy, buffer, theme);
        draw_curves(view, Curve::Loss, loss, buffer, theme);
        draw_scatter(view, costs, buffer, theme);
    } else {
        let [curves, _, costs] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(1), Constraint::Fill(1)]).areas(charts);
        draw_curves(view, view.curve, curves, buffer, theme);
        draw_scatter(view, costs, buffer, theme);
    }
}

fn draw_list(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let width = usize::from(area.width);
    let (all, shown) = (view.all.unwrap_or(0), view.visible.len());
    let mut title = match (view.all, all) {
        (None, _) => "Runs".to_owned(),
        (_, 1) => "1 run".to_owned(),
        (_, all) => format!("{all} runs"),
    };
    if !view.filter.is_empty() {
        title = format!("{shown} of {title} match \"{}\"", escape::terminal(view.filter));
    }
    let inner = titled(&cut(&title, width.saturating_sub(4)), true, area, buffer, theme);
    if inner.height == 0 {
        return;
    }
    if shown == 0 || view.failure.is_some() {
        draw_none(view, all, inner, buffer, theme);
        return;
    }
    let columns = columns(width);
    let mut head = vec![Span::raw(" ".repeat(MARK))];
    for (column, width) in &columns {
        let arrow = match (*column == view.sorted, view.is_reversed, theme.has_glyphs) {
            (false, ..) => "",
            (_, false, true) => "▾",
            (_, true, true) => "▴",
            (_, false, false) => "v",
            (_, true, false) => "^",
        };
        let style = if arrow.is_empty() { theme.label() } else { theme.accent() };
        head.push(Span::styled(cell(&format!("{}{arrow}", column.title()), *column, *width), style));
    }
    Line::from(head).render(Rect { height: 1, ..inner }, buffer);
    let list = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    let first = first_of(view.at, shown, usize::from(list.height));
    let compared: Vec<_> = view.compared.iter().map(|row| row.path.clone()).collect();
    for ((place, row), y) in view.visible.iter().enumerate().skip(first).zip(list.y..list.bottom()) {
        let area = Rect { y, height: 1, ..list };
        let curve = compared.iter().position(|path| *path == row.path);
        let is_pinned = view.pinned.contains(&row.path);
        let mut spans = vec![mark(curve, is_pinned, theme)];
        spans.extend(cells(row, &columns, width, theme));
        Line::from(spans).render(area, buffer);
        if place == view.at {
            let behind = MARK.min(width) as u16;
            buffer.set_style(Rect { x: area.x + behind, width: area.width - behind, ..area }, theme.selected());
        }
    }
}

/// The columns that there is room for, with their widths; the data column takes the remaining room.
fn columns(width: usize) -> Vec<(Column, usize)> {
    let mut left = width.saturating_sub(MARK);
    let mut columns = Vec::new();
    for column in Column::ALL {
        let wanted = column.width() + 1;
        if wanted > left {
            break;
        }
        left -= wanted;
        columns.push((column, column.width()));
    }
    if let Some((Column::Data, width)) = columns.last_mut() {
        *width += left;
    }
    columns
}

fn cell(text: &str, column: Column, width: usize) -> String {
    if column.is_number() {
        let text = cut(text, width);
        format!("{}{text} ", " ".repeat(width.saturating_sub(Span::raw(&text).width())))
    } else {
        fit(text, width) + " "
    }
}

/// The mark of the run's curve.
fn mark(curve: Option<usize>, is_pinned: bool, theme: Theme) -> Span<'static> {
    let Some(index) = curve else { return Span::raw(" ".repeat(MARK)) };
    let text = match (has_letters(theme), is_pinned) {
        (true, true) => format!("{}*", letter(index)),
        (true, false) => format!("{} ", letter(index)),
        (false, true) => "● ".to_owned(),
        (false, false) => "○ ".to_owned(),
    };
    Span::styled(text, theme.series(index))
}

fn cells(row: &Row, columns: &[(Column, usize)], width: usize, theme: Theme) -> Vec<Span<'static>> {
    let known = match &row.found {
        Ok(known) => known,
        Err(error) => {
            let text = format!("{}: {}", row.folder, error);
            return vec![Span::styled(cut(&text, width.saturating_sub(MARK)), theme.bad())];
        }
    };
    let span = |(column, width): &(Column, usize)| {
        let style = match (column, known.info.status) {
            (Column::Status, Status::Finished) => theme.good(),
            (Column::Status, Status::Failed | Status::Diverged) => theme.bad(),
            (Column::Status, _) => theme.warning(),
            (Column::Started | Column::Data, _) => theme.dim(),
            _ => theme.text(),
        };
        Span::styled(cell(&escape::terminal(&column.text(row)), *column, *width), style)
    };
    columns.iter().map(span).collect()
}

/// Draws the message of an empty list.
fn draw_none(view: &View<'_>, all: usize, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let width = usize::from(area.width);
    let (text, style) = match (view.failure, view.all) {
        (Some(error), _) => (format!("The runs cannot be read: {error}. r tries again."), theme.bad()),
        (None, None) => ("The runs are being read …".to_owned(), theme.dim()),
        (None, Some(_)) if all > 0 => ("No run matches. Esc shows all.".to_owned(), theme.warning()),
        (None, Some(_)) => (
            "No runs yet. F3, then s trains the network in Design; its run is saved in runs/ and listed here."
                .to_owned(),
            theme.dim(),
        ),
    };
    for (line, y) in wrap(&text, width).into_iter().zip(area.y..area.bottom()) {
        Span::styled(line, style).render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// Draws a line about the selected run.
fn draw_about(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(row) = view.selected().filter(|_| area.height > 0) else { return };
    let (text, style) = match &row.found {
        Err(error) => (error.clone(), theme.bad()),
        Ok(known) => match (&known.fault, &known.info.reason) {
            (Some(fault), _) => (fault.clone(), theme.bad()),
            (None, Some(reason)) => (format!("{}: {reason}", row.folder), theme.warning()),
            (None, None) => {
                let info = &known.info;
                let hint = if view.pinned.is_empty() { "p pins, Enter shows details" } else { "Enter compares" };
                let text = format!("{}, seed {}, images of {}; {hint}", row.folder, info.seed, info.data.source);
                (text, theme.dim())
            }
        },
    };
    Span::styled(cut(&escape::terminal(&text), usize::from(area.width)), style).render(area, buffer);
}
