//! The comparison of float and int8, and of another run, as a table.

use super::super::prepared::Prepared;
use super::super::view::{View, Weights};
use crate::config::Precision;
use crate::escape;
use crate::plan::{Estimate, Family};
use crate::runs::EpochSummary;
use crate::text;
use crate::text::{cut, percent, signed, thousands};
use crate::tui::action::{Action, Deploy, Design, Train};
use crate::tui::design::Model;
use crate::tui::keymap::key_of;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame::titled;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;
use std::path::{Path, PathBuf};

/// Width of the names of rows, and of each column, in columns.
const NAME: usize = 11;
const COLUMN: usize = 13;

/// Height of title, table, gauges and state, in lines.
pub fn height(view: &View<'_>) -> u16 {
    let has_board = view.sheet.model().is_some_and(|model| model.board.is_some());
    10 + u16::from(view.pinned.is_some()) + if has_board { 2 } else { 0 }
}

/// Draws title, table, gauges, and the line of state.
pub fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(model) = view.sheet.model() else {
        let inner = titled("Deploy", false, area, buffer, theme);
        Span::styled("the configuration is invalid: fix it first (F1 shows the error)", theme.bad())
            .render(inner, buffer);
        return;
    };
    let width = usize::from(area.width);
    let title = cut(&title(view), width.saturating_sub(4));
    let inner = titled(&title, false, area, buffer, theme);
    let mut lines = table(view, model, width, theme);
    lines.extend(super::board::gauges(view, model, width, theme));
    lines.push(state_line(view, width, theme));
    for (line, y) in lines.into_iter().zip(inner.y..inner.bottom()) {
        line.render(Rect { y, height: 1, ..inner }, buffer);
    }
}

fn title(view: &View<'_>) -> String {
    let reached = |best: Option<EpochSummary>| {
        best.map(|best| format!(", {} after epoch {}", percent(best.val_accuracy), best.epoch)).unwrap_or_default()
    };
    match (view.chosen, view.found) {
        (Some(run), _) => {
            let name = view.current.map(|prepared| format!(" ({})", escape::terminal(prepared.settings.name())));
            let best = view.current.and_then(|prepared| prepared.metrics.as_ref().map(EpochSummary::from));
            format!("Deploy {}{}{}", text::path(run), name.unwrap_or_default(), reached(best))
        }
        (None, Weights::Unknown) => "Deploy".to_owned(),
        (None, Weights::Missing) => "Deploy: not trained yet".to_owned(),
        (None, Weights::Found(found)) => format!("Deploy {}{}", text::path(&found.run), reached(found.best)),
    }
}

/// Returns the line of state: the running work, the files written last, or the next keys.
fn state_line(view: &View<'_>, width: usize, theme: Theme) -> Line<'static> {
    let key = |action: Action, text: &'static str| {
        vec![Span::styled(format!("{} ", key_of(&action)), theme.accent()), Span::raw(format!("{text}   "))]
    };
    let prepare = || key(Action::Deploy(Deploy::Prepare), "quantises and compares");
    let choose = || key(Action::Deploy(Deploy::Choose), "chooses a run");
    if let Some(work) = view.work {
        let work = cut(work, width.saturating_sub(12));
        let mut spans = vec![Span::styled(format!("{work}   "), theme.warning())];
        spans.extend(key(Action::Back, "stops"));
        return Line::from(spans);
    }
    if !view.files.is_empty() {
        let name = |file: &PathBuf| text::path(file.file_name().unwrap_or(file.as_os_str()).as_ref());
        let files = view.files.iter().map(name).collect::<Vec<_>>().join("  ");
        let folder = view.files[0].parent().map(text::path).unwrap_or_default();
        return Line::from(Span::styled(cut(&format!("in {folder}: {files}"), width), theme.good()));
    }
    if view.sheet.faults().is_some() {
        let text = "the configuration is invalid; these values are of the last valid one";
        return Line::from(Span::styled(cut(text, width), theme.bad()));
    }
    if view.chosen.is_none() && *view.found == Weights::Missing {
        let text = format!("train it first: F3, then {}   ", key_of(&Action::Train(Train::Start)));
        return Line::from([vec![Span::styled(text, theme.warning())], choose()].concat());
    }
    if view.current.is_some() {
        let write = key(Action::Deploy(Deploy::Export), "writes the files");
        let pin = match view.pinned {
            Some(_) => key(Action::Deploy(Deploy::Pin), "unpins"),
            None => key(Action::Deploy(Deploy::Pin), "pins it to compare"),
        };
        return Line::from([write, pin, choose()].concat());
    }
    if view.has_prepared {
        let text = "the comparison was of other weights or another design   ";
        return Line::from([vec![Span::styled(text, theme.warning())], prepare()].concat());
    }
    let write = key(Action::Deploy(Deploy::Export), "and writes the files");
    Line::from([prepare(), write, choose()].concat())
}

