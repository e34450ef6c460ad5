//! Drawing of the start screen.

use super::{BUNDLED, Offer, Pane, View};
use crate::escape;
use crate::plan::Board;
use crate::text::{cut, cut_front, fit, fit_right, thousands, wrap};
use crate::tui::design::fit_words;
use crate::tui::dialog::{first_of, part_of};
use crate::tui::memory::age;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::selection::select;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// The areas of the panes, in the order of [`Pane::ALL`].
fn areas(body: Rect) -> [Rect; 4] {
    let left = if body.width >= 110 { 46 } else { 26 };
    let [top, bottom] = Layout::vertical([Constraint::Min(12), Constraint::Percentage(30)]).areas(body);
    let columns = Layout::horizontal([Constraint::Length(left), Constraint::Min(40)]).spacing(1);
    let [boards, presets] = columns.areas(top);
    let [recent, pictures] = Layout::horizontal([Constraint::Fill(1); 2]).spacing(1).areas(bottom);
    [boards, presets, recent, pictures]
}

/// The pane at `at`, and the index of the item in its list.
pub fn place_at(view: &View<'_>, body: Rect, at: Position) -> Option<(Pane, Option<usize>)> {
    let index = areas(body).iter().position(|area| area.contains(at))?;
    let (area, pane) = (areas(body)[index], Pane::ALL[index]);
    let header = if pane == Pane::Recent { 1 } else { 2 };
    let line = usize::from(at.y.checked_sub(area.y + header)?);
    let (count, cursor) = match pane {
        Pane::Boards => (view.boards.len() + 1, view.state.at[0]),
        Pane::Presets => (view.state.offers.len(), view.state.at[1]),
        Pane::Recent => (view.state.recent.len(), view.state.at[2]),
        Pane::Pictures => return Some((pane, None)),
    };
    let height = list_height(area, pane, count);
    let line = first_of(cursor, count, height) + line;
    Some((pane, (line < count).then_some(line)))
}

/// Number of lines of the list in the pane with this area.
fn list_height(area: Rect, pane: Pane, count: usize) -> usize {
    let below = match pane {
        Pane::Presets => usize::from(area.height).saturating_sub(count + 2).clamp(1, 4),
        _ => 0,
    };
    let header = if pane == Pane::Recent { 1 } else { 2 };
    usize::from(area.height).saturating_sub(header + below)
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let [boards, presets, recent, pictures] = areas(area);
    draw_boards(view, boards, buffer, theme);
    draw_presets(view, presets, buffer, theme);
    draw_recent(view, recent, buffer, theme);
    draw_pictures(view, pictures, buffer, theme);
}

