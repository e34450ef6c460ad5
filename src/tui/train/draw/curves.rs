//! Loss and accuracy over the epochs.

use super::super::session::{Place, Session};
use super::super::view::{Pane, View};
use super::cut::cut;
use crate::runs::plots::scale;
use crate::text::percent;
use crate::train::EpochMetrics;
use crate::tui::theme::Theme;
use crate::tui::widgets::curves::{self, Axis, Chart, Curve, Mark, Stroke};
use crate::tui::widgets::frame::titled;
use crate::tui::widgets::series::{MIN_SMOOTHED, smoothed, thinned};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

type Points = Vec<(f64, f64)>;

/// A metric: its values for training and validation.
struct Metric {
    name: &'static str,
    of: [fn(&EpochMetrics) -> f64; 2],
    now: fn(&Place) -> f64,
    shown: fn(f64) -> String,
    is_loss: bool,
}

const LOSS: Metric = Metric {
    name: "loss",
    of: [|row| row.loss, |row| row.val_loss],
    now: |place| place.1,
    shown: |value| format!("{value:.3}"),
    is_loss: true,
};
const ACCURACY: Metric = Metric {
    name: "accuracy",
    of: [|row| row.accuracy, |row| row.val_accuracy],
    now: |place| place.2,
    shown: |value| percent(value),
    is_loss: false,
};

/// The areas of loss and accuracy: one above the other, or only the loss if there is no room.
fn halves(area: Rect) -> [Rect; 2] {
    let half = if area.height >= 12 { area.height / 2 } else { area.height };
    let above = Rect { height: half, ..area };
    [above, Rect { y: above.bottom(), height: area.height - half, ..area }]
}

/// Draws both metrics.
pub fn draw(view: &View<'_>, session: &Session, area: Rect, buffer: &mut Buffer, theme: Theme) {
    for (metric, area) in [LOSS, ACCURACY].iter().zip(halves(area)) {
        if area.height > 0 {
            draw_metric(view, session, metric, area, buffer, theme);
        }
    }
}

/// The epoch at the position `at`.
pub fn epoch_at(view: &View<'_>, session: &Session, area: Rect, at: Position) -> Option<u32> {
    let (metric, area) = [LOSS, ACCURACY].into_iter().zip(halves(area)).find(|(_, area)| area.contains(at))?;
    let inner = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let pair = metric.of.map(|of| points(session, of, None));
    let plot = curves::plot(&vertical(view, &metric, &pair, inner.height), inner)?;
    let column = at.x.checked_sub(plot.x).filter(|column| *column < plot.width)?;
    Some(epochs(session, area.width).value_at(column, plot.width).round() as u32)
}

/// Returns the axis of epochs: of an ended training from its first to its last; else to at most a third more than the
/// current epoch, so that it changes seldom.
fn epochs(session: &Session, width: u16) -> Axis {
    let now = session.epoch().max(1);
    let to = if session.is_over() {
        now
    } else {
        let round = |unit: u32| [2, 3, 4, 5, 6, 8, 10, 12, 16].map(|part| part * unit);
        let steps = (0..9).flat_map(|power| round(10_u32.pow(power))).find(|step| *step >= now.max(5));
        steps.unwrap_or(now).min(session.epochs().max(now))
    };
    let before = session.history.first().map_or(0, |row| row.epoch.saturating_sub(1));
    let (from, to) = (f64::from(before), f64::from(to.max(before + 1)));
    let (ticks, step) = scale::ticks(from, to, usize::from(width / 9).clamp(2, 12), 1.0);
    Axis { from, to, ticks: labelled(&ticks, step, 1.0, "") }
}

fn labelled(ticks: &[f64], step: f64, factor: f64, unit: &str) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (*tick, scale::label(tick * factor, step * factor) + unit)).collect()
}

/// Returns the metric `of` of every epoch, and its values `now` within the current epoch if it has any.
fn points(session: &Session, of: fn(&EpochMetrics) -> f64, now: Option<fn(&Place) -> f64>) -> Points {
    let done = session.history.last().map_or(0.0, |row| f64::from(row.epoch));
    let rows = session.history.iter().map(|row| (f64::from(row.epoch), of(row)));
    let current = now.into_iter().flat_map(|now| {
        session.trail.iter().filter(move |place| place.0 > done).map(move |place| (place.0, now(place)))
    });
    rows.chain(current).collect()
}

/// The axis of values for the points `pair`.
fn vertical(view: &View<'_>, metric: &Metric, pair: &[Points; 2], height: u16) -> Axis {
    let values = || pair.iter().flatten().map(|(_, value)| *value);
    let count = usize::from(height.saturating_sub(2) / 2).clamp(3, 8);
    if metric.is_loss && view.curves.is_log {
        return logarithmic(values());
    }
    let (from, to) =
        if metric.is_loss { narrowed(scale::loss_range(values()), values()) } else { scale::accuracy_range(values()) };
    let (ticks, step) = scale::ticks(from, to, count, 0.0);
    let ticks = if metric.is_loss { labelled(&ticks, step, 1.0, "") } else { labelled(&ticks, step, 100.0, "%") };
    Axis { from, to, ticks }
}

/// Raises the lower end of the range if it is far below all values.
fn narrowed((from, to): (f64, f64), values: impl Iterator<Item = f64>) -> (f64, f64) {
    let least = values.filter(|value| value.is_finite()).fold(to, f64::min);
    if least > to / 3.0 { (least - (to - least) / 8.0, to) } else { (from, to) }
}

