//! Total costs, their differences to the saved and the pinned network, and the memory used on the board.

use super::super::view::View;
use crate::escape;
use crate::plan::{Estimate, Family};
use crate::text::thousands;
use crate::text::wrap;
use crate::tui::design::Row;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::gauge;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

/// A figure of an estimate, for a family of processors.
type Figure = fn(&Estimate, Family) -> u64;
/// The same figure of a row of the table.
type RowFigure = fn(&Row) -> u64;

/// Draws totals on the left and gauges on the right.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model().filter(|_| area.height > 0) else { return };
    let arithmetic = model.estimate.precision.word();
    let remark = if view.sheet.faults().is_some() { ", stale" } else { model.estimate_remark() };
    let inner = titled(&format!("Costs in {arithmetic}{remark}"), false, area, buffer, theme);
    let [left, right] = Layout::horizontal([Constraint::Min(30), Constraint::Length(38)]).areas(inner);
    let family = model.board.as_ref().map_or(Family::Dsp, |board| board.core.family());
    let saved = view.sheet.saved_costs();
    let pinned = view.sheet.pinned();
    let figures: [(&str, Figure, Option<RowFigure>); 4] = [
        ("params", |costs, _| costs.params, Some(|row| row.params)),
        ("MACs", |costs, _| costs.macs, Some(|row| row.macs)),
        ("RAM B", |costs, _| costs.ram_bytes, None),
        ("flash B", |costs, family| costs.on(family).flash_bytes, None),
    ];
    // While the estimate is of an earlier network, the table has parameters and MACs of this one.
    let now = |of: Figure, of_row: Option<RowFigure>| match model.pending {
        None => Some(of(&model.estimate, family)),
        Some(_) => of_row.map(|of| model.rows.iter().map(of).sum()),
    };
    let mut lines = vec![Line::from(Span::styled(
        format!("{:<8}{:>11}{:>10}{:>10}", "", "now", "saved", if pinned.is_some() { "pinned" } else { "" }),
        theme.label(),
    ))];
    for (name, of, of_row) in figures {
        let now = now(of, of_row);
        let text = now.map_or_else(|| "…".to_owned(), thousands);
        let mut spans = vec![Span::styled(format!("{name:<8}"), theme.label()), Span::raw(format!("{text:>11}"))];
        for other in [saved, pinned.map(|(_, costs)| costs.as_ref())] {
            let both = now.zip(other);
            spans.push(both.map_or_else(
                || Span::raw(format!("{:>10}", "")),
                |(now, other)| difference(now, of(other, family), theme),
            ));
        }
        lines.push(Line::from(spans));
    }
    Paragraph::new(lines).render(left, buffer);
    Paragraph::new(board_lines(view, usize::from(right.width), theme)).render(right, buffer);
}

/// The signed difference from `then` to `now`.
fn difference(now: u64, then: u64, theme: Theme) -> Span<'static> {
    let by = thousands(now.abs_diff(then));
    match now.cmp(&then) {
        std::cmp::Ordering::Equal => Span::styled(format!("{:>10}", "="), theme.dim()),
        std::cmp::Ordering::Greater => Span::styled(format!("{:>10}", format!("+{by}")), theme.warning()),
        std::cmp::Ordering::Less => Span::styled(format!("{:>10}", format!("-{by}")), theme.good()),
    }
}

fn board_lines(view: &View<'_>, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(model) = view.sheet.model() else { return Vec::new() };
    let refused = |title: Line<'static>, why: &str| {
        let lines = wrap(&escape::terminal(why), width).into_iter();
        std::iter::once(title).chain(lines.map(|line| Line::from(Span::styled(line, theme.bad())))).collect()
    };
    if model.pending.is_some() {
        return vec![Line::from(Span::styled("being estimated", theme.dim()))];
    }
    if let Some(limit) = &model.estimate.limit {
        return refused(Line::from(Span::styled("no board: cannot be exported", theme.label())), &limit.to_string());
    }
    let Some(verdict) = model.verdict() else {
        let fitting = model.verdicts.iter().filter(|verdict| verdict.fits).count();
        let mut lines = vec![Line::from(Span::styled(
            format!("fits {fitting} of {} boards; b chooses one", model.verdicts.len()),
            theme.label(),
        ))];
        let marks = model.verdicts.iter().map(|verdict| {
            let (mark, style) = if verdict.fits { ("fits  ", theme.good()) } else { ("no    ", theme.bad()) };
            Line::from(vec![Span::styled(mark, style), Span::raw(escape::terminal(&verdict.name))])
        });
        lines.extend(marks.take(4));
        return lines;
    };
    let gauge_line = |what: &str, needed: u64, left: u64| {
        let share = needed as f64 / left.max(1) as f64;
        let mut spans = vec![Span::styled(format!("{what:<6}"), theme.label())];
        spans.extend(gauge(share, width.saturating_sub(13), theme));
        spans.push(Span::styled(format!("{:>5.0} %", 100.0 * share), theme.share(share)));
        Line::from(spans)
    };
    let (fits, style) = if verdict.fits { ("fits", theme.good()) } else { ("does not fit", theme.bad()) };
    let name = Line::from(vec![
        Span::styled(format!("{} ", escape::terminal(&verdict.name)), theme.text()),
        Span::styled(fits, style),
    ]);
    if let Some(why) = &verdict.why {
        return refused(name, why);
    }
    let of = |needed: u64, left: u64| format!("{:6}{} of {} B", "", thousands(needed), thousands(left));
    vec![
        name,
        gauge_line("RAM", verdict.ram_bytes, verdict.ram_left),
        Line::from(Span::styled(of(verdict.ram_bytes, verdict.ram_left), theme.dim())),
        gauge_line("flash", verdict.flash_bytes, verdict.flash_left),
        Line::from(Span::styled(of(verdict.flash_bytes, verdict.flash_left), theme.dim())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Boards;
    use crate::tui::design::{Origin, Sheet, State};
    use crate::tui::screen::Screen as _;

    /// The five lines beside the totals of a network with these filters in its first layer.
    fn beside(filters: u32, board: &str) -> String {
        let text = format!(
            "[model]\nnum_classes = 4\ninput = {{ height = 6, width = 160, channels = 1 }}\n[target]\nboard = \"{board}\"\n\
             [stem]\nfilters = {filters}\nkernel = 1\nstride = 1\n[[blocks]]\ntype = \"conv\"\nfilters = 16\nkernel = 3\n"
        );
        let sheet = Sheet::open("net.toml".into(), text, Origin::File, Boards::built_in().unwrap());
        let state = State::new(&sheet);
        let lines = board_lines(&state.view(&sheet), 38, Theme::of(|_| None));
        assert!(lines.len() <= 5 && lines.iter().all(|line| line.width() <= 38), "{lines:?}");
        lines.iter().map(|line| line.to_string() + " ").collect()
    }

    #[test]
    fn what_cannot_be_exported_or_held_says_why_with_and_without_a_board() {
        let too_wide = "stem has 65,600 values in a row, an exported program at most 65,535";
        for board in ["", "uno-r4"] {
            let said = beside(410, board);
            assert!(said.starts_with("no board: cannot be exported ") && said.contains(too_wide), "{said}");
        }
        assert!(!beside(8, "").contains("cannot"), "{}", beside(8, ""));
        let held = beside(300, "mega-2560");
        assert!(held.contains("does not fit a table takes "), "{held}");
        assert!(beside(300, "uno-r4").contains("RAM"), "{}", beside(300, "uno-r4"));
    }
}
