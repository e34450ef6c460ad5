//! Whether the network fits the board, and its costs with their differences to the saved and the pinned network.

use super::super::boards::fit_words;
use super::super::cells::Row;
use super::super::model::Model;
use super::super::view::{Pane, View};
use super::table::compact;
use crate::escape;
use crate::plan::{Estimate, Family, Parts, Verdict};
use crate::text::{cut, wrap};
use crate::tui::action::{Action, Design};
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::{gauge, sum, total_of};
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

/// A figure of an estimate, for a family of processors.
type Figure = fn(&Estimate, Family) -> u64;
/// The same figure of a row of the table.
type RowFigure = fn(&Row) -> u64;

/// Minimum width to write the sum of a memory beside its gauge.
const ONE_LINE: usize = 72;
/// Lines of the gauges of both memories.
const GAUGE_LINES: usize = 2;
/// Lines that gauges, blanks and titles take beside a table of boards.
const GAUGES: usize = 6;
/// Width of a figure, in columns.
const FIGURE: usize = 11;

/// Draws gauges, and below them the costs; `hint` ends the title.
pub fn draw(view: &View<'_>, hint: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model().filter(|_| area.height > 0) else { return };
    let remark = if view.sheet.faults().is_some() { ", stale" } else { model.estimate_remark() };
    let title = format!("Costs in {}{remark}{}{hint}", model.estimate.precision.word(), fits(model));
    let inner = titled(&title, false, area, buffer, theme);
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let mut below = figures(view, theme);
    // A hint gives way to the gauges.
    if height < below.len() + GAUGE_LINES && view.sheet.pinned().is_none() {
        below.pop();
    }
    // The costs stand at the bottom, wherever the lines above end.
    let room = height.saturating_sub(below.len());
    let lines = board_lines(view, width, room, theme);
    let mut lines = with_sign_of_more(lines, room, width);
    lines.resize(room, Line::default());
    lines.extend(below);
    Paragraph::new(lines).render(inner, buffer);
}

