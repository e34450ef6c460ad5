//! The text of the header with syntax highlighting.

use super::super::view::{Part, View};
use crate::escape;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::syntax;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

/// Draws the visible lines.
pub fn draw(view: &View<'_>, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let precision = view.precision();
    let Some(prepared) = view.current else {
        let inner = titled(&super::part_title(view, Part::Header, "header"), has_focus, area, buffer, theme);
        return super::no_export(inner, buffer, theme);
    };
    let build = prepared.build(precision);
    let top = view.top[Part::Header as usize].min(build.lines.saturating_sub(1));
    let name = escape::terminal(&build.export.sources.class_name);
    let text = format!("{name}.h in {}, line {} of {}", precision.word(), top + 1, build.lines);
    let inner = titled(&super::part_title(view, Part::Header, &text), has_focus, area, buffer, theme);
    let lines = build.export.sources.header.lines().skip(top).take(usize::from(inner.height));
    let lines: Vec<Line<'_>> = lines.map(|line| highlighted(&escape::terminal(line), theme)).collect();
    let left = u16::try_from(view.left).unwrap_or(0);
    let end = view.left + usize::from(inner.width);
    let cut: Vec<u16> = (inner.y..).zip(&lines).filter(|(_, line)| line.width() > end).map(|(y, _)| y).collect();
    Paragraph::new(lines).scroll((0, left)).render(inner, buffer);
    for y in cut.into_iter().filter(|_| inner.width > 0) {
        buffer.set_string(inner.right() - 1, y, "…", theme.dim());
    }
}

fn highlighted(line: &str, theme: Theme) -> Line<'static> {
    let mut spans = Vec::new();
    let mut at = 0;
    for (range, token) in syntax::cpp(line) {
        spans.push(Span::raw(line[at..range.start].to_owned()));
        spans.push(Span::styled(line[range.clone()].to_owned(), token.style(theme)));
        at = range.end;
    }
    spans.push(Span::raw(line[at..].to_owned()));
    Line::from(spans)
}
