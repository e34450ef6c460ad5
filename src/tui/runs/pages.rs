//! What is to be read of runs.

use super::row::{Column, Known, Row};
use crate::escape;
use crate::text::wrap;
use crate::tui::dialog::Page;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};

/// Columns of a page on the narrowest screen.
const WIDTH: usize = 74;

/// What is wrong with a run.
pub fn broken(folder: &str, error: &str) -> Page {
    let mut lines: Vec<Line<'static>> = wrap(error, WIDTH).into_iter().map(Line::from).collect();
    lines.push(Line::default());
    lines.push(Line::from("Nothing is deleted or changed in such a folder by this program."));
    Page::new(folder, lines)
}

/// What a run is.
pub fn details(row: &Row, known: &Known) -> Page {
    let info = &known.info;
    let mut pairs: Vec<(&str, String)> = Column::ALL
        .iter()
        .map(|column| (column.title(), column.text(row)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    pairs.push(("images", format!("{} to learn from, {} held out", info.data.train, info.data.validation)));
    pairs.push(("seed", info.seed.to_string()));
    pairs.push(("machine", format!("{} {}, {} threads", info.host.cpu, info.host.arch, info.host.threads)));
    pairs.push(("version", info.version.clone()));
    pairs.extend(info.reason.clone().map(|reason| ("why it ended", reason)));
    pairs.extend(known.fault.clone().map(|fault| ("broken", fault)));
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

/// How the configuration of one run differs from that of another.
pub fn difference(old: (&str, &Known), new: (&str, &Known)) -> Page {
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
    if lines.len() == 2 {
        lines.push(Line::from("Their configurations are the same."));
    }
    Page::new("Configurations compared", lines)
}
