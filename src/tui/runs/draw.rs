//! Drawing of the Runs screen.

use super::charts::{draw_curves, draw_scatter};
use super::column::Column;
use super::table;
use super::view::{Curve, View};
use crate::text::{one_line, wrap};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget as _;

/// Minimum width to show accuracy, loss and costs side by side.
const WIDE: u16 = 118;
/// The most lines about the selected run: errors may be long.
const ABOUT: usize = 4;

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A run, by its index in the list.
    Run(usize),
    /// The heading of a column.
    Column(Column),
}

/// The areas of the list, the lines about the selected run, and the charts.
fn parts(view: &View<'_>, area: Rect) -> [Rect; 3] {
    // The charts take the room that the list does not need, at least half.
    let lines = view.visible.len().max(2) + 3 + usize::from(view.is_typing);
    let needed = u16::try_from(lines).unwrap_or(u16::MAX);
    let half = area.height / 2;
    let charts = if area.height >= 14 { area.height.saturating_sub(needed).max(half) } else { 0 };
    let about = about(view, area.width).0.len().max(1) as u16;
    Layout::vertical([Constraint::Min(0), Constraint::Length(about), Constraint::Length(charts)]).areas(area)
}

/// What is at the position `at`, if `area` is that of the screen.
pub fn target(view: &View<'_>, area: Rect, at: Position) -> Option<Target> {
    let [list, ..] = parts(view, area);
    let run = table::run_at(view, list, at).map(Target::Run);
    run.or_else(|| table::column_at(view, list, at).map(Target::Column))
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let [list, below, charts] = parts(view, area);
    table::draw(view, list, buffer, theme);
    let (lines, style) = about(view, area.width);
    let style = style.map_or_else(|| theme.dim(), |style| style(theme));
    for (line, y) in lines.into_iter().zip(below.y..below.bottom()) {
        Span::styled(line, style).render(Rect { y, height: 1, ..below }, buffer);
    }
    if charts.height == 0 || view.visible.is_empty() {
        return;
    }
    let [fill, gap] = [Constraint::Fill(1), Constraint::Length(1)];
    if area.width >= WIDE {
        let [accuracy, _, loss, _, costs] = Layout::horizontal([fill, gap, fill, gap, fill]).areas(charts);
        draw_curves(view, Curve::Accuracy, accuracy, buffer, theme);
        draw_curves(view, Curve::Loss, loss, buffer, theme);
        draw_scatter(view, costs, buffer, theme);
    } else {
        let [curves, _, costs] = Layout::horizontal([fill, gap, fill]).areas(charts);
        draw_curves(view, view.curve, curves, buffer, theme);
        draw_scatter(view, costs, buffer, theme);
    }
}

/// A style of the theme; `None` for text that can be ignored.
type Emphasis = Option<fn(Theme) -> Style>;

/// The lines about the selected run, and their style.
fn about(view: &View<'_>, width: u16) -> (Vec<String>, Emphasis) {
    let Some(row) = view.selected() else { return (Vec::new(), None) };
    let (text, style): (String, Emphasis) = match &row.found {
        Err(error) => (error.clone(), Some(Theme::bad)),
        Ok(known) => match (&known.fault, &known.info.reason) {
            (Some(fault), _) => (fault.clone(), Some(Theme::bad)),
            (None, Some(reason)) => (format!("{}: {reason}", row.folder), Some(Theme::warning)),
            (None, None) => {
                let info = &known.info;
                let hint = if view.pinned.is_empty() { "p pins, Enter shows details" } else { "Enter compares" };
                (format!("{}, seed {}, images of {}; {hint}", row.folder, info.seed, info.data.source), None)
            }
        },
    };
    let mut lines = wrap(&one_line(&text), usize::from(width.max(1)));
    if lines.len() > ABOUT {
        lines.truncate(ABOUT);
        if let Some(last) = lines.last_mut() {
            *last = crate::text::cut(&format!("{last} …"), usize::from(width));
        }
    }
    (lines, style)
}
