//! Charts of the Runs screen: curves over epochs, and accuracy over costs.

use super::row::{Costs, Row, RunContents};
use super::{Axis, Curve, View};
use crate::text::cut;
use crate::train::EpochMetrics;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::Span;
use ratatui::widgets::{Axis as ChartAxis, Chart, Dataset, GraphType, Widget as _};

/// The letter that marks the `index`th run without colours; repeats after 26.
pub fn letter(index: usize) -> char {
    char::from(b'a' + (index % 26) as u8)
}

/// Whether runs are marked by letters: the terminal lacks colours or Braille glyphs.
pub fn has_letters(theme: Theme) -> bool {
    theme.depth == Depth::None || !theme.has_glyphs
}

/// Draws one curve per compared run.
pub fn draw_curves(view: &View<'_>, curve: Curve, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let title = match curve {
        Curve::Accuracy => "Validation accuracy",
        Curve::Loss => "Validation loss",
    };
    let width = usize::from(area.width);
    let inner = titled(&cut(title, width.saturating_sub(4)), false, area, buffer, theme);
    let of = |row: &EpochMetrics| match curve {
        Curve::Accuracy => 100.0 * row.val_accuracy,
        Curve::Loss => row.val_loss,
    };
    let curves: Vec<Vec<(f64, f64)>> = view
        .compared
        .iter()
        .map(|row| {
            let history = row.found.as_ref().map_or(&[][..], |known| &known.history);
            history.iter().map(|row| (f64::from(row.epoch), of(row))).filter(|(_, y)| y.is_finite()).collect()
        })
        .collect();
    let Some((xs, ys)) = bounds(curves.iter().flatten()) else {
        note("no epochs yet", inner, buffer, theme);
        return;
    };
    let xs = [1.0, xs[1].max(2.0)];
    let ys = match curve {
        Curve::Accuracy => [(ys[0] / 10.0).floor() * 10.0, ((ys[1] / 10.0).ceil() * 10.0).min(100.0)],
        Curve::Loss => [0.0, ys[1]],
    };
    let ys = [ys[0], ys[1].max(ys[0] + 0.1)];
    let sets = curves
        .iter()
        .enumerate()
        .map(|(index, points)| {
            let marker = if has_letters(theme) { Marker::Custom(letter(index)) } else { Marker::Braille };
            Dataset::default().data(points).marker(marker).graph_type(GraphType::Line).style(theme.series(index))
        })
        .collect();
    let unit = |value: f64| match curve {
        Curve::Accuracy => format!("{value:.0} %"),
        Curve::Loss => format!("{value:.2}"),
    };
    let (first, last) = (format!("{:.0}", xs[0]), format!("epoch {:.0}", xs[1]));
    chart(sets, (xs, [first, last]), (ys, ys.map(unit)), inner, buffer, theme);
}

/// Draws a scatter plot of accuracy over costs, with the Pareto front.
pub fn draw_scatter(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (title, of): (&str, fn(&Costs) -> u64) = match view.axis {
        Axis::Ram => ("Accuracy over RAM (m: MACs)", |costs| costs.ram_bytes),
        Axis::Macs => ("Accuracy over MACs (m: RAM)", |costs| costs.macs),
    };
    let width = usize::from(area.width);
    let inner = titled(&cut(title, width.saturating_sub(4)), false, area, buffer, theme);
    let point = |row: &Row| {
        let Ok(known @ RunContents { costs: Some(costs), .. }) = &row.found else { return None };
        // The costs span orders of magnitude, hence a logarithmic axis.
        Some(((of(costs).max(1) as f64).log10(), 100.0 * known.best()?))
    };
    let all: Vec<(f64, f64)> = view.visible.iter().copied().filter_map(point).collect();
    let compared: Vec<Vec<(f64, f64)>> =
        view.compared.iter().copied().map(|row| point(row).into_iter().collect()).collect();
    let Some((xs, ys)) = bounds(all.iter().chain(compared.iter().flatten())) else {
        note("no run with accuracy and costs", inner, buffer, theme);
        return;
    };
    let front = pareto(&all);
    let xs = [xs[0] - 0.1, xs[1] + 0.1];
    let ys = [((ys[0] - 2.0) / 10.0).floor() * 10.0, ((ys[1] + 2.0) / 10.0).ceil() * 10.0];
    let ys = [ys[0].max(0.0), ys[1].min(100.0)];
    let fine = if has_letters(theme) { Marker::Custom('.') } else { Marker::Braille };
    let dot = if has_letters(theme) { Marker::Custom('o') } else { Marker::Dot };
    let set = |points, marker, kind: GraphType, style: Style| {
        Dataset::default().data(points).marker(marker).graph_type(kind).style(style)
    };
    let mut sets =
        vec![set(&front, fine, GraphType::Line, theme.dim()), set(&all, dot, GraphType::Scatter, theme.text())];
    sets.extend(compared.iter().enumerate().map(|(index, points)| {
        let marker = if has_letters(theme) { Marker::Custom(letter(index)) } else { Marker::Block };
        set(points, marker, GraphType::Scatter, theme.series(index))
    }));
    let labels = xs.map(|x| short(10_f64.powf(x)));
    chart(sets, (xs, labels), (ys, ys.map(|y| format!("{y:.0} %"))), inner, buffer, theme);
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

/// A number with a unit prefix: `4.1 k`, `12 M`.
fn short(value: f64) -> String {
    let (value, unit) = match value {
        value if value >= 1e6 => (value / 1e6, " M"),
        value if value >= 1e3 => (value / 1e3, " k"),
        value => (value, ""),
    };
    if value < 10.0 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") }
}

/// The minima and maxima of x and of y; `None` without points.
fn bounds<'a>(points: impl Iterator<Item = &'a (f64, f64)>) -> Option<([f64; 2], [f64; 2])> {
    points.fold(None, |found, (x, y)| {
        let ([left, right], [low, high]) = found.unwrap_or(([*x; 2], [*y; 2]));
        Some(([left.min(*x), right.max(*x)], [low.min(*y), high.max(*y)]))
    })
}

fn note(text: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height > 0 {
        Span::styled(cut(text, usize::from(area.width)), theme.dim()).render(Rect { height: 1, ..area }, buffer);
    }
}

fn chart(
    sets: Vec<Dataset<'_>>,
    (xs, x_labels): ([f64; 2], [String; 2]),
    (ys, y_labels): ([f64; 2], [String; 2]),
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    if area.width < 12 || area.height < 4 {
        return;
    }
    let axis = |bounds, labels: [String; 2]| {
        let labels = labels.map(|label| Span::styled(label, theme.dim()));
        ChartAxis::default().style(theme.dim()).bounds(bounds).labels(labels)
    };
    let chart = Chart::new(sets).x_axis(axis(xs, x_labels)).y_axis(axis(ys, y_labels)).legend_position(None);
    chart.render(area, buffer);
}
