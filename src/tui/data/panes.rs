//! The list of classes and the findings of the Data screen.

use super::draw::parts;
use super::loaded::Loaded;
use super::view::{Pane, View};
use crate::config::Resize;
use crate::data::ClassCount;
use crate::escape;
use crate::text::{cut, fit, thousands, wrap};
use crate::tui::action::Action;
use crate::tui::dialog::first_of;
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Lines above the classes: the title, the description, the headings, and the sums.
pub const HEAD: u16 = 4;

/// The lines of the classes in the area of their table.
fn list_in(table: Rect) -> Rect {
    let head = HEAD.min(table.height);
    Rect { y: table.y + head, height: table.height - head, ..table }
}

/// The index in the list of the first visible class.
fn first_row(view: &View<'_>, list: Rect) -> usize {
    let row = view.rows.iter().position(|class| *class == view.class).unwrap_or(0);
    first_of(row, view.rows.len(), usize::from(list.height))
}

/// The class whose row of the table is at position `at`; `None` if there is none.
pub fn class_at(view: &View<'_>, loaded: &Loaded, area: Rect, at: Position) -> Option<usize> {
    let list = list_in(parts(view, loaded, area).classes);
    let line = usize::from(at.y.checked_sub(list.y).filter(|_| list.contains(at))?);
    view.rows.get(first_row(view, list) + line).copied()
}

/// The finding at position `at`; `None` if there is none.
pub fn finding_at(view: &View<'_>, area: Rect, at: Position) -> Option<usize> {
    let pane = parts(view, view.loaded?, area).findings;
    let line = at.y.checked_sub(pane.y + 1).filter(|_| pane.contains(at))?;
    finding_lines(view, pane.width).nth(usize::from(line)).map(|(finding, ..)| finding)
}

/// Draws the list of classes: its images by split, and a bar of the training images.
pub fn draw_classes(view: &View<'_>, loaded: &Loaded, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (dataset, input) = (&loaded.dataset, loaded.key.input());
    let width = usize::from(area.width);
    let list = list_in(area);
    let inner = titled(&title(view, loaded, list), false, area, buffer, theme);
    let colour = if input.channels == 1 { "gray" } else { "RGB" };
    let resize = match loaded.key.resize() {
        Resize::Fit => "fit",
        Resize::Crop => "crop",
        Resize::Pad => "pad",
    };
    let count = thousands(dataset.labels.len() as u64);
    let about = format!("{count} classes, {}×{} {colour}, {resize}", input.height, input.width);
    let has_test = dataset.test.is_some();
    let label = dataset.labels.iter().map(|label| Span::raw(label).width()).max().unwrap_or(0);
    let label = label.min(width * 2 / 5).max(5);
    let cells = |name: &str, counts: [String; 3]| {
        let [train, validation, test] = counts;
        let test = if has_test { format!("{test:>6}") } else { String::new() };
        format!("{}{train:>7}{validation:>6}{test}", fit(name, label))
    };
    let classes = &dataset.check.classes;
    let sum = |of: fn(&ClassCount) -> usize| thousands(classes.iter().map(of).sum::<usize>() as u64);
    let sums = [sum(|class| class.train), sum(|class| class.validation), sum(|class| class.test)];
    let heads = [
        (about, theme.dim()),
        (cells("class", ["train", "val", "test"].map(str::to_owned)), theme.label()),
        (cells("all", sums), theme.dim()),
    ];
    for ((text, style), y) in heads.into_iter().zip(inner.y..inner.bottom()) {
        Span::styled(cut(&text, width), style).render(Rect { y, height: 1, ..inner }, buffer);
    }
    let most = classes.iter().map(|class| class.train).max().unwrap_or(0).max(1);
    let used = label + 13 + if has_test { 6 } else { 0 };
    for (at, y) in view.rows.iter().skip(first_row(view, list)).zip(list.y..list.bottom()) {
        let Some(class) = classes.get(*at) else { continue };
        let row = Rect { y, height: 1, ..list };
        let counts = [class.train, class.validation, class.test].map(|count| count.to_string());
        let text = cells(&escape::terminal(&class.label), counts);
        let share = class.train as f64 / most as f64;
        let bar = bar(share, width.saturating_sub(used + 1), theme.series(*at), theme);
        Line::from(vec![Span::raw(text + " "), bar]).render(row, buffer);
        if *at == view.class {
            select(row, buffer, theme);
        }
    }
}

/// The title of the list: the name of the source, and which classes are visible if not all are.
fn title(view: &View<'_>, loaded: &Loaded, list: Rect) -> String {
    let width = usize::from(list.width).saturating_sub(4);
    let source = escape::terminal(&loaded.dataset.source);
    let name = source.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&source);
    let count = view.rows.len();
    if count <= usize::from(list.height) {
        return cut(name, width);
    }
    let row = view.rows.iter().position(|class| *class == view.class).unwrap_or(0);
    let at = format!(", {} of {} ({} finds)", row + 1, thousands(count as u64), key_of(&Action::Find));
    cut(name, width.saturating_sub(at.len())) + &at
}

/// The lines of the findings from the current one on, `width` wide: the index of the finding, whether it is its first
/// line, and the text.
fn finding_lines<'a>(view: &'a View<'_>, width: u16) -> impl Iterator<Item = (usize, bool, String)> + 'a {
    let width = usize::from(width).saturating_sub(2);
    view.findings.iter().enumerate().skip(view.finding).flat_map(move |(at, finding)| {
        wrap(finding, width).into_iter().enumerate().map(move |(number, line)| (at, number == 0, line))
    })
}

/// Draws the findings, from the current one on.
pub fn draw_findings(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let has_focus = view.pane == Pane::Findings;
    let title = match view.findings.len() {
        0 => "No findings".to_owned(),
        1 => "1 finding".to_owned(),
        count if has_focus => format!("finding {} of {count}", view.finding + 1),
        count => format!("{count} findings"),
    };
    let inner = titled(&title, has_focus, area, buffer, theme);
    let mut lines = finding_lines(view, inner.width);
    for y in inner.y..inner.bottom() {
        let Some((at, is_first, text)) = lines.next() else { break };
        let row = Rect { y, height: 1, ..inner };
        let mark = if is_first { "- " } else { "  " };
        Line::from(vec![Span::styled(mark, theme.warning()), Span::raw(text)]).render(row, buffer);
        if has_focus && at == view.finding {
            select(row, buffer, theme);
        }
    }
    if lines.next().is_some() && inner.height > 1 {
        let more = if has_focus { "↓ more; Enter shows all" } else { "… Tab, ↓ for more" };
        let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
        buffer.set_style(row, theme.text());
        Span::styled(fit(more, usize::from(row.width)), theme.dim()).render(row, buffer);
    }
}
