//! The confusion matrix.

use super::super::session::Session;
use super::cut::cut;
use crate::escape;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
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

/// Draws the confusion matrix: rows are true classes, columns predicted classes, values percentages of the row.
pub fn draw(session: &Session, scroll: (usize, usize), has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let counts = &session.insight.confusion;
    let arrow = if theme.has_glyphs { "→" } else { "->" };
    let title = match session.history.last() {
        Some(row) if !counts.is_empty() => format!("true {arrow} predicted, %, epoch {}", row.epoch),
        _ => "confusion matrix".to_owned(),
    };
    let inner = titled(&title, has_focus, area, buffer, theme);
    if counts.is_empty() {
        Span::styled("shown after the first validation", theme.dim()).render(inner, buffer);
        return;
    }
    let width = usize::from(inner.width);
    let label =
        |class: usize| session.labels.get(class).map_or_else(|| class.to_string(), |label| escape::terminal(label));
    let name =
        (0..counts.len()).map(|class| Span::raw(label(class)).width()).max().unwrap_or(0).min(MAX_NAME).min(width / 3);
    // Names are shortened before cells are.
    let fits = |cell: usize| name.min(MIN_NAME) + 1 + counts.len() * cell <= width;
    let cell = match (fits(NUMBER), fits(NARROW)) {
        (true, _) => NUMBER,
        (_, true) => NARROW,
        _ if counts.len() <= 10 => NARROW,
        _ => SHADE,
    };
    // If not all columns fit, names are not shortened for them.
    let name = if fits(cell) { name.min(width.saturating_sub(1 + counts.len() * cell)) } else { name };
    let shown = (width.saturating_sub(name + 1) / cell).min(counts.len());
    let rows = usize::from(inner.height.saturating_sub(1)).min(counts.len());
    let top = scroll.0.min(counts.len() - rows);
    let left = scroll.1.min(counts.len() - shown);
    let mut header = vec![Span::raw(" ".repeat(name + 1))];
    for class in left..left + shown {
        header.push(Span::styled(heading(&label(class), class, cell), theme.label()));
    }
    Line::from(header).render(Rect { height: inner.height.min(1), ..inner }, buffer);
    for (truth, y) in (top..top + rows).zip(inner.y + 1..inner.bottom()) {
        let images: u64 = counts[truth].iter().sum();
        let text = cut(&label(truth), name, theme);
        let pad = " ".repeat((name + 1).saturating_sub(Span::raw(&text).width()));
        let mut spans = vec![Span::styled(text + &pad, theme.label())];
        for predicted in left..left + shown {
            let count = counts[truth].get(predicted).copied().unwrap_or(0);
            let share = if images == 0 { 0.0 } else { count as f64 / images as f64 };
            spans.push(shaded(share, count, truth == predicted, cell, theme));
        }
        Line::from(spans).render(Rect { y, height: 1, ..inner }, buffer);
    }
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
    let text = if cell == SHADE {
        let ramp = if theme.has_glyphs { [" ", "░", "▒", "▓", "█"] } else { [" ", ".", "+", "x", "#"] };
        let at = if count == 0 { 0 } else { ((share * 4.0).ceil() as usize).clamp(1, 4) };
        ramp[at].to_owned()
    } else if count == 0 {
        format!("{:>cell$}", if theme.has_glyphs { "·" } else { "." })
    } else {
        format!("{:>cell$}", format!("{:.0}", 100.0 * share))
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
