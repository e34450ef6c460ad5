//! The settings form: a row for each key, grouped by the tables of the file.

use super::super::cells::Cell;
use super::super::range::short;
use super::super::view::{Pane, View};
use super::row::{self, Piece, Selected};
use crate::escape;
use crate::text::cut;
use crate::tui::dialog::first_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::Widget as _;

/// Widths of the columns: key, value, default, saved.
const WIDTHS: [usize; 4] = [25, 18, 12, 12];
/// Minimum width of the column with what a key is.
const MIN_LINE: usize = 24;

/// A line of the form.
enum FormLine {
    /// The name of a table.
    Section(String),
    /// The cell of this index.
    Field(usize),
}

fn section(cell: &Cell) -> String {
    cell.key.to_string().split('.').next().unwrap_or_default().to_owned()
}

fn lines(fields: &[Cell]) -> Vec<FormLine> {
    let mut lines: Vec<FormLine> = Vec::with_capacity(fields.len() + 8);
    let mut last = String::new();
    for (index, cell) in fields.iter().enumerate() {
        let name = section(cell);
        if name != last {
            lines.push(FormLine::Section(name.clone()));
            last = name;
        }
        lines.push(FormLine::Field(index));
    }
    lines
}

/// The lines that are shown in `height` lines.
fn shown(view: &View<'_>, height: u16) -> impl Iterator<Item = FormLine> {
    let lines = lines(&view.fields);
    let at = lines.iter().position(|line| matches!(line, FormLine::Field(index) if *index == view.field)).unwrap_or(0);
    let top = first_of(at, lines.len(), usize::from(height));
    lines.into_iter().skip(top).take(usize::from(height))
}

/// The part of `area` with rows.
fn body(area: Rect) -> Rect {
    Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area }
}

/// Draws the form.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let count = lines(&view.fields).len();
    let body = body(area);
    let more = if count > usize::from(body.height) {
        format!(", {} of {}", view.field + 1, view.fields.len())
    } else {
        String::new()
    };
    let inner = titled(&format!("Settings{more}"), view.pane == Pane::Settings, area, buffer, theme);
    if inner.height == 0 {
        return;
    }
    let [key, value, default, saved] = WIDTHS;
    let heading = format!(" {:<key$} {:>value$} {:>default$} {:>saved$}", "key", "value", "default", "saved");
    Span::styled(heading, theme.label()).render(Rect { height: 1, ..inner }, buffer);
    for (line, y) in shown(view, body.height).zip(body.y..body.bottom()) {
        let area = Rect { y, height: 1, ..body };
        match line {
            FormLine::Section(name) => Span::styled(format!(" [{name}]"), theme.label()).render(area, buffer),
            FormLine::Field(index) => {
                let selected = match view.pane {
                    _ if index != view.field => Selected::No,
                    Pane::Settings if view.typed.is_some() => Selected::Typed(0),
                    Pane::Settings => Selected::Cell(0),
                    _ => Selected::Unfocused(0),
                };
                row::draw(&pieces(view, &view.fields[index], body.width, theme), selected, area, buffer, theme);
            }
        }
    }
}

fn pieces(view: &View<'_>, cell: &Cell, width: u16, theme: Theme) -> Vec<Piece> {
    let column = |text: &str, width: usize| format!("{:>width$}", cut(&escape::terminal(text), width));
    let [key, value, default, saved] = WIDTHS;
    let of_default = cell.default().unwrap_or_default();
    let of_default = short(&of_default);
    let is_default = of_default == cell.value;
    let of_disk = view.sheet.saved_value(&cell.key).filter(|saved| *saved != cell.value);
    let shown = if cell.value.is_empty() { "-" } else { &cell.value };
    let style = if is_default { theme.dim() } else { theme.text() };
    let mut pieces = vec![
        Piece::text(format!("  {:<width$} ", cell.label, width = key - 2), theme.text()),
        Piece { text: column(shown, value), style, cell: Some(0) },
        Piece::text(
            format!(" {} ", column(if of_default.is_empty() { "-" } else { of_default }, default)),
            theme.dim(),
        ),
        Piece::text(column(of_disk.as_deref().unwrap_or_default(), saved), theme.warning()),
    ];
    let room = usize::from(width).saturating_sub(WIDTHS.iter().sum::<usize>() + 6);
    if room >= MIN_LINE {
        let line = cell.info().map_or("", |info| &info.explanation.line);
        pieces.push(Piece::text(format!("  {}", cut(line, room)), theme.dim()));
    }
    pieces
}

/// The index of the cell in the line at `at`; `area` is the area of the form.
pub fn hit(view: &View<'_>, area: Rect, at: Position) -> Option<usize> {
    let body = body(area);
    let line = at.y.checked_sub(body.y)?;
    match shown(view, body.height).nth(usize::from(line))? {
        FormLine::Field(index) => Some(index),
        FormLine::Section(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::tui::design::cells::settings;

    #[test]
    fn every_key_fits_into_its_column() {
        for cell in settings(&Config::default()) {
            assert!(cell.label.len() + 2 <= WIDTHS[0], "{}", cell.key);
        }
    }
}
