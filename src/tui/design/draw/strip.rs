//! The explanation of the cell under the cursor, or the first error.

use super::super::range::state_line;
use super::super::view::{Pane, View};
use crate::config::Place;
use crate::escape;
use crate::text::{cut, wrap};
use crate::tui::action::{Action, Program};
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws the strip.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let lines = fault(view, area, theme).unwrap_or_else(|| explanation(view, area, theme));
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

fn fault(view: &View<'_>, area: Rect, theme: Theme) -> Option<Vec<Line<'static>>> {
    let fault = view.sheet.faults()?.0.first()?;
    let at = match &fault.place {
        Place::Text { line, column, .. } => format!("line {line}, column {column}: "),
        _ => String::new(),
    };
    let mut lines = wrapped(&format!("stale · {at}{}", fault.message), area.width, theme.bad());
    if let Some(help) = &fault.help {
        lines.extend(wrapped(&format!("help: {help}"), area.width, theme.dim()));
    }
    Some(lines)
}

fn wrapped(text: &str, width: u16, style: Style) -> Vec<Line<'static>> {
    let lines = wrap(&escape::terminal(text), usize::from(width)).into_iter();
    lines.map(|line| Line::from(Span::styled(line, style))).collect()
}

/// The name with range, default and values in the first line; what it is, costs and did below, as much as fits.
fn explanation(view: &View<'_>, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let Some(cell) = &view.selected else { return Vec::new() };
    let Some(explanation) = cell.info().map(|info| &info.explanation) else { return Vec::new() };
    let width = usize::from(area.width);
    let saved = view.sheet.saved_value(&cell.key);
    let state = state_line(cell, saved.as_deref(), view.sheet.boards());
    let more = match view.pane {
        Pane::Text => String::new(),
        _ => format!(" {} more", key_of(&Action::Program(Program::Help))),
    };
    let room = width.saturating_sub(cell.label.chars().count() + 2 + more.chars().count());
    let state = cut(&escape::terminal(&state), room);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{}  ", cell.label), theme.accent()),
        Span::styled(format!("{state:<room$}"), theme.text()),
        Span::styled(more, theme.label()),
    ])];
    let text = format!("{} Cost: {}", explanation.line, explanation.cost);
    let measured = explanation.measured.as_ref().map(|text| format!("Measured: {text}"));
    let below = usize::from(area.height).saturating_sub(1);
    let mut rest: Vec<String> =
        [Some(text), measured].into_iter().flatten().flat_map(|text| wrap(&text, width)).collect();
    if rest.len() > below && below > 0 {
        rest.truncate(below);
        if let Some(last) = rest.last_mut() {
            *last = cut(&format!("{last} …"), width);
            if !last.ends_with('…') {
                last.push('…');
            }
        }
    }
    lines.extend(rest.into_iter().map(|line| Line::from(Span::styled(line, theme.dim()))));
    lines
}