/// Draws a list with its cursor; items that are marked have a check mark.
fn draw_list(lines: &[(bool, Line<'_>)], cursor: Option<usize>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let top = first_of(cursor.unwrap_or(0), lines.len(), usize::from(area.height));
    for ((index, (is_chosen, line)), y) in lines.iter().enumerate().skip(top).zip(area.y..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        let mark = match (cursor == Some(index), is_chosen, theme.has_glyphs) {
            (true, _, true) => "▸ ",
            (true, _, false) => "> ",
            (false, true, true) => "✓ ",
            (false, true, false) => "* ",
            _ => "  ",
        };
        let mut spans = vec![Span::raw(mark)];
        spans.extend(line.spans.iter().cloned());
        Line::from(spans).render(row, buffer);
        if cursor == Some(index) {
            select(row, buffer, theme);
        }
    }
}

/// Draws a title and the column headings; returns the area of the list. The title says which part of the list is shown.
fn headed(pane: Pane, view: &View<'_>, titles: (&str, &str), area: Rect, buffer: &mut Buffer, theme: Theme) -> Rect {
    let (count, at) = match pane {
        Pane::Boards => (view.boards.len() + 1, view.state.at[0]),
        Pane::Presets => (view.state.offers.len(), view.state.at[1]),
        Pane::Recent => (view.state.recent.len(), view.state.at[2]),
        Pane::Pictures => (0, 0),
    };
    let at = if view.state.pane == pane { at } else { 0 };
    let title = format!("{}{}", titles.0, part_of(at, count, list_height(area, pane, count)));
    let inner = titled(&title, view.state.pane == pane, area, buffer, theme);
    if titles.1.is_empty() || inner.height == 0 {
        return inner;
    }
    Span::styled(format!("  {}", titles.1), theme.label()).render(Rect { height: 1, ..inner }, buffer);
    Rect { y: inner.y + 1, height: inner.height - 1, ..inner }
}

fn draw_boards(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let is_wide = area.width >= 44;
    let names = usize::from(area.width).saturating_sub(if is_wide { 27 } else { 11 });
    let heading = |name: &str, ram: &str, flash: &str, clock: &str| {
        let start = format!("{} {}", fit(name, names), fit_right(ram, 7));
        if is_wide { format!("{start} {} {}", fit_right(flash, 8), fit_right(clock, 7)) } else { start }
    };
    let titles = ("Board", heading("", "RAM", "flash", "clock"));
    let list = headed(Pane::Boards, view, (titles.0, &titles.1), area, buffer, theme);
    let row = |board: &Board| {
        let clock = format!("{} MHz", board.clock_hz / 1_000_000);
        heading(&escape::terminal(board.short_name()), &memory(board.ram_bytes), &memory(board.flash_bytes), &clock)
    };
    let chosen = view.state.board.as_deref();
    let mut lines: Vec<(bool, Line<'_>)> =
        view.boards.iter().map(|board| (chosen == Some(board.id.as_str()), Line::from(row(board)))).collect();
    lines.push((chosen == Some(""), Line::from("no board: decide later")));
    draw_list(&lines, (view.state.pane == Pane::Boards).then_some(view.state.at[0]), list, buffer, theme);
}

/// A size of memory as on data sheets: `2 KB`, `1 MB`.
pub fn memory(bytes: u32) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MB", bytes >> 20),
        bytes => format!("{} KB", bytes >> 10),
    }
}

fn draw_presets(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let offers = &view.state.offers;
    let has_macs = area.width >= WITH_MACS;
    let heading = in_columns("preset", "weights", has_macs.then_some("MACs"), "RAM B") + "fits (RAM)";
    let list = headed(Pane::Presets, view, ("New network from a preset", &heading), area, buffer, theme);
    let height = list_height(area, Pane::Presets, offers.len());
    let rows = Rect { height: (height as u16).min(list.height), ..list };
    let lines: Vec<(bool, Line<'_>)> =
        offers.iter().map(|offer| (false, offer_line(view, offer, area.width, theme))).collect();
    draw_list(&lines, (view.state.pane == Pane::Presets).then_some(view.state.at[1]), rows, buffer, theme);
    let below = Rect { y: rows.bottom(), height: list.height - rows.height, ..list };
    if let Some(offer) = offers.get(view.state.at[1]) {
        let text = offer.preset.about.to_owned();
        for (line, y) in wrap(&text, usize::from(below.width)).into_iter().zip(below.y..below.bottom()) {
            Span::styled(line, theme.dim()).render(Rect { y, height: 1, ..below }, buffer);
        }
    }
}

/// Minimum width of the presets with the column of MACs.
const WITH_MACS: u16 = 60;

/// The columns of a preset before that of boards.
fn in_columns(name: &str, weights: &str, macs: Option<&str>, ram: &str) -> String {
    let macs = macs.map_or_else(String::new, |macs| fit_right(macs, 8));
    format!("{}{}{macs}{}  ", fit(name, 13), fit_right(weights, 9), fit_right(ram, 8))
}

fn offer_line<'a>(view: &View<'_>, offer: &Offer, width: u16, theme: Theme) -> Line<'a> {
    let estimate = &offer.preset.estimate;
    let (weights, macs) = (thousands(estimate.params), rounded(estimate.macs));
    let macs = Some(macs.as_str()).filter(|_| width >= WITH_MACS);
    let figures = in_columns(offer.preset.name, &weights, macs, &thousands(estimate.ram_bytes));
    let (fits, style) = fits(view, offer, theme);
    let room = usize::from(width).saturating_sub(figures.chars().count() + 2);
    Line::from(vec![Span::raw(figures), Span::styled(cut(&fits, room), style)])
}

