//! Progress and speed of a training.

use super::super::session::{Batch, Outcome, Phase, Session, word};
use super::cut::cut;
use crate::escape;
use crate::jobs::clock;
use crate::sensors::celsius;
use crate::text;
use crate::text::{percent, thousands};
use crate::tui::theme::Theme;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Draws up to three lines: title, progress bars, metrics.
pub fn draw(session: &Session, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let title = cut(&title(session), usize::from(area.width).saturating_sub(4), theme);
    let inner = titled(&title, false, area, buffer, theme);
    if let (Phase::Over(Outcome::Failed(why)), false) = (&session.phase, session.history.is_empty()) {
        return draw_failure(why, inner, buffer, theme);
    }
    let lines = [bars(session, usize::from(inner.width), theme), figures(session, usize::from(inner.width), theme)];
    for (line, y) in lines.into_iter().zip(inner.y..inner.bottom()) {
        line.render(Rect { y, height: 1, ..inner }, buffer);
    }
}

/// Draws an error in as many lines as there are.
fn draw_failure(why: &str, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let lines = text::wrap(why, usize::from(area.width));
    for (at, y) in (0..lines.len()).zip(area.y..area.bottom()) {
        let is_cut = y + 1 == area.bottom() && at + 1 < lines.len();
        // The last line takes what is left, and shows that it is cut.
        let line = if is_cut { lines[at..].join(" ") } else { lines[at].clone() };
        let line = cut(&line, usize::from(area.width), theme);
        Span::styled(line, theme.bad()).render(Rect { y, height: 1, ..area }, buffer);
    }
}

fn title(session: &Session) -> String {
    let name = escape::terminal(&session.name);
    let state = match &session.phase {
        Phase::Waiting => "queued".to_owned(),
        Phase::Reading { .. } if session.is_stopping => "stopping".to_owned(),
        Phase::Reading { .. } => "reading images".to_owned(),
        _ if session.is_stopping && !session.is_over() => "stopping after this batch".to_owned(),
        Phase::Training if session.is_pausing => "pausing after this batch".to_owned(),
        Phase::Training if session.is_cooling() => "paused until the processor has cooled".to_owned(),
        Phase::Training if is_validating(session) => format!("validating epoch {}", session.epoch()),
        Phase::Training => "training".to_owned(),
        Phase::Paused => "paused; space resumes".to_owned(),
        Phase::Over(Outcome::Ended { end, .. }) => word(end).to_owned(),
        Phase::Over(Outcome::Failed(_)) => "failed".to_owned(),
        Phase::Over(Outcome::NotBegun) => "stopped before its first batch".to_owned(),
    };
    let run = session.run.as_ref().map(|run| format!(", {}", text::path(run))).unwrap_or_default();
    format!("{name}: {state}{run}")
}

fn is_validating(session: &Session) -> bool {
    let is_done = |batch: &Batch| {
        batch.progress.batch >= batch.progress.batches
            && session.history.last().is_none_or(|row| row.epoch < batch.progress.epoch)
    };
    session.batch.as_ref().is_some_and(is_done)
}

/// Returns a progress bar after its name and counts; `share` is from 0 to 1.
fn counted(name: &str, done: u64, total: u64, share: f64, width: usize, theme: Theme) -> Vec<Span<'static>> {
    let text = format!("{name} {}/{} ", thousands(done), thousands(total));
    let room = width.saturating_sub(text.len() + 4);
    vec![
        Span::styled(text, theme.text()),
        Span::styled("[", theme.dim()),
        bar(share, room.min(40), theme.good(), theme),
        Span::styled("]  ", theme.dim()),
    ]
}

