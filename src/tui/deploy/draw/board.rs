//! How much of the board the export takes: gauges, and the sums behind them.

use super::super::view::View;
use crate::plan::Parts;
use crate::text::cut;
use crate::tui::design::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::{self, sum};
use ratatui::text::{Line, Span};

/// The minimum and maximum length of a gauge, in columns.
const GAUGE: (usize, usize) = (6, 20);
/// Width of the names, in columns.
const NAME: usize = 6;

/// The gauges of RAM and flash of the board, in the precision of the files to write; none without a board or an
/// estimate.
pub fn gauges(view: &View<'_>, model: &Model, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let (Some(board), Some(costs)) = (&model.board, view.estimate(view.precision())) else { return Vec::new() };
    let verdict = board.verdict(costs);
    let lines = [("RAM", verdict.ram, ["object", "stack"]), ("flash", verdict.flash, ["tables", "code"])];
    let sums = lines.map(|(name, parts, names)| Sum::of(name, &parts, names));
    // Both gauges are as long as the longer sum allows.
    let longest = sums.iter().map(Sum::width).max().unwrap_or(0);
    let gauge = width.saturating_sub(longest).min(GAUGE.1);
    sums.into_iter().map(|sum| sum.line(gauge, width, theme)).collect()
}

/// The sum of the parts of a memory.
struct Sum {
    name: &'static str,
    /// The fraction of the memory.
    share: f64,
    percent: String,
    text: String,
}

impl Sum {
    /// The sum of `parts`, of which the header's own have these names.
    fn of(name: &'static str, parts: &Parts, names: [&str; 2]) -> Self {
        let share = parts.share();
        Self { name, share, percent: format!("{:>5.0} %  ", 100.0 * share), text: sum(parts, names) }
    }

    /// The width in columns without the gauge.
    fn width(&self) -> usize {
        NAME + self.percent.len() + self.text.len()
    }

    /// The line, with a gauge if that is at least as long as the shortest.
    fn line(self, gauge: usize, width: usize, theme: Theme) -> Line<'static> {
        let mut spans = vec![Span::styled(format!("{:<NAME$}", self.name), theme.label())];
        if gauge >= GAUGE.0 {
            spans.extend(bar::gauge(self.share, gauge, theme));
        }
        let room = width.saturating_sub(NAME + self.percent.len());
        spans.push(Span::styled(self.percent, theme.share(self.share)));
        spans.push(Span::raw(cut(&self.text, room)));
        Line::from(spans)
    }
}