/// Where the preset fits: on the chosen board, else the smallest that it fits.
fn fits(view: &View<'_>, offer: &Offer, theme: Theme) -> (String, Style) {
    let chosen = view.state.board.as_deref().filter(|id| !id.is_empty());
    let verdict = chosen.and_then(|id| offer.verdicts.iter().find(|verdict| verdict.id == id));
    if let Some(verdict) = verdict {
        let style = if verdict.fits { theme.good() } else { theme.bad() };
        return (format!("{} ({:.0} %)", fit_words(verdict), 100.0 * verdict.ram.share()), style);
    }
    let fitting = view.boards.iter().zip(&offer.verdicts).filter(|(_, verdict)| verdict.fits);
    fitting.min_by_key(|(_, verdict)| verdict.ram_left).map_or_else(
        || ("no known board".to_owned(), theme.bad()),
        |(board, _)| (format!("{} and up", escape::terminal(board.short_name())), theme.text()),
    )
}

/// A count in at most four digits and a unit: `54 k`, `1.2 M`.
fn rounded(count: u64) -> String {
    match count {
        count if count >= 10_000_000 => format!("{} M", count / 1_000_000),
        count if count >= 1_000_000 => format!("{:.1} M", count as f64 / 1e6),
        count if count >= 10_000 => format!("{} k", count / 1_000),
        count => count.to_string(),
    }
}

fn draw_recent(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let list = headed(Pane::Recent, view, ("Open", ""), area, buffer, theme);
    let recent = &view.state.recent;
    if recent.is_empty() {
        Span::styled("  no files yet; Ctrl-O opens one", theme.dim()).render(list, buffer);
        return;
    }
    let names = usize::from(area.width).saturating_sub(18);
    let line = |file: &crate::tui::memory::Recent| {
        let when = if file.left_at == 0 { "in this folder".to_owned() } else { age(file.left_at, view.state.now) };
        let path = fit(&cut_front(&crate::text::path(&file.path), names), names);
        Line::from(vec![Span::raw(path), Span::styled(format!(" {}", fit_right(&when, 14)), theme.dim())])
    };
    let lines: Vec<(bool, Line<'_>)> = recent.iter().map(|file| (false, line(file))).collect();
    draw_list(&lines, (view.state.pane == Pane::Recent).then_some(view.state.at[2]), list, buffer, theme);
}

fn draw_pictures(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let list = headed(Pane::Pictures, view, ("Pictures", ""), area, buffer, theme);
    let width = usize::from(list.width).saturating_sub(4);
    let source = view.state.source.as_deref().unwrap_or(BUNDLED);
    let bundled = if view.state.source.is_none() { " (bundled, to try things out)" } else { "" };
    let help = "chooses your own: a folder with one sub-folder per class";
    let mut lines = vec![Line::from(format!("  {}{bundled}", escape::terminal(&cut_front(source, width))))];
    for (index, text) in wrap(help, width.saturating_sub(1)).into_iter().enumerate() {
        let key = if index == 0 { "i" } else { " " };
        lines.push(Line::from(vec![Span::styled(format!("  {key}  "), theme.accent()), Span::raw(text)]));
    }
    for (line, y) in lines.into_iter().zip(list.y..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        line.render(row, buffer);
        if view.state.pane == Pane::Pictures && y == list.y {
            select(row, buffer, theme);
        }
    }
}
