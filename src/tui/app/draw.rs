//! The frame around every screen: tabs above, messages and keys below.

use super::App;
use crate::escape;
use crate::tui::action::Screen;
use crate::tui::effect::Weight;
use crate::tui::keymap::{BINDINGS, Context};
use crate::tui::theme::Theme;
use crate::tui::{data, deploy, design, dialog, runs, train};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws everything.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    if area.height < 8 || area.width < 40 {
        Span::styled("this needs 40 columns and 8 lines", app.theme.warning()).render(area, buffer);
        return;
    }
    let body = body(area);
    draw_tabs(app, Rect { height: 1, ..area }, buffer);
    let sheet = &app.design.sheet;
    let theme = Theme { has_pixels: app.dialog.is_none(), ..app.theme };
    match app.screen {
        Screen::Design => design::draw(&app.design, body, buffer, theme),
        Screen::Data => data::draw(&app.data, sheet, body, buffer, theme),
        Screen::Train => train::draw(&app.train, sheet, body, buffer, theme),
        Screen::Deploy => deploy::draw(&app.deploy, sheet, body, buffer, theme),
        Screen::Runs => runs::draw(&app.runs, body, buffer, theme),
    }
    draw_notice(app, Rect { y: body.bottom(), height: 1, ..area }, buffer);
    draw_hints(app, Rect { y: body.bottom() + 1, height: 1, ..area }, buffer);
    if let Some(dialog) = &app.dialog {
        dialog::draw(dialog, body, buffer, theme);
    }
}

/// Where the screens are drawn.
pub const fn body(area: Rect) -> Rect {
    Rect { x: area.x, y: area.y + 1, width: area.width, height: area.height.saturating_sub(3) }
}

/// The tabs: screen, first column, column behind the last.
pub fn tabs() -> impl Iterator<Item = (Screen, u16, u16)> {
    Screen::ALL.into_iter().enumerate().scan(0, |at, (index, screen)| {
        let from = *at;
        *at += label(index, screen).len() as u16;
        Some((screen, from, *at))
    })
}

fn label(index: usize, screen: Screen) -> String {
    format!(" {} {} ", index + 1, screen.title())
}

fn draw_tabs(app: &App, area: Rect, buffer: &mut Buffer) {
    let mut spans = Vec::new();
    for (index, screen) in Screen::ALL.into_iter().enumerate() {
        let style = if screen == app.screen { app.theme.selected() } else { app.theme.label() };
        spans.push(Span::styled(label(index, screen), style));
    }
    if let Some(state) = app.train.summary() {
        spans.push(Span::styled(format!("  {state}"), app.theme.good()));
    }
    let sheet = &app.design.sheet;
    let mark = if sheet.is_changed() { "*" } else { "" };
    let name = format!("{}{mark} ", escape::terminal(&sheet.path().display().to_string()));
    let line = Line::from(spans);
    let used = line.width();
    line.render(area, buffer);
    let room = usize::from(area.width).saturating_sub(used + 1);
    let name: String = if name.chars().count() > room {
        let skipped = name.chars().count() - room.saturating_sub(1);
        std::iter::once('…').chain(name.chars().skip(skipped)).collect()
    } else {
        name
    };
    if room > 3 {
        let style = if sheet.faults().is_some() { app.theme.bad() } else { app.theme.accent() };
        Line::from(Span::styled(name, style)).right_aligned().render(area, buffer);
    }
}

fn draw_notice(app: &App, area: Rect, buffer: &mut Buffer) {
    let left = app.notice.as_ref().map(|notice| {
        let style = match notice.weight {
            Weight::Good => app.theme.good(),
            Weight::Warning => app.theme.warning(),
            Weight::Error => app.theme.bad(),
        };
        Span::styled(escape::terminal(&notice.text), style)
    });
    let used = left.as_ref().map_or(0, Span::width);
    if let Some(left) = left {
        left.render(area, buffer);
    }
    if let Some(command) = &app.command {
        let text = format!("$ {}", escape::terminal(command));
        if Span::raw(&text).width() + used + 2 <= usize::from(area.width) {
            Line::from(Span::styled(text, app.theme.dim())).right_aligned().render(area, buffer);
        }
    }
}

/// The keys that matter most here, as many as there is room for.
fn draw_hints(app: &App, area: Rect, buffer: &mut Buffer) {
    let contexts = app.contexts();
    let mut spans = Vec::new();
    let mut used = 0;
    let others =
        BINDINGS.iter().filter(|binding| binding.context == Context::Screens && contexts.contains(&Context::Screens));
    let own = BINDINGS.iter().filter(|binding| Some(&binding.context) == contexts.first());
    let ends = BINDINGS.iter().filter(|binding| matches!(binding.name, "save" | "commands") && app.dialog.is_none());
    let mut hints: Vec<_> =
        own.chain(others.filter(|binding| matches!(binding.name, "help" | "quit" | "undo"))).chain(ends).collect();
    hints.retain(|binding| !binding.name.is_empty());
    for binding in hints {
        let key = binding.keys().next().map(|key| key.to_string()).unwrap_or_default();
        let width = key.chars().count() + binding.name.chars().count() + 3;
        if used + width > usize::from(area.width) {
            continue;
        }
        used += width;
        spans.push(Span::styled(key, app.theme.accent()));
        spans.push(Span::styled(format!(" {}  ", binding.name), app.theme.dim()));
    }
    Line::from(spans).render(area, buffer);
}
