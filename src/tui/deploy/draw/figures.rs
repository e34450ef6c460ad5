//! The comparison of float and int8.

use super::super::prepared::Prepared;
use super::super::view::{View, Weights};
use crate::config::Precision;
use crate::escape;
use crate::plan::{Estimate, Family};
use crate::text;
use crate::text::signed;
use crate::text::{percent, thousands};
use crate::tui::design::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;
use std::path::PathBuf;

/// Height of the comparison with its title, in lines.
pub const HEIGHT: u16 = 9;

/// Draws title, comparison, and the line of state.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model() else {
        let inner = titled("Deploy", false, area, buffer, theme);
        Span::styled("the configuration is invalid: fix it first (F1 shows the error)", theme.bad())
            .render(inner, buffer);
        return;
    };
    let prepared = view.current;
    let inner = titled(&title(view), false, area, buffer, theme);
    let mut lines = table(model, prepared, theme);
    lines.push(state_line(view, prepared, theme));
    for (line, y) in lines.into_iter().zip(inner.y..inner.bottom()) {
        line.render(Rect { y, height: 1, ..inner }, buffer);
    }
}

fn title(view: &View<'_>) -> String {
    match view.found {
        Weights::Unknown => "Deploy".to_owned(),
        Weights::Missing => "Deploy: not trained yet".to_owned(),
        Weights::Found(found) => {
            let best = found.best.as_ref();
            let best = best.map(|best| format!(", {} after epoch {}", percent(best.val_accuracy), best.epoch));
            format!("Deploy {}{}", text::path(&found.run), best.unwrap_or_default())
        }
    }
}

/// Returns the line of state: the running work, the files written last, or the next keys.
fn state_line(view: &View<'_>, prepared: Option<&Prepared>, theme: Theme) -> Line<'static> {
    let key = |key: &'static str, text: &'static str| {
        vec![Span::styled(format!("{key} "), theme.accent()), Span::raw(format!("{text}   "))]
    };
    if let Some(work) = view.work {
        let mut spans = vec![Span::styled(format!("{work}   "), theme.warning())];
        spans.extend(key("Esc", "stops"));
        return Line::from(spans);
    }
    if !view.files.is_empty() {
        let name = |file: &PathBuf| text::path(file.file_name().unwrap_or(file.as_os_str()).as_ref());
        let files = view.files.iter().map(name).collect::<Vec<_>>().join("  ");
        let folder = view.files[0].parent().map(text::path).unwrap_or_default();
        return Line::from(Span::styled(format!("in {folder}: {files}"), theme.good()));
    }
    if view.sheet.faults().is_some() {
        return Line::from(Span::styled(
            "the configuration is invalid; these values are of the last valid one",
            theme.bad(),
        ));
    }
    match (view.found, prepared) {
        (Weights::Missing, _) => Line::from(Span::styled("train it first: F3, then s", theme.warning())),
        (_, Some(_)) => Line::from([key("x", "writes the files"), key("r", "compares again")].concat()),
        (_, None) if view.has_prepared => {
            let mut spans =
                vec![Span::styled("the comparison was of other weights or another design   ", theme.warning())];
            spans.extend(key("r", "compares again"));
            Line::from(spans)
        }
        _ => Line::from([key("r", "quantises and compares"), key("x", "compares and writes the files")].concat()),
    }
}

/// Returns a row of the table: a name, the values of float and int8, and a remark.
fn row(name: &str, figures: [(String, Style); 2], remark: &str, theme: Theme) -> Line<'static> {
    let [float, int8] = figures.map(|(text, style)| Span::styled(format!("{text:>13}"), style));
    Line::from(vec![
        Span::styled(format!("{name:<11}"), theme.label()),
        float,
        int8,
        Span::styled(format!("   {remark}"), theme.dim()),
    ])
}

