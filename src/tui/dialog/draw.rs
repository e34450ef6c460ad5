//! Drawing of dialogs.

use super::{Ask, Choose, Dialog, Page, Prompt, layout, part_of};
use crate::escape;
use crate::text::cut;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::frame::boxed;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
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
    let layout::Areas { outer, head, heading, list, top, .. } = layout::of_choose(choose, area);
    let part = part_of(choose.at, choose.shown.len(), usize::from(list.height));
    if boxed(&format!("{}{part}", choose.title), outer, buffer, theme).height == 0 {
        return;
    }
    let widest = layout::width_of_names(choose);
    let room = usize::from(list.width).saturating_sub(widest + 4);
    Span::styled("> ", theme.accent()).render(head, buffer);
    choose.filter.widget().render(shifted(head, 2), buffer);
    Span::styled(format!("  {:<widest$}  {}", "", cut(&choose.heading, room)), theme.label()).render(heading, buffer);
    if choose.shown.is_empty() {
        Span::styled("  no matches", theme.dim()).render(list, buffer);
    }
    for (place, index) in choose.shown.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let Some(choice) = choose.choices.get(*index) else { continue };
        let name = format!("  {:<widest$}  ", cut(&escape::terminal(&choice.name), widest));
        let help = cut(&escape::terminal(&choice.help), room);
        let line = Line::from(vec![Span::raw(name), Span::styled(help, theme.dim())]);
        let row = Rect { y: list.y + (place - top) as u16, height: 1, ..list };
        line.render(row, buffer);
        if place == choose.at {
            select(row, buffer, theme);
        }
    }
}

fn draw_prompt(prompt: &Prompt, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let layout::Areas { outer, head, heading, list, top, .. } = layout::of_prompt(prompt, area);
    let part = part_of(prompt.at.unwrap_or(0), prompt.completions.len(), usize::from(list.height));
    if boxed(&format!("{}{part}", prompt.title), outer, buffer, theme).height == 0 {
        return;
    }
    prompt.line.widget().render(head, buffer);
    let help = Paragraph::new(escape::terminal(&prompt.help)).wrap(Wrap { trim: true });
    help.style(theme.dim()).render(heading, buffer);
    for (place, text) in prompt.completions.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let row = Rect { y: list.y + (place - top) as u16, height: 1, ..list };
        let room = usize::from(row.width).saturating_sub(2);
        Span::raw(format!("  {}", cut(&escape::terminal(text), room))).render(row, buffer);
        if prompt.at == Some(place) {
            select(row, buffer, theme);
        }
    }
}

fn draw_ask(ask: &Ask, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let layout::Areas { outer, head, list, .. } = layout::of_ask(ask, area);
    boxed(&ask.title, outer, buffer, theme);
    let lines: Vec<Line<'_>> = ask.lines.iter().map(|line| Line::from(escape::terminal(line))).collect();
    Paragraph::new(lines).wrap(Wrap { trim: false }).render(head, buffer);
    for (place, (key, what, _)) in ask.answers.iter().enumerate().take(usize::from(list.height)) {
        let row = Rect { y: list.y + place as u16, height: 1, ..list };
        let line = Line::from(vec![Span::styled(format!("  {key}  "), theme.accent()), Span::raw(what.as_str())]);
        line.render(row, buffer);
        if ask.at == place {
            select(row, buffer, theme);
        }
    }
}

fn draw_page(page: &Page, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let layout::Areas { outer, head, .. } = layout::of_page(page, area);
    let hidden = layout::hidden(page, area);
    let top = page.top.min(hidden);
    let title = if hidden > 0 {
        format!("{}, lines {} to {} of {}", page.title, top + 1, top + usize::from(head.height), page.lines.len())
    } else {
        page.title.clone()
    };
    boxed(&title, outer, buffer, theme);
    for (line, y) in page.lines.iter().skip(top).zip(head.y..head.bottom()) {
        line.render(Rect { y, height: 1, ..head }, buffer);
    }
    if theme.depth == Depth::None {
        // Pages are written without knowing the terminal.
        buffer.set_style(head, Style::new().fg(Color::Reset).bg(Color::Reset));
    }
}

/// `area` without its first `by` columns.
fn shifted(area: Rect, by: u16) -> Rect {
    let by = by.min(area.width);
    Rect { x: area.x + by, width: area.width - by, ..area }
}
