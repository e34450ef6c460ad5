//! The frame around every screen: tabs above, messages and keys below.

use super::App;
use crate::escape;
use crate::tui::action::Screen;
use crate::tui::dialog;
use crate::tui::effect::Severity;
use crate::tui::keymap::{BINDINGS, Binding, Context};
use crate::tui::theme::Theme;
use crate::tui::widgets::console::spell_out;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws everything.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    draw_parts(app, area, buffer);
    if !app.theme.has_glyphs {
        spell_out(buffer);
    }
}

fn draw_parts(app: &App, area: Rect, buffer: &mut Buffer) {
    if area.height < 8 || area.width < 40 {
        Span::styled("terminal too small: 40x8 needed", app.theme.warning()).render(area, buffer);
        return;
    }
    let body = body(area);
    draw_tabs(app, Rect { height: 1, ..area }, buffer);
    let sheet = &app.sheet;
    let theme = Theme { has_pixels: app.dialog.is_none(), ..app.theme };
    app.screens.draw(app.screen, sheet, body, buffer, theme);
    draw_notice(app, Rect { y: body.bottom(), height: 1, ..area }, buffer);
    let last = Rect { y: body.bottom() + 1, height: 1, ..area };
    match app.command.as_deref().filter(|command| app.is_news && !has_room(app, command, area.width)) {
        Some(command) => Span::styled(prompt(command), app.theme.dim()).render(last, buffer),
        None => draw_hints(app, last, buffer),
    }
    if let Some(dialog) = &app.dialog {
        dialog::draw(dialog, body, buffer, theme);
    }
}

/// Returns the area of the screens.
pub const fn body(area: Rect) -> Rect {
    Rect { x: area.x, y: area.y + 1, width: area.width, height: area.height.saturating_sub(3) }
}

/// Returns the tabs: screen, first column, and the column after the last.
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
    if let Some(state) = app.screens.status() {
        spans.push(Span::styled(format!("  {state}"), app.theme.good()));
    }
    let sheet = &app.sheet;
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
        let style = match notice.severity {
            Severity::Good => app.theme.good(),
            Severity::Warning => app.theme.warning(),
            Severity::Error => app.theme.bad(),
        };
        Span::styled(escape::terminal(&notice.text), style)
    });
    if let Some(left) = left {
        left.render(area, buffer);
    }
    if let Some(command) = app.command.as_deref().filter(|command| has_room(app, command, area.width)) {
        Line::from(Span::styled(prompt(command), app.theme.dim())).right_aligned().render(area, buffer);
    }
}

/// Formats a command for display.
fn prompt(command: &str) -> String {
    format!("$ {}", escape::terminal(command))
}

/// Whether `command` fits beside the message.
fn has_room(app: &App, command: &str, width: u16) -> bool {
    let used = app.notice.as_ref().map_or(0, |notice| Span::raw(escape::terminal(&notice.text)).width());
    Span::raw(prompt(command)).width() + used + 2 <= usize::from(width)
}

/// Draws the most important keys of the current context, as many as fit.
fn draw_hints(app: &App, area: Rect, buffer: &mut Buffer) {
    let contexts = app.contexts();
    let named = |context: Context, names: &'static [&str]| {
        BINDINGS.iter().filter(move |binding| binding.context == context && names.contains(&binding.name))
    };
    let has_screens = contexts.contains(&Context::Screens);
    let always: &[&str] = if app.dialog.is_some() { &[] } else { &["save", "commands"] };
    let first: Vec<_> = named(Context::Screens, &["help", "quit"]).filter(|_| has_screens).collect();
    let own = BINDINGS.iter().filter(|binding| Some(&binding.context) == contexts.first() && !binding.name.is_empty());
    let others = named(Context::Screens, &["undo"]).filter(|_| has_screens).chain(named(Context::Always, always));
    let key = |binding: &Binding| binding.keys().next().map(|key| key.to_string()).unwrap_or_default();
    let width = |binding: &&Binding| key(binding).chars().count() + binding.name.chars().count() + 3;
    let mut left = usize::from(area.width).saturating_sub(first.iter().map(width).sum());
    let mut has_room = |binding: &&Binding| {
        let fits = width(binding) <= left;
        left -= if fits { width(binding) } else { 0 };
        fits
    };
    let hints: Vec<_> = own.chain(others).filter(&mut has_room).chain(first).collect();
    let spans = hints.into_iter().flat_map(|binding| {
        let name = format!(" {}  ", binding.name);
        [Span::styled(key(binding), app.theme.accent()), Span::styled(name, app.theme.dim())]
    });
    spans.collect::<Line<'_>>().render(area, buffer);
}