fn table(model: &Model, prepared: Option<&Prepared>, theme: Theme) -> Vec<Line<'static>> {
    let chosen = model.spec.config.export.precision;
    let estimate = |precision: Precision| -> Option<&Estimate> {
        let is_own = model.pending.is_none() && chosen == precision;
        let own = is_own.then_some(&*model.estimate);
        prepared.map(|prepared| &prepared.build(precision).export.estimate).or(own)
    };
    let both = [Precision::Float, Precision::Int8];
    let family = model.board.as_ref().map_or(Family::Dsp, |board| board.core.family());
    let bytes = |of: &dyn Fn(&Estimate) -> u64| {
        both.map(|precision| {
            let text =
                estimate(precision).map_or_else(|| "-".to_owned(), |costs| format!("{} B", thousands(of(costs))));
            (text, theme.text())
        })
    };
    let heading = both.map(|precision| {
        let name = precision.word();
        let style = if precision == chosen { theme.accent() } else { theme.label() };
        (if precision == chosen { format!("[{name}]") } else { name.to_owned() }, style)
    });
    let mut lines = vec![row("", heading, &format!("x exports {} (F1 x switches)", chosen.word()), theme)];
    lines.push(accuracy(prepared, theme));
    lines.push(agreement(prepared, theme));
    lines.push(row("RAM object", bytes(&|costs| costs.ram_bytes), "", theme));
    lines.push(row(
        "stack",
        bytes(&|costs| costs.on(family).stack_bytes),
        &format!("estimate, {}", family.name()),
        theme,
    ));
    lines.push(row("flash", bytes(&|costs| costs.on(family).flash_bytes), "tables and code", theme));
    lines.push(fits(model, &estimate, theme));
    lines
}

fn accuracy(prepared: Option<&Prepared>, theme: Theme) -> Line<'static> {
    let Some(comparison) = prepared.map(|prepared| &prepared.comparison) else {
        return row("accuracy", ["-", "-"].map(|text| (text.to_owned(), theme.dim())), "not compared yet", theme);
    };
    let drop = comparison.accuracy_drop();
    let style = if drop > 0.02 {
        theme.bad()
    } else if drop > 0.005 {
        theme.warning()
    } else {
        theme.good()
    };
    let remark = format!("{} points on {} images", signed(-100.0 * drop, 1), thousands(comparison.images as u64));
    row(
        "accuracy",
        [(percent(comparison.float_accuracy), theme.text()), (percent(comparison.int8_accuracy), style)],
        &remark,
        theme,
    )
}

fn agreement(prepared: Option<&Prepared>, theme: Theme) -> Line<'static> {
    let Some(comparison) = prepared.map(|prepared| &prepared.comparison) else {
        return row("agreement", ["", "-"].map(|text| (text.to_owned(), theme.dim())), "", theme);
    };
    let costliest = comparison.costliest();
    let remark = costliest.map(|layer| format!("most noise: {}", escape::terminal(&layer.name))).unwrap_or_default();
    let figures = [(String::new(), theme.text()), (percent(comparison.agreement), theme.text())];
    row("agreement", figures, &remark, theme)
}

fn fits<'a>(model: &Model, estimate: &impl Fn(Precision) -> Option<&'a Estimate>, theme: Theme) -> Line<'static> {
    let Some(board) = &model.board else {
        let none = ["", ""].map(|text| (text.to_owned(), theme.dim()));
        return row("board", none, "none selected: F1 b", theme);
    };
    let verdicts = [Precision::Float, Precision::Int8].map(|precision| {
        estimate(precision).map_or_else(
            || ("-".to_owned(), theme.dim()),
            |costs| {
                let verdict = board.verdict(costs);
                match (verdict.fits, verdict.why) {
                    (true, _) => ("fits".into(), theme.good()),
                    (false, None) => ("too large".into(), theme.bad()),
                    // The Design screen shows the reason.
                    (false, Some(_)) => ("refused".into(), theme.bad()),
                }
            },
        )
    });
    row("board", verdicts, &escape::terminal(&board.name), theme)
}