/// Returns a logarithmic axis (base 10) with labels at round values.
fn logarithmic(values: impl Iterator<Item = f64>) -> Axis {
    let logs: Vec<f64> = values.filter(|value| value.is_finite() && *value > 0.0).map(f64::log10).collect();
    let least = logs.iter().copied().reduce(f64::min).unwrap_or(-1.0);
    let most = logs.iter().copied().reduce(f64::max).unwrap_or(0.0);
    let (from, to) = (least - 0.05, most.max(least + 0.3) + 0.05);
    let ticks = |digits: &[f64]| -> Vec<(f64, String)> {
        let powers = (from.floor() as i32)..=(to.ceil() as i32);
        let all = powers.flat_map(|power| {
            let step = 10_f64.powi(power);
            digits.iter().map(move |digit| ((digit * step).log10(), scale::label(digit * step, step)))
        });
        all.filter(|(at, _)| (from..=to).contains(at)).collect()
    };
    // A range within one power of ten has labels at all digits.
    let few = ticks(&[1.0, 2.0, 5.0]);
    let ticks = if few.len() > 2 { few } else { ticks(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]) };
    Axis { from, to, ticks }
}

/// The styles of training and validation.
fn styles(theme: Theme) -> [Style; 2] {
    [theme.series(3), theme.series(5)]
}

fn draw_metric(view: &View<'_>, session: &Session, metric: &Metric, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let is_log = metric.is_loss && view.curves.is_log;
    let [training, validation] = metric.of;
    let pair = [points(session, training, Some(metric.now)), points(session, validation, None)];
    let (x, y) = (epochs(session, area.width), vertical(view, metric, &pair, area.height.saturating_sub(1)));
    let inner = head(view, session, metric, &pair, area, buffer, theme);
    let columns = curves::plot(&y, inner).map_or(1, |plot| usize::from(plot.width));
    let scaled = |(at, value): (f64, f64)| (at, if is_log { value.log10() } else { value });
    let thin =
        |points: &Points| -> Points { thinned(points, (x.from, x.to), columns).into_iter().map(scaled).collect() };
    let is_smooth = !view.curves.is_raw && session.history.len() >= MIN_SMOOTHED;
    let mut curves = Vec::new();
    if is_smooth {
        // Behind the lines.
        let raw = pair.iter().map(|points| Curve {
            points: thin(points),
            style: theme.dim(),
            sign: '.',
            stroke: Stroke::Dots,
        });
        curves.extend(raw);
    }
    let signs = [('t', Stroke::Dashed), ('v', Stroke::Solid)];
    for ((points, style), (sign, stroke)) in pair.iter().zip(styles(theme)).zip(signs) {
        let points = if is_smooth { thin(&smoothed(points)) } else { thin(points) };
        curves.push(Curve { points, style, sign, stroke });
    }
    let best = best_of(session).map(|row| scaled((f64::from(row.epoch), validation(row))));
    let sign = if theme.has_glyphs { '◆' } else { 'B' };
    let marks: Vec<Mark> = best.map(|at| Mark { at, sign, style: theme.good() }).into_iter().collect();
    let cursor = view.cursor.map(f64::from);
    curves::draw(&Chart { curves: &curves, marks: &marks, cursor }, &x, &y, inner, buffer, theme);
}

/// The metrics of the best epoch.
fn best_of(session: &Session) -> Option<&EpochMetrics> {
    session.best.and_then(|best| session.history.iter().find(|row| row.epoch == best))
}

/// Draws the title and the legend, with the values at the cursor or the last ones; returns the area below.
fn head(
    view: &View<'_>,
    session: &Session,
    metric: &Metric,
    pair: &[Points; 2],
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) -> Rect {
    let row = view.cursor.and_then(|epoch| session.history.iter().find(|row| row.epoch == epoch));
    let mut title = metric.name.to_owned();
    match row {
        Some(row) => title += &format!(", epoch {}", row.epoch),
        None if metric.is_loss && view.curves.is_log => title += " (log)",
        None => {}
    }
    let value = |at: usize| match row {
        Some(row) => Some(metric.of[at](row)),
        None => pair[at].last().map(|(_, value)| *value),
    };
    let marks = if theme.has_glyphs { ["╌ ", "─ "] } else { ["t ", "v "] };
    let legend = |names: [&str; 2], best: Option<String>| {
        let pair = (0..2).map(|at| {
            let value = value(at).map(metric.shown).unwrap_or_default();
            let gap = if names[at].is_empty() || value.is_empty() { "" } else { " " };
            Span::styled(format!(" {}{}{gap}{value}", marks[at], names[at]), styles(theme)[at])
        });
        let best = best.map(|text| Span::styled(text, theme.good()));
        Line::from(pair.chain(best).chain([Span::raw(" ")]).collect::<Vec<_>>())
    };
    let best = best_of(session).map(|row| {
        let sign = if theme.has_glyphs { '◆' } else { 'B' };
        format!(" {sign} {} ({})", (metric.shown)(metric.of[1](row)), row.epoch)
    });
    let room = usize::from(area.width).saturating_sub(title.chars().count() + 4);
    let legends = [
        legend(["train", "validation"], best.clone()),
        legend(["train", "val"], best),
        legend(["train", "val"], None),
        legend(["", ""], None),
    ];
    let title = cut(&title, usize::from(area.width).saturating_sub(4), theme);
    let inner = titled(&title, view.pane == Pane::Curves, area, buffer, theme);
    if let Some(line) = legends.into_iter().find(|line| area.height > 0 && line.width() <= room) {
        let width = line.width() as u16;
        line.render(Rect { x: area.right() - width, y: area.y, width, height: 1 }, buffer);
    }
    inner
}