/// The first `room` of `lines`; the last ends in an ellipsis if it is a part of a text that goes on.
fn with_sign_of_more(mut lines: Vec<Line<'static>>, room: usize, width: usize) -> Vec<Line<'static>> {
    let goes_on = lines.get(room).is_some_and(|next| next.width() > 0);
    lines.truncate(room);
    if let Some(last) = lines.last_mut().filter(|last| goes_on && last.spans.len() == 1) {
        let text = last.to_string() + " …";
        let text = if Line::raw(&*text).width() > width { cut(&(text + "…"), width) } else { text };
        *last = Line::from(Span::styled(text, last.spans[0].style));
    }
    lines
}

/// The verdict for the board, for the title.
fn fits(model: &Model) -> String {
    let verdict = model.verdict().filter(|_| model.pending.is_none());
    verdict.map_or_else(String::new, |verdict| {
        let fits = if verdict.fits { "fits" } else { "does not fit" };
        format!(", {fits} {}", escape::terminal(&verdict.name))
    })
}

/// The costs: a column for each figure, a line each for now and for the differences.
fn figures(view: &View<'_>, theme: Theme) -> Vec<Line<'static>> {
    let Some(model) = view.sheet.model() else { return Vec::new() };
    let family = model.board.as_ref().map_or(Family::Dsp, |board| board.core.family());
    let figures: [(&str, Figure, Option<RowFigure>); 4] = [
        ("params", |costs, _| costs.params, Some(|row| row.params)),
        ("MACs", |costs, _| costs.macs, Some(|row| row.macs)),
        ("object B", |costs, _| costs.ram_bytes, None),
        ("flash B", |costs, family| costs.on(family).flash_bytes, None),
    ];
    // While the estimate is of an earlier network, the table has parameters and MACs of this one.
    let now = figures.map(|(_, of, of_row)| match model.pending {
        None => Some(of(&model.estimate, family)),
        Some(_) => of_row.map(|of| model.rows.iter().map(of).sum()),
    });
    let line = |name: &str, cells: [Span<'static>; 4]| {
        let name = Span::styled(format!("{name:<9}"), theme.label());
        std::iter::once(name).chain(cells).collect::<Line<'static>>()
    };
    let headings = figures.map(|(name, ..)| Span::styled(format!("{name:>FIGURE$}"), theme.label()));
    let values = now.map(|now| {
        Span::raw(format!("{:>FIGURE$}", now.map_or_else(|| "…".to_owned(), |now| compact(now, FIGURE - 1))))
    });
    let mut lines = vec![line("", headings), line("now", values)];
    let against = |other: &Estimate| {
        let mut cells = figures.iter().zip(now).map(|((_, of, _), now)| {
            now.map_or_else(|| Span::raw(format!("{:FIGURE$}", "")), |now| difference(now, of(other, family), theme))
        });
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    lines.extend(view.sheet.saved_costs().map(|saved| line("Δ saved", against(saved))));
    lines.push(if let Some((_, costs)) = view.sheet.pinned() {
        line("Δ pinned", against(costs))
    } else if view.pane == Pane::Text {
        Line::default()
    } else {
        let text = format!("{} pins this network to compare with", key_of(&Action::Design(Design::Pin)));
        Line::from(Span::styled(text, theme.dim()))
    });
    lines
}

/// The signed difference from `then` to `now`.
fn difference(now: u64, then: u64, theme: Theme) -> Span<'static> {
    let by = compact(now.abs_diff(then), FIGURE - 2);
    match now.cmp(&then) {
        std::cmp::Ordering::Equal => Span::styled(format!("{:>FIGURE$}", "="), theme.dim()),
        std::cmp::Ordering::Greater => Span::styled(format!("{:>FIGURE$}", format!("+{by}")), theme.warning()),
        std::cmp::Ordering::Less => Span::styled(format!("{:>FIGURE$}", format!("-{by}")), theme.good()),
    }
}

/// Gauges of the board, or why the network does not fit; below them the boards that it fits, in detail if `room` lines
/// suffice.
fn board_lines(view: &View<'_>, width: usize, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(model) = view.sheet.model() else { return Vec::new() };
    let wrapped = |text: &str, style| {
        let lines = wrap(&escape::terminal(text), width).into_iter();
        lines.map(|line| Line::from(Span::styled(line, style))).collect::<Vec<_>>()
    };
    if model.pending.is_some() {
        return vec![Line::from(Span::styled("being estimated", theme.dim()))];
    }
    if let Some(limit) = &model.estimate.limit {
        return wrapped(&format!("cannot be exported: {limit}"), theme.bad());
    }
    let fitting = model.verdicts.iter().filter(|verdict| verdict.fits).count();
    let key = key_of(&Action::Design(Design::Board));
    let key = if view.pane == Pane::Text { String::new() } else { format!(" ({key} chooses one)") };
    let text = format!("fits {fitting} of {} boards{key}", model.verdicts.len());
    let mut boards = if room >= model.verdicts.len() + GAUGES {
        std::iter::once(Line::from(text)).chain(board_table(&model.verdicts, theme)).collect()
    } else {
        wrapped(&format!("{text}: {}", names(model, true)), theme.text())
    };
    if fitting < model.verdicts.len() && boards.len() <= model.verdicts.len() {
        boards.extend(wrapped(&format!("does not fit: {}", names(model, false)), theme.bad()));
    }
    let Some(verdict) = model.verdict() else { return boards };
    let why = verdict.why.as_ref().map(|why| wrapped(&format!("does not fit: {why}"), theme.bad()));
    let why = why.unwrap_or_default();
    let mut lines = memory_lines("RAM", &verdict.ram, ["object", "stack"], width, theme);
    lines.extend(memory_lines("flash", &verdict.flash, ["tables", "code"], width, theme));
    if lines.len() + why.len() > room {
        lines = vec![both_gauges(verdict, width, theme)];
    }
    lines.extend(why);
    // What all boards say takes the lines that are left.
    lines.push(Line::default());
    lines.extend(boards);
    lines
}

/// The IDs of the boards that the network fits or does not fit.
fn names(model: &Model, fits: bool) -> String {
    let names = model.verdicts.iter().filter(|verdict| verdict.fits == fits).map(|verdict| verdict.id.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// A line for each board: shares of RAM and flash in use, and whether the network fits.
fn board_table(verdicts: &[Verdict], theme: Theme) -> impl Iterator<Item = Line<'static>> {
    let width = verdicts.iter().map(|verdict| verdict.id.chars().count()).max().unwrap_or(0);
    verdicts.iter().map(move |verdict| {
        let share = |parts: &Parts| {
            let share = parts.share();
            Span::styled(format!("{:>7.0} %", 100.0 * share), theme.share(share))
        };
        Line::from(vec![
            Span::styled(format!("  {:<width$}  RAM", escape::terminal(&verdict.id)), theme.label()),
            share(&verdict.ram),
            Span::styled("  flash", theme.label()),
            share(&verdict.flash),
            Span::styled(format!("  {}", fit_words(verdict)), if verdict.fits { theme.good() } else { theme.bad() }),
        ])
    })
}

/// The gauges of both memories in one line.
fn both_gauges(verdict: &Verdict, width: usize, theme: Theme) -> Line<'static> {
    let length = (width / 2).saturating_sub(17).min(20);
    let memory = |(what, parts): (&str, &Parts)| {
        let share = parts.share();
        let mut spans = vec![Span::styled(format!("{what:<6}"), theme.label())];
        spans.extend(gauge(share, length, theme));
        spans.push(Span::styled(format!("{:>6.0} %   ", 100.0 * share), theme.share(share)));
        spans
    };
    [("RAM", &verdict.ram), ("flash", &verdict.flash)].into_iter().flat_map(memory).collect()
}

/// The gauge of a memory and its parts as a sum.
fn memory_lines(what: &str, parts: &Parts, names: [&str; 2], width: usize, theme: Theme) -> Vec<Line<'static>> {
    let share = parts.share();
    let sum = sum(parts, names);
    let (name, percent) = (format!("{what:<6}"), format!("{:>6.0} %", 100.0 * share));
    let gauge_line = |length: usize| {
        let mut spans = vec![Span::styled(name.clone(), theme.label())];
        spans.extend(gauge(share, length, theme));
        spans.push(Span::styled(percent.clone(), theme.share(share)));
        spans
    };
    if width < ONE_LINE {
        let below = Line::from(Span::styled(cut(&format!("  {sum}"), width), theme.text()));
        return vec![Line::from(gauge_line(width.saturating_sub(14))), below];
    }
    let room = width.saturating_sub(16);
    let sum = if sum.chars().count() + 3 > room { total_of(parts) } else { sum };
    let mut spans = gauge_line(room.saturating_sub(sum.chars().count()).min(20));
    spans.push(Span::raw(format!("  {sum}")));
    vec![Line::from(spans)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Boards;
    use crate::tui::design::{Origin, Sheet, State};
    use crate::tui::screen::Screen as _;

    /// The lines above the costs of a network with these filters in its first layer.
    fn beside(filters: u32, board: &str) -> String {
        let text = format!(
            "[model]\nnum_classes = 4\ninput = {{ height = 6, width = 160, channels = 1 }}\n[target]\nboard = \"{board}\"\n\
             [stem]\nfilters = {filters}\nkernel = 1\nstride = 1\n[[blocks]]\ntype = \"conv\"\nfilters = 16\nkernel = 3\n"
        );
        let sheet = Sheet::open("net.toml".into(), text, Origin::File, Boards::built_in().unwrap());
        let state = State::new(&sheet);
        let lines = board_lines(&state.view(&sheet), 60, 9, Theme::of(|_| None));
        assert!(lines.iter().all(|line| line.width() <= 60), "{lines:?}");
        lines.iter().map(|line| line.to_string() + " ").collect()
    }

    #[test]
    fn what_cannot_be_exported_or_held_says_why_with_and_without_a_board() {
        let too_wide = "stem has 65,600 values in a row, an exported program at most 65,535";
        for board in ["", "uno-r4"] {
            let said = beside(410, board);
            assert!(said.starts_with("cannot be exported: ") && said.contains(too_wide), "{said}");
        }
        assert!(!beside(8, "").contains("cannot"), "{}", beside(8, ""));
        let held = beside(300, "mega-2560");
        assert!(held.contains("does not fit: a table takes "), "{held}");
        assert!(beside(300, "uno-r4").contains(" stack + "), "{}", beside(300, "uno-r4"));
    }
}