fn bars(session: &Session, width: usize, theme: Theme) -> Line<'static> {
    match &session.phase {
        Phase::Reading { done, total } if *total > 0 => {
            let share = *done as f64 / *total as f64;
            Line::from(counted("images", *done as u64, *total as u64, share, width, theme))
        }
        Phase::Reading { .. } => Line::from(Span::styled("looking for images", theme.dim())),
        Phase::Waiting => Line::from(Span::styled("waiting for the trainings before it", theme.dim())),
        // Drawn in place of the curves, or of these lines.
        Phase::Over(Outcome::Failed(_)) => Line::default(),
        Phase::Over(Outcome::Ended { best, last, .. }) => {
            let figure = |name: &str, row: &crate::runs::EpochSummary| {
                format!("{name} {} (epoch {})  ", percent(row.val_accuracy), row.epoch)
            };
            let mut text = best.as_ref().map(|row| figure("best", row)).unwrap_or_default();
            let is_other = |row: &&crate::runs::EpochSummary| best.as_ref().is_none_or(|best| best.epoch != row.epoch);
            text += &last.as_ref().filter(is_other).map(|row| figure("last", row)).unwrap_or_default();
            Line::from(if text.is_empty() {
                Span::styled("no epoch completed", theme.warning())
            } else {
                Span::styled(format!("validation: {text}"), theme.good())
            })
        }
        _ => {
            let Some(batch) = &session.batch else { return Line::default() };
            let (epoch, epochs) = (u64::from(session.epoch()), u64::from(session.epochs()));
            let progress = &batch.progress;
            let is_done = session.history.last().is_some_and(|row| row.epoch >= progress.epoch);
            let batches = if is_done { progress.batches } else { progress.batch };
            let share = batches as f64 / progress.batches.max(1) as f64;
            let of_all = (epoch.saturating_sub(1) as f64 + share) / epochs.max(1) as f64;
            let mut spans = counted("epoch", epoch, epochs, of_all, width / 2, theme);
            spans.extend(counted("batch", batches as u64, progress.batches as u64, share, width / 2, theme));
            Line::from(spans)
        }
    }
}

fn figures(session: &Session, width: usize, theme: Theme) -> Line<'static> {
    let Some(batch) = &session.batch else { return Line::default() };
    let progress = &batch.progress;
    let figure = |name: &'static str, value: String| (name, value, theme.text());
    let mut parts = vec![figure("", format!("{:.0} images/s", progress.images_per_second))];
    if !session.is_over() {
        parts.push(figure("left ", clock(batch.left)));
    }
    parts.push(figure("elapsed ", clock(batch.elapsed)));
    if let Some(state) = session.thermal.filter(|_| !session.is_over()) {
        parts.extend(state.temperature.map(|degrees| figure("", celsius(degrees))));
        parts.extend(state.cooling_to.map(|to| ("", format!("cooling to {}", celsius(to)), theme.warning())));
        let throttled = state.throttling.now();
        if !throttled.is_empty() {
            parts.push(("", format!("throttled: {throttled}"), theme.warning()));
        }
    }
    parts.push(figure("learning rate ", number(progress.lr)));
    let best = session.history.iter().find(|row| Some(row.epoch) == session.best).filter(|_| !session.is_over());
    parts.extend(best.map(|row| figure("best ", format!("{} (epoch {})", percent(row.val_accuracy), row.epoch))));
    parts.extend([figure("loss ", format!("{:.3}", progress.loss)), figure("accuracy ", percent(progress.accuracy))]);
    let mut spans = Vec::new();
    let mut used = 0;
    for (name, value, style) in parts {
        used += name.len() + Span::raw(&value).width() + 3;
        if used > width + 3 {
            break;
        }
        spans.push(Span::styled(name, theme.label()));
        spans.push(Span::styled(value, style));
        spans.push(Span::raw("   "));
    }
    Line::from(spans)
}

/// Formats `value` with three significant digits, below 1e-4 with two.
fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if value.abs() < 1e-4 {
        return format!("{value:.1e}");
    }
    let digits = (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_rates_have_the_digits_that_matter() {
        let shown = [0.001, 0.000_976_543, 2.58e-7, 0.1, 0.0, 1.5, 120.0, f64::NAN].map(number);
        assert_eq!(shown, ["0.001", "0.000977", "2.6e-7", "0.1", "0", "1.5", "120", "NaN"]);
    }
}
