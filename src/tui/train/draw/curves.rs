//! Loss and accuracy over the epochs.

use super::super::session::{Place, Session};
use crate::runs::plots::scale;
use crate::text::percent;
use crate::train::EpochMetrics;
use crate::tui::theme::Theme;
use crate::tui::widgets::curves::{self, Axis, Curve};
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws loss and accuracy one above the other, or only the loss if there is no room.
pub fn draw(session: &Session, is_log: bool, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let x = epochs(session, area.width);
    let half = if area.height >= 12 { area.height / 2 } else { area.height };
    let above = Rect { height: half, ..area };
    let below = Rect { y: above.bottom(), height: area.height - half, ..area };
    loss(session, &x, is_log, has_focus, above, buffer, theme);
    accuracy(session, &x, has_focus, below, buffer, theme);
}

/// Returns the axis of epochs, from 0 to twice the current epoch, at least 5 and at most all epochs.
fn epochs(session: &Session, width: u16) -> Axis {
    let to = f64::from(session.epochs().min(session.epoch().saturating_mul(2).max(5)).max(1));
    let (ticks, step) = scale::ticks(0.0, to, usize::from(width / 9).clamp(2, 12), 1.0);
    Axis { from: 0.0, to, ticks: labelled(&ticks, step, 1.0, "") }
}

fn labelled(ticks: &[f64], step: f64, factor: f64, unit: &str) -> Vec<(f64, String)> {
    ticks.iter().map(|tick| (*tick, scale::label(tick * factor, step * factor) + unit)).collect()
}

/// Returns the metric `of` of every epoch, and its values `now` within the current epoch if it has any.
fn points(session: &Session, of: fn(&EpochMetrics) -> f64, now: Option<fn(&Place) -> f64>) -> Vec<(f64, f64)> {
    let done = session.history.last().map_or(0.0, |row| f64::from(row.epoch));
    let rows = session.history.iter().map(|row| (f64::from(row.epoch), of(row)));
    let current = now.into_iter().flat_map(|now| {
        session.trail.iter().filter(move |place| place.0 > done).map(move |place| (place.0, now(place)))
    });
    rows.chain(current).collect()
}

/// Returns the curves of training (dashed) and validation.
fn pair(training: Vec<(f64, f64)>, validation: Vec<(f64, f64)>, theme: Theme) -> [Curve; 2] {
    [
        Curve { points: training, style: theme.series(3), sign: 't', is_dashed: true },
        Curve { points: validation, style: theme.series(5), sign: 'v', is_dashed: false },
    ]
}

/// Draws the title and the legend with the last value of each curve; returns the area below.
fn headed(
    title: &str,
    pair: &[Curve; 2],
    shown: fn(f64) -> String,
    has_focus: bool,
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) -> Rect {
    let inner = titled(title, has_focus, area, buffer, theme);
    let marks = if theme.has_glyphs { ["╌ ", "─ "] } else { ["t ", "v "] };
    let legend = |names: [&str; 2]| {
        let spans = pair.iter().zip(names).zip(marks).map(|((curve, name), mark)| {
            let last = curve.points.last().map(|(_, value)| format!(" {}", shown(*value))).unwrap_or_default();
            Span::styled(format!(" {mark}{name}{last}"), curve.style)
        });
        Line::from(spans.chain([Span::raw(" ")]).collect::<Vec<_>>())
    };
    let room = usize::from(area.width).saturating_sub(title.len() + 4);
    let legends = [legend(["train", "validation"]), legend(["train", "val"])];
    if let Some(line) = legends.into_iter().find(|line| area.height > 0 && line.width() <= room) {
        let width = line.width() as u16;
        line.render(Rect { x: area.right() - width, y: area.y, width, height: 1 }, buffer);
    }
    inner
}

fn loss(session: &Session, x: &Axis, is_log: bool, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let pair =
        pair(points(session, |row| row.loss, Some(|place| place.1)), points(session, |row| row.val_loss, None), theme);
    let title = if is_log { "loss (log)" } else { "loss" };
    let inner = headed(title, &pair, |value| format!("{value:.3}"), has_focus, area, buffer, theme);
    let values = || pair.iter().flat_map(|curve| curve.points.iter().map(|(_, value)| *value));
    let count = labels(inner.height);
    if is_log {
        let y = logarithmic(values());
        let pair = pair.clone().map(|curve| Curve {
            points: curve.points.into_iter().map(|(at, value)| (at, value.log10())).collect(),
            ..curve
        });
        return curves::draw(&pair, x, &y, inner, buffer, theme);
    }
    let (from, to) = narrowed(scale::loss_range(values()), values());
    let (ticks, step) = scale::ticks(from, to, count, 0.0);
    curves::draw(&pair, x, &Axis { from, to, ticks: labelled(&ticks, step, 1.0, "") }, inner, buffer, theme);
}

/// Returns the number of axis labels for a chart of `height` lines.
fn labels(height: u16) -> usize {
    usize::from(height.saturating_sub(2) / 2).clamp(4, 8)
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

fn accuracy(session: &Session, x: &Axis, has_focus: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let training = points(session, |row| row.accuracy, Some(|place| place.2));
    let pair = pair(training, points(session, |row| row.val_accuracy, None), theme);
    let inner = headed("accuracy", &pair, percent, has_focus, area, buffer, theme);
    let (from, to) = scale::accuracy_range(pair.iter().flat_map(|curve| curve.points.iter().map(|(_, value)| *value)));
    let (ticks, step) = scale::ticks(from, to, labels(inner.height), 0.0);
    curves::draw(&pair, x, &Axis { from, to, ticks: labelled(&ticks, step, 100.0, "%") }, inner, buffer, theme);
}
