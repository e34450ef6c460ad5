//! Pages about runs: errors, details, differences.

use super::column::Column;
use super::row::{Recall, Row, RunContents};
use crate::escape;
use crate::text::wrap;
use crate::tui::dialog::Page;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};

/// Width of a page on a screen of 80 columns.
pub const WIDTH: usize = 74;

/// The page of a run that cannot be read.
pub fn unreadable(folder: &str, error: &str) -> Page {
    let mut lines: Vec<Line<'static>> = wrap(error, WIDTH).into_iter().map(Line::from).collect();
    lines.push(Line::default());
    lines.push(Line::from("This program does not change or delete such a folder."));
    Page::new(folder, lines)
}

/// The page with the details of a run.
pub fn details(row: &Row, known: &RunContents) -> Page {
    let info = &known.info;
    let mut pairs: Vec<(&str, String)> = Column::ALL
        .iter()
        .map(|column| (column.title(), column.text(row)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    pairs.push(("started", row.started.strftime("%Y-%m-%d %H:%M:%S").to_string()));
    pairs.push(("training", format!("{:.0} s", known.seconds())));
    if let Some(Recall { on, classes }) = &known.recall {
        let recall = |(label, recall): &(String, Option<f64>)| format!("{label} {}", crate::text::percent(*recall));
        let text = classes.iter().map(recall).collect::<Vec<_>>().join(", ");
        pairs.push(("recall", format!("{text} ({on})")));
    }
    pairs.push(("images", format!("{} training, {} validation", info.data.train, info.data.validation)));
    pairs.push(("seed", info.seed.to_string()));
    pairs.push(("machine", format!("{} {}, {} threads", info.host.cpu, info.host.arch, info.host.threads)));
    pairs.push(("version", info.version.clone()));
    pairs.extend(info.reason.clone().map(|reason| ("reason", reason)));
    pairs.extend(known.fault.clone().map(|fault| ("error", fault)));
    let mut lines = Vec::new();
    for (name, text) in pairs {
        for (number, part) in wrap(&escape::terminal(&text), WIDTH - 14).into_iter().enumerate() {
            lines.push(Line::from(format!("{:<14}{part}", if number == 0 { name } else { "" })));
        }
    }
    lines.push(Line::default());
    lines.extend(known.config.lines().map(|line| Line::from(escape::terminal(line))));
    Page::new(&row.folder, lines)
}

/// The differences between two configurations.
pub fn difference(old: (&str, &RunContents), new: (&str, &RunContents)) -> Vec<Line<'static>> {
    let (bad, good) = (Style::new().fg(Color::Red), Style::new().fg(Color::Green));
    let mut lines = vec![
        Line::from(Span::styled(format!("- {}", old.0), bad)),
        Line::from(Span::styled(format!("+ {}", new.0), good)),
    ];
    let diff = TextDiff::from_lines(old.1.config.as_str(), new.1.config.as_str());
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        lines.push(Line::from(hunk.header().to_string().trim_end().to_owned()));
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", bad),
                ChangeTag::Insert => ("+", good),
                ChangeTag::Equal => (" ", Style::new()),
            };
            let text = escape::terminal(change.value().trim_end_matches(['\n', '\r']));
            lines.push(Line::from(Span::styled(format!("{sign} {text}"), style)));
        }
    }
    lines
}
