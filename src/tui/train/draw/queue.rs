//! The list of trainings: ended, running and queued.

use super::super::session::Phase;
use super::super::view::{Pane, View};
use super::cut::cut;
use crate::escape;
use crate::tui::action::{Action, Train};
use crate::tui::dialog::first_of;
use crate::tui::keymap::key_of;
use crate::tui::screen::Step;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::Widget as _;

/// The index of the first training that is shown in `height` lines, and that of the selected one.
fn window(view: &View<'_>, height: u16) -> (usize, usize) {
    let at = view.sessions.iter().position(|other| Some(other.id) == view.shown.map(|shown| shown.id)).unwrap_or(0);
    (first_of(at, view.sessions.len(), usize::from(height)), at)
}

/// The index of the training at the position `at`.
pub fn at(view: &View<'_>, area: Rect, at: Position) -> Option<usize> {
    let row = usize::from(at.y.checked_sub(area.y + 1)?);
    let place = window(view, area.height.saturating_sub(1)).0 + row;
    (place < view.sessions.len()).then_some(place)
}

/// Draws one line for each training.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let waiting = view.sessions.iter().filter(|session| session.is_waiting()).count();
    let key = |action| key_of(&Action::Train(action));
    let (up, down, drop) = (key(Train::Shift { down: false }), key(Train::Shift { down: true }), key(Train::Drop));
    let inner_height = area.height.saturating_sub(1);
    let (first, at) = window(view, inner_height);
    let hidden = view.sessions.len() - usize::from(inner_height).min(view.sessions.len());
    let mut title = format!("queue: {waiting} waiting");
    if hidden > 0 {
        title += &format!(", {} to {} of {}", first + 1, view.sessions.len() - hidden + first, view.sessions.len());
    }
    if view.pane == Pane::Queue {
        title += &format!(" · {down} {up} move, {drop} removes");
    }
    let title = cut(&title, usize::from(area.width).saturating_sub(4), theme);
    let inner = titled(&title, view.pane == Pane::Queue, area, buffer, theme);
    let [running, done, stopped, queued] =
        if theme.has_glyphs { ["▶ ", "✓ ", "○ ", "· "] } else { ["> ", "= ", "- ", ". "] };
    for ((place, session), y) in view.sessions.iter().enumerate().skip(first).zip(inner.y..inner.bottom()) {
        let (mark, style) = match &session.phase {
            Phase::Waiting => (queued, theme.dim()),
            // The marks of the line of steps.
            Phase::Over(_) if matches!(session.step(), Step::Done(_)) => (done, theme.good()),
            Phase::Over(_) if matches!(session.step(), Step::Todo(_)) => (stopped, theme.dim()),
            Phase::Over(_) => ("! ", theme.warning()),
            _ => (running, theme.accent()),
        };
        let text = cut(&escape::terminal(&session.summary()), usize::from(inner.width).saturating_sub(2), theme);
        let row = Rect { y, height: 1, ..inner };
        Span::styled(format!("{mark}{text}"), style).render(row, buffer);
        if place == at {
            select(row, buffer, theme);
        }
    }
}