/// A column of the table: an export, or an estimate, in one precision.
struct Column<'a> {
    precision: Precision,
    /// Whether its files are written.
    is_written: bool,
    prepared: Option<&'a Prepared>,
    estimate: Option<&'a Estimate>,
}

fn columns<'a>(view: &'a View<'_>) -> Vec<Column<'a>> {
    let both = [Precision::Float, Precision::Int8];
    let own = both.map(|precision| Column {
        precision,
        is_written: precision == view.precision(),
        prepared: view.current,
        estimate: view.estimate(precision),
    });
    let of_pinned = |pinned: &'a Prepared| {
        both.map(|precision| Column {
            precision,
            is_written: false,
            prepared: Some(pinned),
            estimate: Some(&pinned.build(precision).export.estimate),
        })
    };
    own.into_iter().chain(view.pinned.map(of_pinned).into_iter().flatten()).collect()
}

/// Returns a row of the table: a name, a value for each column, and a remark if there is room.
fn row(name: &str, values: Vec<(String, Style)>, remark: &str, width: usize, theme: Theme) -> Line<'static> {
    let room = width.saturating_sub(NAME + COLUMN * values.len() + 3);
    let mut spans = vec![Span::styled(format!("{name:<NAME$}"), theme.label())];
    spans.extend(values.into_iter().map(|(text, style)| Span::styled(format!("{text:>COLUMN$}"), style)));
    // Half a remark tells nothing.
    if Span::raw(remark).width() <= room {
        spans.push(Span::styled(format!("   {remark}"), theme.dim()));
    }
    Line::from(spans)
}

