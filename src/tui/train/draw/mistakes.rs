//! The images that the network is surest about and wrong.

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

/// Columns of a picture with its caption, and of a gap.
const TILE: u16 = 18;
const GAP: u16 = 1;
/// Lines of a caption.
const CAPTION: u16 = 2;
/// Lines of the lowest and of the highest picture.
const LOWEST: u16 = 4;
const HIGHEST: u16 = 9;

/// Draws as many as there is room for, from the `first` on.
pub fn draw(session: &Session, first: usize, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let insight = &session.insight;
    let title = match insight.wrong {
        0 => "mistakes".to_owned(),
        wrong => format!("mistakes: the surest of {}", thousands(wrong as u64)),
    };
    let inner = titled(&title, has_focus, area, buffer, theme);
    if insight.mistakes.is_empty() {
        let text = if session.history.is_empty() { "come with the first validation" } else { "none" };
        Span::styled(text, theme.dim()).render(inner, buffer);
        return;
    }
    let columns = ((inner.width + GAP) / (TILE + GAP)).max(1);
    let rows = (inner.height / (LOWEST + CAPTION)).max(1);
    let rows = rows.min(u16::try_from(insight.mistakes.len()).unwrap_or(u16::MAX).div_ceil(columns)).max(1);
    let height = inner.height / rows;
    let picture = height.saturating_sub(CAPTION).min(HIGHEST);
    // As large as they can be: what is left over is shared out.
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
    let (truth, answer) = (label(mistake.truth), label(mistake.answer));
    let half = width.saturating_sub(4) / 2;
    // The shorter of both leaves its room to the other.
    let room = |own: &str, other: &str| {
        half.max(width.saturating_sub(4 + Span::raw(other).width().min(half))).min(Span::raw(own).width())
    };
    let names = vec![
        Span::styled(cut(&truth, room(&truth, &answer), theme), theme.good()),
        Span::raw(format!(" {arrow} ")),
        Span::styled(cut(&answer, room(&answer, &truth), theme), theme.bad()),
    ];
    let sure = format!("{:.0} % {}", 100.0 * mistake.confidence, escape::terminal(&mistake.name));
    let sure = Line::from(Span::styled(cut(&sure, width, theme), theme.dim()));
    for (line, y) in [Line::from(names), sure].into_iter().zip(tile.y + rows..tile.bottom()) {
        line.render(Rect { y, height: 1, ..tile }, buffer);
    }
}
