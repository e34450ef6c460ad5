//! Drawing of the Train screen.

mod confusion;
mod curves;
mod cut;
mod layout;
mod mistakes;
mod queue;
mod status;

pub use layout::{Target, target};

use super::session::{Outcome, Phase};
use super::view::View;
use crate::config::{Epochs, Train};
use crate::escape;
use crate::text::thousands;
use crate::tui::action::{Action, Train as Act};
use crate::tui::design::Sheet;
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _, Wrap};

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let Some(session) = view.shown else {
        return introduce(view.sheet, area, buffer, theme);
    };
    if let Some(viewer) = view.viewer {
        let session = view.sessions.iter().find(|session| session.id == viewer.session).unwrap_or(session);
        return mistakes::draw_large(session, viewer, area, buffer, theme);
    }
    let areas = layout::areas(view, area);
    status::draw(session, areas.status, buffer, theme);
    if let Some(area) = areas.queue {
        queue::draw(view, area, buffer, theme);
    }
    if let (Phase::Over(Outcome::Failed(why)), true) = (&session.phase, session.history.is_empty()) {
        let y = areas.queue.unwrap_or(areas.status).bottom();
        let rest = Rect { y, height: area.bottom() - y, ..area };
        let text = Paragraph::new(Span::styled(why.clone(), theme.bad())).wrap(Wrap { trim: true });
        return text.render(rest, buffer);
    }
    if let Some(area) = areas.curves {
        curves::draw(view, session, area, buffer, theme);
    }
    if let Some(area) = areas.confusion {
        confusion::draw(view, session, area, buffer, theme);
    }
    if let Some(area) = areas.mistakes {
        mistakes::draw(view, session, area, buffer, theme);
    }
}

/// Draws the settings of the training that would be started.
fn introduce(sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inner = titled("Train", true, area, buffer, theme);
    let mut lines = vec![Line::default()];
    match sheet.model().filter(|_| sheet.faults().is_none()) {
        Some(model) => {
            let config = &model.spec.config;
            let pair = |name: &str, value: String| {
                Line::from(vec![Span::styled(format!("  {name:<15}"), theme.label()), Span::raw(value)])
            };
            let key = |action, text: &'static str| {
                let key = format!("  {}", key_of(&Action::Train(action)));
                Line::from(vec![Span::styled(key, theme.accent()), Span::raw(text)])
            };
            let train = &config.train;
            lines.extend([
                pair("network", escape::terminal(&config.model.name)),
                pair("images", escape::terminal(model.source())),
                pair("epochs", epochs(train)),
                pair("batch size", train.batch_size.to_string()),
                pair("learning rate", train.learning_rate.to_string()),
                Line::default(),
                key(Act::Start, "  trains it as it is now"),
                key(Act::Resume, "  resumes its latest stopped run"),
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
