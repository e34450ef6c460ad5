//! Areas of dialogs, for drawing and for the mouse.

use super::{Ask, Choose, Dialog, Page, Prompt, first_of};
use crate::tui::action::Action;
use crate::tui::widgets::frame::centred;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};

/// Width of lists, in columns, unless their lines are longer.
const LIST: u16 = 76;
/// The maximum width of names in lists, in columns.
const MAX_NAME: usize = 30;

/// The areas of a dialog.
pub struct Areas {
    /// With its frame.
    pub outer: Rect,
    /// The line of text input, or the text above the items.
    pub head: Rect,
    /// The heading of the list; empty if there is none.
    pub heading: Rect,
    /// The items.
    pub list: Rect,
    /// The index of the first item shown.
    pub top: usize,
    /// The number of items.
    pub count: usize,
}

/// The place of a click in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// Outside of its frame.
    Outside,
    /// On the item with this index.
    Item(usize),
    /// Anywhere else in it.
    Inside,
}

impl Dialog {
    /// Whether `action` does something in it; it is drawn in the middle of `area`.
    #[must_use]
    pub fn can(&self, action: &Action, area: Rect) -> bool {
        match (self, action) {
            (Self::Page(page), Action::Move(_)) => hidden(page, area) > 0,
            (Self::Page(_), Action::Enter)
            | (Self::Ask(_), Action::Move(_))
            | (Self::Choose(_), Action::Focus { .. }) => false,
            (Self::Prompt(prompt), Action::Focus { .. }) => prompt.completer.is_some(),
            _ => true,
        }
    }

    /// Limits how far it is scrolled to what there is in `area`.
    pub fn fit(&mut self, area: Rect) {
        if let Self::Page(page) = self {
            page.top = page.top.min(hidden(page, area));
        }
    }
}

/// The place of a click at `at` in `dialog`, which is drawn in the middle of `area`.
#[must_use]
pub fn hit(dialog: &Dialog, area: Rect, at: Position) -> Hit {
    let areas = match dialog {
        Dialog::Choose(choose) => of_choose(choose, area),
        Dialog::Prompt(prompt) => of_prompt(prompt, area),
        Dialog::Ask(ask) => of_ask(ask, area),
        Dialog::Page(page) => of_page(page, area),
    };
    if !areas.outer.contains(at) {
        return Hit::Outside;
    }
    let index = areas.top + usize::from(at.y.saturating_sub(areas.list.y));
    if areas.list.contains(at) && index < areas.count { Hit::Item(index) } else { Hit::Inside }
}

/// The area inside of a frame.
fn inside(outer: Rect) -> Rect {
    outer.inner(Margin::new(1, 1))
}

/// Splits `area` below its first `lines` lines.
fn split(area: Rect, lines: u16) -> (Rect, Rect) {
    let lines = lines.min(area.height);
    (Rect { height: lines, ..area }, Rect { y: area.y + lines, height: area.height - lines, ..area })
}

/// The width of the names in a list, in columns.
pub fn width_of_names(choose: &Choose) -> usize {
    choose.choices.iter().map(|choice| Span::raw(&choice.name).width()).max().unwrap_or(0).min(MAX_NAME)
}

/// The areas of a list.
pub fn of_choose(choose: &Choose, area: Rect) -> Areas {
    let longest = choose.choices.iter().map(|choice| Span::raw(&choice.help).width()).max().unwrap_or(0);
    let width = u16::try_from(width_of_names(choose) + longest + 6).unwrap_or(u16::MAX);
    let width = width.min(area.width.saturating_sub(4)).max(LIST);
    let lines = choose.choices.len() + usize::from(!choose.heading.is_empty());
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(3).max(5);
    let outer = centred(area, width, height.min(area.height.saturating_sub(2)));
    let (head, below) = split(inside(outer), 1);
    let has_heading = !choose.heading.is_empty() && below.height > 1;
    let (heading, list) = split(below, u16::from(has_heading));
    let count = choose.shown.len();
    Areas { outer, head, heading, list, top: first_of(choose.at, count, usize::from(list.height)), count }
}

/// The areas of a prompt; its heading is the explanation.
pub fn of_prompt(prompt: &Prompt, area: Rect) -> Areas {
    let most = usize::from(area.height.saturating_sub(8));
    let count = prompt.completions.len();
    let help = if prompt.help.is_empty() { 0 } else { (prompt.help.chars().count() / 70 + 1) as u16 };
    let outer = centred(area, LIST, 3 + help + count.min(most) as u16);
    let (head, below) = split(inside(outer), 1);
    let (heading, list) = split(below, help);
    let top = first_of(prompt.at.unwrap_or(0), count, usize::from(list.height));
    Areas { outer, head, heading, list, top, count }
}

/// The areas of a question.
pub fn of_ask(ask: &Ask, area: Rect) -> Areas {
    let width = area.width.min(LIST);
    let room = usize::from(width.saturating_sub(2)).max(1);
    let lines: usize = ask.lines.iter().map(|line| line.chars().count() / room + 1).sum();
    let height = (lines + ask.answers.len() + 3).min(usize::from(area.height)) as u16;
    let outer = centred(area, width, height);
    let inner = inside(outer);
    let answers = (ask.answers.len() as u16).min(inner.height);
    let (head, list) = split(inner, inner.height - answers);
    Areas { outer, head, heading: Rect::ZERO, list, top: 0, count: ask.answers.len() }
}

/// The number of lines of a page that do not fit into `area` at once.
pub fn hidden(page: &Page, area: Rect) -> usize {
    page.lines.len().saturating_sub(usize::from(of_page(page, area).head.height))
}

/// The areas of a page, which has no items.
pub fn of_page(page: &Page, area: Rect) -> Areas {
    let widest = page.lines.iter().map(Line::width).max().unwrap_or(0).max(40);
    let clip = |size: usize, most: u16| u16::try_from(size).unwrap_or(most).min(most);
    let outer = centred(area, clip(widest + 2, area.width), clip(page.lines.len() + 2, area.height));
    Areas { outer, head: inside(outer), heading: Rect::ZERO, list: Rect::ZERO, top: 0, count: 0 }
}
