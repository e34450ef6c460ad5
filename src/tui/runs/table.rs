//! The table of runs.

use super::charts::{has_letters, letter};
use super::column::Column;
use super::row::Row;
use super::view::View;
use crate::escape;
use crate::runs::Status;
use crate::text::{cut, fit, wrap};
use crate::tui::action::{Action, Runs};
use crate::tui::dialog::first_of;
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Width of the mark of its curve before each row.
const MARK: usize = 2;

/// The areas of the line of the filter, of the headings, and of the rows, in the area below the title.
fn parts(view: &View<'_>, inner: Rect) -> [Rect; 3] {
    let typing = u16::from(view.is_typing).min(inner.height);
    let head = Rect { y: inner.y + typing, height: (inner.height - typing).min(1), ..inner };
    let rows = Rect { y: head.bottom(), height: inner.bottom().saturating_sub(head.bottom()), ..inner };
    [Rect { height: typing, ..inner }, head, rows]
}

fn below_title(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

/// The index of the displayed run at the position `at`.
pub fn run_at(view: &View<'_>, area: Rect, at: Position) -> Option<usize> {
    let [.., rows] = parts(view, below_title(area));
    let row = usize::from(at.y.checked_sub(rows.y).filter(|_| rows.contains(at))?);
    let first = first_of(view.at, view.visible.len(), usize::from(rows.height));
    Some(first + row).filter(|place| *place < view.visible.len())
}

/// The column whose heading is at the position `at`.
pub fn column_at(view: &View<'_>, area: Rect, at: Position) -> Option<Column> {
    let [_, head, _] = parts(view, below_title(area));
    let mut left = usize::from(at.x.checked_sub(head.x).filter(|_| head.contains(at))?).checked_sub(MARK)?;
    columns(usize::from(area.width)).into_iter().find_map(|(column, width)| {
        let is_here = left < width + 1;
        left = left.saturating_sub(width + 1);
        is_here.then_some(column)
    })
}

/// Draws the table.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let width = usize::from(area.width);
    let (all, shown) = (view.all.unwrap_or(0), view.visible.len());
    let mut title = match (view.all, all) {
        (None, _) => "Runs".to_owned(),
        (_, 1) => "1 run".to_owned(),
        (_, all) => format!("{all} runs"),
    };
    let words = view.filter.text();
    if !words.is_empty() {
        title = format!("{shown} of {title} match \"{}\"", escape::terminal(words));
    }
    let inner = titled(&cut(&title, width.saturating_sub(4)), true, area, buffer, theme);
    let [typing, head, rows] = parts(view, inner);
    if typing.height > 0 {
        Span::styled("show only: ", theme.accent()).render(typing, buffer);
        let line = Rect { x: typing.x + 11.min(typing.width), width: typing.width.saturating_sub(11), ..typing };
        view.filter.widget().render(line, buffer);
    }
    if shown == 0 || view.failure.is_some() {
        draw_none(view, all, Rect { y: head.y, height: head.height + rows.height, ..inner }, buffer, theme);
        return;
    }
    let columns = columns(width);
    draw_headings(view, &columns, head, buffer, theme);
    let first = first_of(view.at, shown, usize::from(rows.height));
    for ((place, row), y) in view.visible.iter().enumerate().skip(first).zip(rows.y..rows.bottom()) {
        let area = Rect { y, height: 1, ..rows };
        let curve = view.compared.iter().position(|other| other.path == row.path);
        let mut spans = vec![mark(curve, view.pinned.contains(&row.path), theme)];
        spans.extend(cells(row, &columns, width, theme));
        Line::from(spans).render(area, buffer);
        if place == view.at {
            // The mark keeps the colour of the curve.
            let behind = MARK.min(width) as u16;
            select(Rect { x: area.x + behind, width: area.width - behind, ..area }, buffer, theme);
        }
    }
}

fn draw_headings(view: &View<'_>, columns: &[(Column, usize)], area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut head = vec![Span::raw(" ".repeat(MARK))];
    for (column, width) in columns {
        let arrow = match (*column == view.sorted, view.is_reversed, theme.has_glyphs) {
            (false, ..) => "",
            (_, false, true) => "▾",
            (_, true, true) => "▴",
            (_, false, false) => "v",
            (_, true, false) => "^",
        };
        let style = if arrow.is_empty() { theme.label() } else { theme.accent() };
        let name = column.title();
        let title = if !column.is_number() {
            cell(&format!("{name}{arrow}"), *column, *width)
        } else if name.len() < *width {
            cell(&format!("{arrow}{name}"), *column, *width)
        } else {
            // The gap behind the column has room for the arrow.
            let title = cell(name, *column, *width);
            format!("{}{}", title.trim_end(), if arrow.is_empty() { " " } else { arrow })
        };
        head.push(Span::styled(title, style));
    }
    Line::from(head).render(area, buffer);
}

/// The columns that there is room for, with their widths: the data as soon as the first ten fit, since they tell runs
/// of a name apart. The data column takes the remaining room.
fn columns(width: usize) -> Vec<(Column, usize)> {
    let mut left = width.saturating_sub(MARK);
    let mut columns = Vec::new();
    let data = Column::Data.width() + 1;
    for column in Column::ALL {
        let wanted = column.width() + 1;
        let is_extra = matches!(column, Column::Macs | Column::Params | Column::Classes);
        if wanted + if is_extra { data } else { 0 } > left {
            continue;
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
            (Column::Number | Column::Age | Column::Data, _) => theme.dim(),
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
        (Some(error), _) => {
            let again = key_of(&Action::Runs(Runs::Refresh));
            (format!("The runs cannot be read: {error}. {again} tries again."), theme.bad())
        }
        (None, None) => ("The runs are being read …".to_owned(), theme.dim()),
        (None, Some(_)) if all > 0 => ("No run matches. Esc shows all.".to_owned(), theme.warning()),
        (None, Some(_)) => (
            "No runs yet. F3, then t trains the network in Design; its run is saved in runs/ and listed here."
                .to_owned(),
            theme.dim(),
        ),
    };
    for (line, y) in wrap(&text, width).into_iter().zip(area.y..area.bottom()) {
        Span::styled(line, style).render(Rect { y, height: 1, ..area }, buffer);
    }
}
