//! Drawing of dialogs.

use super::{Ask, Choose, Dialog, Page, Prompt, first_of};
use crate::escape;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::{boxed, centred};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _, Wrap};

/// Draws `dialog` in the middle of `area`.
pub fn draw(dialog: &Dialog, area: Rect, buffer: &mut Buffer, theme: Theme) {
    match dialog {
        Dialog::Choose(choose) => draw_choose(choose, area, buffer, theme),
        Dialog::Prompt(prompt) => draw_prompt(prompt, area, buffer, theme),
        Dialog::Ask(ask) => draw_ask(ask, area, buffer, theme),
        Dialog::Page(page) => draw_page(page, area, buffer, theme),
    }
}

fn draw_choose(choose: &Choose, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let height = u16::try_from(choose.choices.len()).unwrap_or(u16::MAX).saturating_add(3).max(5);
    let inner = boxed(&choose.title, centred(area, 76, height.min(area.height.saturating_sub(2))), buffer, theme);
    if inner.height == 0 {
        return;
    }
    let input = Rect { height: 1, ..inner };
    Span::styled("> ", theme.accent()).render(input, buffer);
    choose.filter.widget().render(shifted(input, 2), buffer);
    let list = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    if choose.shown.is_empty() {
        Span::styled("  no matches", theme.dim()).render(list, buffer);
    }
    let widest = choose.choices.iter().map(|choice| Span::raw(&choice.name).width()).max().unwrap_or(0).min(30);
    let top = first_of(choose.at, choose.shown.len(), usize::from(list.height));
    for (place, index) in choose.shown.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let Some(choice) = choose.choices.get(*index) else { continue };
        let name = format!("  {:<widest$}  ", escape::terminal(&choice.name));
        let line = Line::from(vec![Span::raw(name), Span::styled(escape::terminal(&choice.help), theme.dim())]);
        let row = Rect { y: list.y + (place - top) as u16, height: 1, ..list };
        line.render(row, buffer);
        if place == choose.at {
            buffer.set_style(row, theme.selected());
        }
    }
}

fn draw_prompt(prompt: &Prompt, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let most = usize::from(area.height.saturating_sub(8));
    let shown = prompt.completions.len().min(most);
    let help = Paragraph::new(escape::terminal(&prompt.help)).wrap(Wrap { trim: true });
    let help_lines = if prompt.help.is_empty() { 0 } else { (prompt.help.chars().count() / 70 + 1) as u16 };
    let inner = boxed(&prompt.title, centred(area, 76, 3 + help_lines + shown as u16), buffer, theme);
    if inner.height == 0 {
        return;
    }
    prompt.line.widget().render(Rect { height: 1, ..inner }, buffer);
    let below = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    let help_area = Rect { height: help_lines.min(below.height), ..below };
    help.style(theme.dim()).render(help_area, buffer);
    let list = Rect { y: below.y + help_area.height, height: below.height - help_area.height, ..below };
    let top = first_of(prompt.at.unwrap_or(0), prompt.completions.len(), usize::from(list.height));
    for (place, text) in prompt.completions.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let row = Rect { y: list.y + (place - top) as u16, height: 1, ..list };
        Span::raw(format!("  {}", escape::terminal(text))).render(row, buffer);
        if prompt.at == Some(place) {
            buffer.set_style(row, theme.selected());
        }
    }
}

fn draw_ask(ask: &Ask, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let width = area.width.min(76);
    let text = Paragraph::new(ask.lines.iter().map(|line| Line::from(escape::terminal(line))).collect::<Vec<_>>())
        .wrap(Wrap { trim: false });
    let room = usize::from(width.saturating_sub(2)).max(1);
    let lines: usize = ask.lines.iter().map(|line| line.chars().count() / room + 1).sum();
    let height = (lines + ask.answers.len() + 3).min(usize::from(area.height)) as u16;
    let inner = boxed(&ask.title, centred(area, width, height), buffer, theme);
    let answers = (ask.answers.len() as u16).min(inner.height);
    let text_area = Rect { height: inner.height - answers, ..inner };
    text.render(text_area, buffer);
    for (place, (key, what, _)) in ask.answers.iter().enumerate().take(usize::from(answers)) {
        let row = Rect { y: inner.y + text_area.height + place as u16, height: 1, ..inner };
        let line = Line::from(vec![Span::styled(format!("  {key}  "), theme.accent()), Span::raw(what.as_str())]);
        line.render(row, buffer);
        if ask.at == place {
            buffer.set_style(row, theme.selected());
        }
    }
}

fn draw_page(page: &Page, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let widest = page.lines.iter().map(Line::width).max().unwrap_or(0).max(40);
    let size = (widest + 2, page.lines.len() + 2);
    let clip = |size: usize, most: u16| u16::try_from(size).unwrap_or(most).min(most);
    let inner = boxed(&page.title, centred(area, clip(size.0, area.width), clip(size.1, area.height)), buffer, theme);
    let top = page.top.min(page.lines.len().saturating_sub(usize::from(inner.height)));
    for (line, y) in page.lines.iter().skip(top).zip(inner.y..inner.bottom()) {
        line.render(Rect { y, height: 1, ..inner }, buffer);
    }
}

/// `area` without its first `by` columns.
fn shifted(area: Rect, by: u16) -> Rect {
    let by = by.min(area.width);
    Rect { x: area.x + by, width: area.width - by, ..area }
}
