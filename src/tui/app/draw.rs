//! The frame around every screen: tabs above, messages and keys below.

use super::{App, hints, steps};
use crate::escape;
use crate::text::{cut, one_line, wrap};
use crate::tui::action::{Action, Program, Screen};
use crate::tui::dialog;
use crate::tui::effect::Severity;
use crate::tui::keymap;
use crate::tui::theme::Theme;
use crate::tui::widgets::console::spell_out;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// The maximum number of lines of a message.
const MAX_LINES: u16 = 6;

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
    let contexts = app.contexts();
    steps::draw(&steps_of(app, &contexts), app.theme, Rect { y: area.y + 1, height: 1, ..area }, buffer);
    let sheet = &app.sheet;
    let theme = Theme { has_pixels: app.dialog.is_none(), ..app.theme };
    app.screens.draw(app.screen, sheet, body, buffer, theme);
    draw_notice(app, Rect { y: body.bottom(), height: 1, ..area }, buffer);
    let last = Rect { y: body.bottom() + 1, height: 1, ..area };
    draw_hints(app, last, buffer);
    if let Some(dialog) = &app.dialog {
        dialog::draw(dialog, body, buffer, theme);
    }
}

/// Returns the area of the screens.
pub const fn body(area: Rect) -> Rect {
    Rect { x: area.x, y: area.y + 2, width: area.width, height: area.height.saturating_sub(4) }
}

/// Returns the tabs: screen, first column, and the column after the last.
pub fn tabs(app: &App) -> impl Iterator<Item = (Screen, u16, u16)> {
    Screen::ALL.into_iter().scan(0, |at, screen| {
        let from = *at;
        *at += label(app, screen).len() as u16;
        Some((screen, from, *at))
    })
}

/// The label of the tab of `screen`: the key that shows it from here, and its title.
fn label(app: &App, screen: Screen) -> String {
    format!(" {} {} ", keymap::key_of_screen(screen, &app.contexts()), screen.title())
}

fn draw_tabs(app: &App, area: Rect, buffer: &mut Buffer) {
    let mut spans = Vec::new();
    for screen in Screen::ALL {
        let style = if screen == app.screen { app.theme.selected() } else { app.theme.label() };
        spans.push(Span::styled(label(app, screen), style));
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
        Span::styled(one_line(&notice.text), style)
    });
    let width = usize::from(area.width);
    if let Some(left) = left {
        // The lines of a long message cover the screen above until the next key.
        let lines = wrap(&left.content, width);
        let count = (lines.len() as u16).clamp(1, MAX_LINES).min(area.y);
        let covered = Rect { y: area.y + 1 - count, height: count, ..area };
        ratatui::widgets::Clear.render(covered, buffer);
        for (line, y) in lines.into_iter().zip(covered.y..covered.bottom()) {
            Span::styled(line, left.style).render(Rect { y, height: 1, ..area }, buffer);
        }
        return;
    }
    // Copying gives all of a line that is cut here.
    if let Some(command) = app.command_line() {
        let key = keymap::key_of(&Action::Program(Program::Copy));
        let is_key = app.contexts().contains(&keymap::Context::Screens);
        let hint = if is_key { format!("  {key} copies ") } else { String::new() };
        let text = cut(&format!(" $ {}", escape::terminal(&command)), width.saturating_sub(hint.len()));
        let line = vec![Span::styled(text, app.theme.dim()), Span::styled(hint, app.theme.dim())];
        Line::from(line).render(area, buffer);
    }
}

/// Draws the most important keys of the current context, as many as fit.
fn draw_hints(app: &App, area: Rect, buffer: &mut Buffer) {
    let spans = hints_of(app, area.width).into_iter().flat_map(|hint| {
        let name = format!(" {}  ", hint.binding.name);
        [Span::styled(hint.key, app.theme.accent()), Span::styled(name, app.theme.dim())]
    });
    spans.collect::<Line<'_>>().render(area, buffer);
}

fn hints_of(app: &App, width: u16) -> Vec<hints::Hint> {
    hints::all(&app.contexts(), app.dialog.is_some(), width, &|action| app.can(action))
}

const fn steps_of<'a>(app: &'a App, contexts: &'a [keymap::Context]) -> steps::View<'a> {
    steps::View { screen: app.screen, screens: &app.screens, sheet: &app.sheet, contexts }
}

/// The screen of the step at `column` of the line of steps.
pub fn step_at(app: &App, column: u16) -> Option<Screen> {
    steps::screen_at(&steps_of(app, &app.contexts()), app.theme, app.size.0, column)
}

/// The action of the hint at `column` of the last line.
pub fn hint_at(app: &App, column: u16) -> Option<Action> {
    let hint = hints_of(app, app.size.0).into_iter().find(|hint| (hint.from..hint.to).contains(&column))?;
    Some(hint.binding.action.clone())
}
