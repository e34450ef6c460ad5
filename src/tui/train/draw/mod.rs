//! Drawing of the Train screen.

mod confusion;
mod curves;
mod cut;
mod mistakes;
mod status;

use super::session::{Outcome, Phase};
use super::view::{Pane, View};
use crate::config::{Epochs, Train};
use crate::escape;
use crate::text::thousands;
use crate::tui::design::Sheet;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _, Wrap};

/// Height of the status at the top, in lines.
const STATUS: u16 = 4;
/// Minimum width in columns to draw curves and the other panes side by side.
const WIDE: u16 = 64;
/// Minimum height in lines to draw the mistakes below the confusion matrix.
const MISTAKES: u16 = 9;

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let Some(session) = view.shown else {
        return introduce(view.sheet, area, buffer, theme);
    };
    let top = Rect { height: STATUS.min(area.height), ..area };
    let rest = Rect { y: top.bottom(), height: area.height - top.height, ..area };
    status::draw(view, session, top, buffer, theme);
    if let (Phase::Over(Outcome::Failed(why)), true) = (&session.phase, session.history.is_empty()) {
        let text = Paragraph::new(Span::styled(why.clone(), theme.bad())).wrap(Wrap { trim: true });
        return text.render(rest, buffer);
    }
    let is = |pane: Pane| view.pane == pane;
    if area.width < WIDE {
        match view.pane {
            Pane::Curves => curves::draw(session, view.is_log, true, rest, buffer, theme),
            Pane::Confusion => confusion::draw(session, view.scroll, true, rest, buffer, theme),
            Pane::Mistakes => mistakes::draw(session, view.first, true, rest, buffer, theme),
        }
        return;
    }
    let left = Rect { width: area.width / 2, ..rest };
    let right = Rect { x: left.right() + 1, width: (area.width - left.width).saturating_sub(1), ..rest };
    curves::draw(session, view.is_log, is(Pane::Curves), left, buffer, theme);
    // The height of the matrix depends on the number of classes; the mistakes are below it if there is room.
    let wanted = u16::try_from(session.insight.confusion.len() + 2).unwrap_or(u16::MAX).max(7);
    if right.height >= wanted.saturating_add(MISTAKES) {
        let above = Rect { height: wanted, ..right };
        let below = Rect { y: above.bottom(), height: right.height - wanted, ..right };
        confusion::draw(session, view.scroll, is(Pane::Confusion), above, buffer, theme);
        mistakes::draw(session, view.first, is(Pane::Mistakes), below, buffer, theme);
    } else if is(Pane::Mistakes) {
        mistakes::draw(session, view.first, true, right, buffer, theme);
    } else {
        confusion::draw(session, view.scroll, is(Pane::Confusion), right, buffer, theme);
    }
}

/// Draws the settings of the training that `s` would start.
fn introduce(sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inner = titled("Train", true, area, buffer, theme);
    let mut lines = vec![Line::default()];
    match sheet.model().filter(|_| sheet.faults().is_none()) {
        Some(model) => {
            let config = &model.spec.config;
            let pair = |name: &str, value: String| {
                Line::from(vec![Span::styled(format!("  {name:<15}"), theme.label()), Span::raw(value)])
            };
            let train = &config.train;
            lines.extend([
                pair("network", escape::terminal(&config.model.name)),
                pair("images", escape::terminal(model.source())),
                pair("epochs", epochs(train)),
                pair("batch size", train.batch_size.to_string()),
                pair("learning rate", train.learning_rate.to_string()),
                Line::default(),
                Line::from(vec![Span::styled("  s", theme.accent()), Span::raw("  trains it as it is now")]),
                Line::from(vec![Span::styled("  r", theme.accent()), Span::raw("  resumes its latest stopped run")]),
            ]);
        }
        None => {
            lines.push(Line::from(Span::styled(
                "  the configuration is invalid: fix it first (F1 shows the error)",
                theme.bad(),
            )));
        }
    }
    Paragraph::new(lines).wrap(Wrap { trim: false }).render(inner, buffer);
}

/// Formats the number of epochs: `60` or `auto: 600,000 images seen`.
fn epochs(train: &Train) -> String {
    match train.epochs {
        Epochs::Count(count) => count.to_string(),
        Epochs::Auto(_) => format!("auto: {} images seen", thousands(train.images_seen.into())),
    }
}
