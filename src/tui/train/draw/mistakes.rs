//! The misclassified images with the highest confidence, and images shown large.

use super::super::session::{Judged, Session};
use super::super::view::{Pane, View, Viewer};
use super::cut::cut;
use crate::escape;
use crate::text::thousands;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Minimum width of a picture with its caption, and the width of a gap, in columns.
const TILE: u16 = 18;
const GAP: u16 = 1;
/// Height of a caption in lines.
const CAPTION: u16 = 2;
/// Minimum height of a picture in lines.
const MIN_HEIGHT: u16 = 4;
/// Three large pictures tell more than many small ones.
const WANTED: u16 = 3;

/// The areas of pictures with their captions, and the index of the first mistake.
fn tiles(session: &Session, count: usize, selected: usize, inner: Rect) -> (Vec<Rect>, usize) {
    let images = session.images();
    let aspect =
        images.filter(|images| images.height > 0).map_or(1.0, |images| images.width as f64 / images.height as f64);
    let width = |height: u16| ((f64::from(height) * 2.0 * aspect) as u16).max(TILE);
    let across = |height: u16| (inner.width + GAP) / (width(height) + GAP);
    let down = |height: u16| inner.height / (height + CAPTION);
    let most = inner.height.saturating_sub(CAPTION).max(1);
    let wanted = u16::try_from(count).unwrap_or(u16::MAX).min(WANTED);
    let fits = |height: &u16| across(*height) * down(*height) >= wanted;
    let height = (MIN_HEIGHT.min(most)..=most).rev().find(fits).unwrap_or(MIN_HEIGHT.min(most));
    let (columns, rows) = (across(height).max(1), down(height).max(1));
    // The remaining columns are distributed evenly.
    let wide = ((inner.width + GAP) / columns).saturating_sub(GAP);
    let tile = |at: u16| Rect {
        x: inner.x + at % columns * (wide + GAP),
        y: inner.y + at / columns * (height + CAPTION),
        width: wide,
        height: height + CAPTION,
    };
    let shown = usize::from(columns * rows);
    let first = (selected / shown * shown).min(count.saturating_sub(1));
    let tiles = (0..columns * rows).take(count - first).map(|at| tile(at).intersection(inner));
    (tiles.collect(), first)
}

/// The index of the mistake at the position `at`.
pub fn at(view: &View<'_>, session: &Session, area: Rect, at: Position) -> Option<usize> {
    let inner = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let count = session.insight(view.is_best).mistakes.len();
    let (tiles, first) = tiles(session, count, view.mistake, inner);
    tiles.iter().position(|tile| tile.contains(at)).map(|place| first + place).filter(|place| *place < count)
}

/// Draws mistakes as large as the pane allows.
pub fn draw(view: &View<'_>, session: &Session, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let insight = session.insight(view.is_best);
    let count = insight.mistakes.len();
    let has_focus = view.pane == Pane::Mistakes;
    let mut title = "mistakes".to_owned();
    if count > 0 {
        title += &format!(": most confident of {}, epoch {}", thousands(count as u64), insight.epoch);
    }
    if has_focus && count > 0 {
        title += "; Enter enlarges";
    }
    let title = cut(&title, usize::from(area.width).saturating_sub(4), theme);
    let inner = titled(&title, has_focus, area, buffer, theme);
    if count == 0 {
        let text = if session.history.is_empty() { "shown after the first validation" } else { "none" };
        Span::styled(text, theme.dim()).render(inner, buffer);
        return;
    }
    let (tiles, first) = tiles(session, count, view.mistake, inner);
    for (place, tile) in tiles.into_iter().enumerate() {
        let image = insight.mistakes.get(first + place);
        let Some(judged) = image.and_then(|image| session.judged(insight, *image)) else { continue };
        let picture = tile.height.saturating_sub(CAPTION);
        draw_picture(&judged, Rect { height: picture, ..tile }, buffer, theme);
        let caption = Rect { y: tile.y + picture, height: tile.height - picture, ..tile };
        draw_caption(session, &judged, caption, buffer, theme);
        if has_focus && first + place == view.mistake {
            select(Rect { height: caption.height.min(1), ..caption }, buffer, theme);
        }
    }
}

/// Draws the picture as large as fits into `area`, at its left.
fn draw_picture(judged: &Judged<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(pixels) = judged.pixels.filter(|_| !area.is_empty()) else { return };
    let lines = (1..=area.height).rev().find(|lines| pixels.columns(*lines) <= area.width).unwrap_or(1);
    let width = pixels.columns(lines).min(area.width);
    pixels.draw(Rect { width, height: lines, ..area }, buffer, theme);
}

/// Draws the classes, and below them confidence and name.
fn draw_caption(session: &Session, judged: &Judged<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let arrow = if theme.has_glyphs { "→" } else { "->" };
    let width = usize::from(area.width);
    let (truth, predicted) = (session.label(judged.truth), session.label(judged.predicted));
    let half = width.saturating_sub(4) / 2;
    // A long name uses the columns that a short one leaves free.
    let room = |own: &str, other: &str| {
        half.max(width.saturating_sub(4 + Span::raw(other).width().min(half))).min(Span::raw(own).width())
    };
    let is_right = judged.truth == judged.predicted;
    let names = vec![
        Span::styled(cut(&truth, room(&truth, &predicted), theme), theme.good()),
        Span::raw(format!(" {arrow} ")),
        Span::styled(
            cut(&predicted, room(&predicted, &truth), theme),
            if is_right { theme.good() } else { theme.bad() },
        ),
    ];
    let caption = format!("{:.0} % {}", 100.0 * judged.confidence, escape::terminal(judged.name));
    let caption = Line::from(Span::styled(cut(&caption, width, theme), theme.dim()));
    for (line, y) in [Line::from(names), caption].into_iter().zip(area.y..area.bottom()) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// Draws the visible image of `viewer` as large as `area` allows, with its file.
pub fn draw_large(session: &Session, viewer: &Viewer, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let title = format!("image {} of {}, epoch {}", viewer.at + 1, viewer.images.len(), viewer.insight.epoch);
    let title = cut(&title, usize::from(area.width).saturating_sub(4), theme);
    let inner = titled(&title, true, area, buffer, theme);
    let Some(image) = viewer.image() else { return };
    let Some(judged) = session.judged(&viewer.insight, image) else { return };
    let place = match (session.moved.get(&image), &session.folder) {
        (Some(path), _) => format!("moved to {}", crate::text::path(path)),
        (None, Ok(folder)) => crate::text::path(&folder.join(judged.name)),
        (None, Err(why)) => why.clone(),
    };
    let lines = crate::text::wrap(&place, usize::from(inner.width));
    let caption = (lines.len() as u16 + CAPTION).min(inner.height / 2);
    let picture = Rect { height: inner.height - caption, ..inner };
    draw_picture(&judged, picture, buffer, theme);
    let below = Rect { y: picture.bottom(), height: caption, ..inner };
    draw_caption(session, &judged, Rect { height: CAPTION.min(caption), ..below }, buffer, theme);
    for (line, y) in lines.into_iter().zip(below.y + CAPTION..below.bottom()) {
        Span::styled(line, theme.text()).render(Rect { y, height: 1, ..inner }, buffer);
    }
}
