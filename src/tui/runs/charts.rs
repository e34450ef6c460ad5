//! Charts of the Runs screen: curves over epochs, and accuracy over costs.

use super::row::{Costs, Row, RunContents};
use super::view::{Axis as Cost, Curve, View};
use crate::runs::plots::scale;
use crate::text::cut;
use crate::train::EpochMetrics;
use crate::tui::action::{Action, Runs};
use crate::tui::keymap::key_of;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::curves::{self, Axis, Chart, Mark, Stroke};
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::series::{MIN_SMOOTHED, smoothed, thinned};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// The letter that marks the `index`th run without colours; repeats after 26.
pub fn letter(index: usize) -> char {
    char::from(b'a' + (index % 26) as u8)
}

/// Whether runs are marked by letters: the terminal lacks colours or Braille glyphs.
pub fn has_letters(theme: Theme) -> bool {
    theme.depth == Depth::None || !theme.has_glyphs
}

/// Maximum width of a name in the scatter plot.
const MAX_LABEL: usize = 12;
/// Kinds of lines, which repeat with the curves.
const STROKES: [Stroke; 2] = [Stroke::Solid, Stroke::Dashed];

/// Draws one curve per compared run.
pub fn draw_curves(view: &View<'_>, curve: Curve, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (title, of): (&str, fn(&EpochMetrics) -> f64) = match curve {
        Curve::Accuracy => ("Validation accuracy", |row| row.val_accuracy),
        Curve::Loss => ("Validation loss", |row| row.val_loss),
    };
    let width = usize::from(area.width);
    let title = cut(title, width.saturating_sub(4));
    let inner = titled(&title, false, area, buffer, theme);
    draw_legend(view, title.len() + 4, area, buffer, theme);
    let all: Vec<Vec<(f64, f64)>> = view
        .compared
        .iter()
        .map(|row| {
            let history = row.found.as_ref().map_or(&[][..], |known| &known.history);
            history.iter().map(|row| (f64::from(row.epoch), of(row))).collect()
        })
        .collect();
    let last = all.iter().flatten().map(|(epoch, _)| *epoch).fold(0.0, f64::max);
    if last < 1.0 {
        note("no epochs yet", inner, buffer, theme);
        return;
    }
    let (from, to) = (1.0, last.max(2.0));
    let (ticks, step) = scale::ticks(from, to, usize::from(area.width / 9).clamp(2, 12), 1.0);
    let x = Axis { from, to, ticks: labelled(&ticks, step, 1.0, "") };
    let values = || all.iter().flatten().map(|(_, value)| *value);
    let count = usize::from(inner.height.saturating_sub(2) / 2).clamp(3, 8);
    let (from, to) = match curve {
        Curve::Accuracy => scale::accuracy_range(values()),
        Curve::Loss => scale::loss_range(values()),
    };
    let (ticks, step) = scale::ticks(from, to, count, 0.0);
    let ticks = match curve {
        Curve::Accuracy => labelled(&ticks, step, 100.0, "%"),
        Curve::Loss => labelled(&ticks, step, 1.0, ""),
    };
    let y = Axis { from, to, ticks };
    let columns = curves::plot(&y, inner).map_or(1, |plot| usize::from(plot.width));
    let lines: Vec<curves::Curve> = all
        .iter()
        .enumerate()
        .map(|(index, points)| {
            let smooth = if points.len() >= MIN_SMOOTHED { smoothed(points) } else { points.clone() };
            let points = thinned(&smooth, (x.from, x.to), columns);
            let stroke = STROKES[index % STROKES.len()];
            curves::Curve { points, style: theme.series(index), sign: letter(index), stroke }
        })
        .collect();
    curves::draw(&Chart { curves: &lines, ..Chart::default() }, &x, &y, inner, buffer, theme);
}

fn labelled(ticks: &[f64], step: f64, factor: f64, unit: &str) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (*tick, scale::label(tick * factor, step * factor) + unit)).collect()
}

