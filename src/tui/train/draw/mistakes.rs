//! The misclassified images with the highest confidence.

use super::super::session::{Mistake, Session};
use super::cut::cut;
use crate::escape;
use crate::text::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Minimum width of a picture with its caption, and the width of a gap, in columns.
const TILE: u16 = 18;
const GAP: u16 = 1;
/// Height of a caption in lines.
const CAPTION: u16 = 2;
/// Minimum and maximum height of a picture in lines.
const MIN_HEIGHT: u16 = 4;
const MAX_HEIGHT: u16 = 9;

/// Draws as many mistakes as fit, beginning with number `first`.
pub fn draw(session: &Session, first: usize, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let insight = &session.insight;
    let title = match insight.wrong {
        0 => "mistakes".to_owned(),
        wrong => format!("mistakes: most confident of {}", thousands(wrong as u64)),
    };
    let inner = titled(&title, has_focus, area, buffer, theme);
    if insight.mistakes.is_empty() {
        let text = if session.history.is_empty() { "shown after the first validation" } else { "none" };
        Span::styled(text, theme.dim()).render(inner, buffer);
        return;
    }
    let columns = ((inner.width + GAP) / (TILE + GAP)).max(1);
    let rows = (inner.height / (MIN_HEIGHT + CAPTION)).max(1);
    let rows = rows.min(u16::try_from(insight.mistakes.len()).unwrap_or(u16::MAX).div_ceil(columns)).max(1);
    let height = inner.height / rows;
    let picture = height.saturating_sub(CAPTION).min(MAX_HEIGHT);
    // The remaining columns are distributed evenly.
    let width = ((inner.width + GAP) / columns).saturating_sub(GAP);
    let shown = usize::from(columns * rows);
    let first = first.min(insight.mistakes.len().saturating_sub(1));
    for (at, mistake) in insight.mistakes.iter().skip(first).take(shown).enumerate() {
        let (column, row) = (at as u16 % columns, at as u16 / columns);
        let tile = Rect {
            x: inner.x + column * (width + GAP),
            y: inner.y + row * (picture + CAPTION),
            width,
            height: picture + CAPTION,
        };
        draw_one(session, mistake, picture, tile.intersection(inner), buffer, theme);
    }
}

fn draw_one(session: &Session, mistake: &Mistake, rows: u16, tile: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = rows.min(tile.height);
    if let Some(picture) = &mistake.picture {
        let width = picture.columns(rows).min(tile.width);
        picture.draw(Rect { width, height: rows, ..tile }, buffer, theme);
    }
    let label =
        |class: usize| session.labels.get(class).map_or_else(|| class.to_string(), |label| escape::terminal(label));
    let arrow = if theme.has_glyphs { "→" } else { "->" };
    let width = usize::from(tile.width);
    let (truth, predicted) = (label(mistake.truth), label(mistake.predicted));
    let half = width.saturating_sub(4) / 2;
    // A long name uses the columns that a short one leaves free.
    let room = |own: &str, other: &str| {
        half.max(width.saturating_sub(4 + Span::raw(other).width().min(half))).min(Span::raw(own).width())
    };
    let names = vec![
        Span::styled(cut(&truth, room(&truth, &predicted), theme), theme.good()),
        Span::raw(format!(" {arrow} ")),
        Span::styled(cut(&predicted, room(&predicted, &truth), theme), theme.bad()),
    ];
    let caption = format!("{:.0} % {}", 100.0 * mistake.confidence, escape::terminal(&mistake.name));
    let caption = Line::from(Span::styled(cut(&caption, width, theme), theme.dim()));
    for (line, y) in [Line::from(names), caption].into_iter().zip(tile.y + rows..tile.bottom()) {
        line.render(Rect { y, height: 1, ..tile }, buffer);
    }
}