fn table(view: &View<'_>, model: &Model, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let columns = columns(view);
    let family = model.board.as_ref().map_or(Family::Dsp, |board| board.core.family());
    let of = |value: &dyn Fn(&Column<'_>) -> Option<String>| -> Vec<(String, Style)> {
        let value = |column| value(column).map_or_else(|| ("-".to_owned(), theme.dim()), |text| (text, theme.text()));
        columns.iter().map(value).collect()
    };
    let bytes = |value: u64| format!("{} B", thousands(value));
    let costs = |value: &dyn Fn(&Estimate) -> u64| of(&|column| column.estimate.map(|costs| bytes(value(costs))));
    let heading = columns.iter().map(|column| {
        let name = column.precision.word();
        if column.is_written { (format!("[{name}]"), theme.accent()) } else { (name.to_owned(), theme.label()) }
    });
    let switch = key_of(&Action::Design(Design::Precision));
    let writes =
        format!("{} writes {}, {switch} switches", key_of(&Action::Deploy(Deploy::Export)), view.precision().word());
    let mut lines = Vec::new();
    if let Some(pinned) = view.pinned {
        lines.push(names(view, pinned, theme));
    }
    lines.push(row("", heading.collect(), &writes, width, theme));
    let drop = view.current.map(|prepared| &prepared.comparison);
    let remark = drop.map_or_else(
        || "not compared yet".to_owned(),
        |comparison| {
            let drop = signed(-100.0 * comparison.accuracy_drop(), 1);
            format!("{drop} points on {} images", thousands(comparison.images as u64))
        },
    );
    lines.push(row("accuracy", columns.iter().map(|column| accuracy(column, theme)).collect(), &remark, width, theme));
    let agreement = |column: &Column<'_>| match column.precision {
        Precision::Float => Some(String::new()),
        Precision::Int8 => column.prepared.map(|prepared| percent(prepared.comparison.agreement)),
    };
    let costliest = drop.and_then(|comparison| comparison.costliest());
    let noise = costliest.map(|layer| format!("most noise: {}", escape::terminal(&layer.name))).unwrap_or_default();
    lines.push(row("agreement", of(&agreement), &noise, width, theme));
    lines.push(row("RAM object", costs(&|costs| costs.ram_bytes), "", width, theme));
    let core = format!("estimate, {}", family.name());
    lines.push(row("stack", costs(&|costs| costs.on(family).stack_bytes), &core, width, theme));
    lines.push(row("flash", costs(&|costs| costs.on(family).flash_bytes), "tables and code", width, theme));
    let header = |column: &Column<'_>| {
        let prepared = column.prepared?;
        Some(bytes(prepared.build(column.precision).export.sources.header.len() as u64))
    };
    lines.push(row("header file", of(&header), "the text", width, theme));
    lines.push(fits(model, &columns, width, theme));
    lines
}

/// The line that names the runs of both halves of the table.
fn names(view: &View<'_>, pinned: &Prepared, theme: Theme) -> Line<'static> {
    let half = 2 * COLUMN;
    let name = |run: &Path| text::path(run.file_name().unwrap_or(run.as_os_str()).as_ref());
    let own = match (view.current, view.chosen) {
        (Some(prepared), _) => name(&prepared.run),
        (None, Some(run)) => name(run),
        (None, None) => "this design".to_owned(),
    };
    // The end of a name tells more than the date at its beginning.
    let cell = |prefix: &str, name: &str| {
        let name = text::cut_front(name, half - 1 - prefix.len());
        format!("{:>half$}", format!("{prefix}{name}"))
    };
    Line::from(vec![
        Span::raw(" ".repeat(NAME)),
        Span::styled(cell("", &own), theme.accent()),
        Span::styled(cell("pinned: ", &name(&pinned.run)), theme.label()),
    ])
}

fn accuracy(column: &Column<'_>, theme: Theme) -> (String, Style) {
    let Some(comparison) = column.prepared.map(|prepared| &prepared.comparison) else {
        return ("-".to_owned(), theme.dim());
    };
    let drop = comparison.accuracy_drop();
    match column.precision {
        Precision::Float => (percent(comparison.float_accuracy), theme.text()),
        Precision::Int8 if drop > 0.02 => (percent(comparison.int8_accuracy), theme.bad()),
        Precision::Int8 if drop > 0.005 => (percent(comparison.int8_accuracy), theme.warning()),
        Precision::Int8 => (percent(comparison.int8_accuracy), theme.good()),
    }
}

fn fits(model: &Model, columns: &[Column<'_>], width: usize, theme: Theme) -> Line<'static> {
    let Some(board) = &model.board else {
        let choose = key_of(&Action::Design(Design::Board));
        return row("board", Vec::new(), &format!("none; {choose} chooses one"), width, theme);
    };
    let verdict = |column: &Column<'_>| {
        let Some(costs) = column.estimate else { return ("-".to_owned(), theme.dim()) };
        let verdict = board.verdict(costs);
        match (verdict.fits, verdict.why) {
            (true, _) => ("fits".into(), theme.good()),
            (false, None) => ("too large".into(), theme.bad()),
            // The Design screen shows the reason.
            (false, Some(_)) => ("refused".into(), theme.bad()),
        }
    };
    row("board", columns.iter().map(verdict).collect(), &escape::terminal(&board.name), width, theme)
}