/// Draws the names of the runs in the colours of their curves behind `used` columns of the title; only their numbers if
/// the names do not fit, and an ellipsis if these do not fit either.
fn draw_legend(view: &View<'_>, used: usize, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let room = usize::from(area.width).saturating_sub(used);
    if area.height == 0 {
        return;
    }
    let marked = |index: usize, text: &str| {
        let mark = if has_letters(theme) { letter(index) } else { '●' };
        Span::styled(cut(&format!(" {mark} {text}"), 14), theme.series(index))
    };
    let rows = || view.compared.iter().enumerate();
    let named: Vec<Span<'_>> = rows().map(|(index, row)| marked(index, &name(row))).collect();
    let numbered: Vec<Span<'_>> = rows().map(|(index, row)| marked(index, &row.number.to_string())).collect();
    let width = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let mut spans = if width(&named) <= room { named } else { numbered };
    if width(&spans) > room {
        while !spans.is_empty() && width(&spans) + 2 > room {
            spans.pop();
        }
        spans.push(Span::styled(" …", theme.dim()));
    }
    let line = Line::from(spans);
    if line.width() > room {
        return;
    }
    let width = line.width() as u16;
    line.render(Rect { x: area.right().saturating_sub(width), width, height: 1.min(area.height), ..area }, buffer);
}

/// The name of a run in charts.
fn name(row: &Row) -> String {
    let name = row.found.as_ref().map_or("", |known| &known.info.name);
    crate::escape::terminal(&format!("{} {name}", row.number))
}

/// Draws a scatter plot of accuracy over costs, with the Pareto front and the names of its runs.
pub fn draw_scatter(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let of: fn(&Costs) -> u64 = match view.axis {
        Cost::Ram => |costs| costs.ram_bytes,
        Cost::Flash => |costs| costs.flash_bytes,
        Cost::Macs => |costs| costs.macs,
    };
    let key = key_of(&Action::Runs(Runs::Axis));
    let title = format!("Accuracy over {} ({key}: {})", view.axis.name(), view.axis.next().name());
    let width = usize::from(area.width);
    let inner = titled(&cut(&title, width.saturating_sub(4)), false, area, buffer, theme);
    let point = |row: &Row| {
        let Ok(known @ RunContents { costs: Some(costs), .. }) = &row.found else { return None };
        // The costs span orders of magnitude, hence a logarithmic axis.
        Some(((of(costs).max(1) as f64).log10(), known.best()?))
    };
    let all: Vec<(f64, f64, &Row)> =
        view.visible.iter().filter_map(|row| point(row).map(|(x, y)| (x, y, *row))).collect();
    let compared: Vec<_> = view.compared.iter().map(|row| point(row)).collect();
    let places = || all.iter().map(|(x, y, _)| (*x, *y)).chain(compared.iter().flatten().copied());
    let Some((x, y)) = axes(places(), inner) else {
        note("no run with accuracy and costs", inner, buffer, theme);
        return;
    };
    let points: Vec<(f64, f64)> = all.iter().map(|(x, y, _)| (*x, *y)).collect();
    let front = pareto(&points);
    let line = curves::Curve { points: front.clone(), style: theme.dim(), sign: '.', stroke: Stroke::Solid };
    let dot = if theme.has_glyphs { '•' } else { 'o' };
    let mut marks: Vec<Mark> = points.iter().map(|at| Mark { at: *at, sign: dot, style: theme.text() }).collect();
    marks.extend(compared.iter().enumerate().filter_map(|(index, at)| {
        let sign = if has_letters(theme) { letter(index) } else { '●' };
        Some(Mark { at: (*at)?, sign, style: theme.series(index) })
    }));
    // Without colours the front would be marked by its letter too.
    let chart = Chart { curves: &[line], marks: &marks, cursor: None };
    curves::draw(&chart, &x, &y, inner, buffer, Theme { depth: theme.depth.max(Depth::Sixteen), ..theme });
    if let Some(plot) = curves::plot(&y, inner) {
        for (across, up) in &front {
            let label = label(view, all.iter().filter(|(x, y, _)| (x, y) == (across, up)).map(|(.., row)| *row));
            draw_name(&label, (x.place(*across), y.place(*up)), plot, buffer, theme);
        }
    }
}

/// The name of the runs at a point: of the compared one if there is one, since its mark is drawn, and the number of the
/// others.
fn label<'a>(view: &View<'_>, rows: impl Iterator<Item = &'a Row> + Clone) -> String {
    let is_compared = |row: &&Row| view.compared.iter().any(|compared| compared.path == row.path);
    let Some(row) = rows.clone().find(is_compared).or_else(|| rows.clone().next()) else { return String::new() };
    match rows.count() {
        1 => name(row),
        count => format!("{} +{}", cut(&name(row), MAX_LABEL - 3), count - 1),
    }
}

/// Writes a name beside its point, at a side where nothing is drawn yet.
fn draw_name(name: &str, at: (Option<f64>, Option<f64>), plot: Rect, buffer: &mut Buffer, theme: Theme) {
    let (Some(across), Some(up)) = at else { return };
    let name = cut(name, MAX_LABEL);
    let width = Span::raw(&name).width() as u16;
    let x = plot.x + (across * f64::from(plot.width.saturating_sub(1))).round() as u16;
    let y = plot.bottom() - 1 - (up * f64::from(plot.height.saturating_sub(1))).round() as u16;
    let lines = [y, y.saturating_sub(1), y + 1];
    let places = lines.into_iter().flat_map(|line| [(x + 2, line), (x.saturating_sub(width + 1), line)]);
    let is_free = |(left, line): &(u16, u16)| {
        let is_inside = *left >= plot.x && left + width <= plot.right() && plot.y <= *line && *line < plot.bottom();
        is_inside && (*left..left + width).all(|column| buffer[(column, *line)].symbol() == " ")
    };
    let free = places.into_iter().find(is_free);
    if let Some((x, y)) = free {
        Span::styled(name, theme.text()).render(Rect { x, y, width, height: 1 }, buffer);
    }
}

/// The axes of costs (logarithms) and of accuracies for these points; `None` without points.
fn axes(points: impl Iterator<Item = (f64, f64)> + Clone, area: Rect) -> Option<(Axis, Axis)> {
    let least = points.clone().map(|(x, _)| x).reduce(f64::min)? - 0.1;
    let most = points.clone().map(|(x, _)| x).reduce(f64::max)? + 0.1;
    let powers = (least.floor() as i32)..=(most.ceil() as i32);
    let all = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
    let mut ticks: Vec<(f64, String)> =
        all.map(|cost| (cost.log10(), short(cost))).filter(|(at, _)| (least..=most).contains(at)).collect();
    if ticks.is_empty() {
        let middle = f64::midpoint(least, most);
        ticks.push((middle, short(10_f64.powf(middle))));
    }
    let (from, to) = scale::accuracy_range(points.map(|(_, y)| y));
    let count = usize::from(area.height.saturating_sub(2) / 2).clamp(3, 8);
    let (shares, step) = scale::ticks(from, to, count, 0.0);
    let y = Axis { from, to, ticks: labelled(&shares, step, 100.0, "%") };
    Some((Axis { from: least, to: most, ticks }, y))
}

/// The Pareto front of points (cost, accuracy), by rising cost.
pub fn pareto(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut front: Vec<(f64, f64)> = Vec::new();
    for point in sorted {
        if front.last().is_none_or(|best| point.1 > best.1) {
            front.push(point);
        }
    }
    front
}

/// A number with a unit prefix: `4.1k`, `12M`.
fn short(value: f64) -> String {
    let (value, unit) = match value {
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    if value < 9.95 && value.fract() > 0.01 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") }
}

fn note(text: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height > 0 {
        Span::styled(cut(text, usize::from(area.width)), theme.dim()).render(Rect { height: 1, ..area }, buffer);
    }
}
