//! Runs side by side: their results, the recalls of their classes, and the settings in which they differ.

use super::column::Column;
use super::pages::{WIDTH, difference};
use super::row::{Row, RunContents};
use crate::escape;
use crate::text::{cut, fit, fit_right, percent};
use crate::tui::dialog::Page;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use std::collections::BTreeMap;

/// Width of the names of lines.
const NAME: usize = 20;
/// The results that are compared.
const RESULTS: [Column; 12] = [
    Column::Number,
    Column::Status,
    Column::Best,
    Column::Last,
    Column::Int8,
    Column::Epochs,
    Column::Ram,
    Column::Flash,
    Column::Macs,
    Column::Params,
    Column::Classes,
    Column::Data,
];

/// A table with a column for each run.
struct Sheet<'a> {
    runs: Vec<(&'a Row, &'a RunContents)>,
    lines: Vec<Line<'static>>,
}

/// The page that compares `rows`, at least two.
pub fn side_by_side(rows: &[&Row]) -> Page {
    let runs: Vec<_> = rows.iter().filter_map(|row| Some((*row, row.found.as_ref().ok()?))).collect();
    let mut sheet = Sheet { runs, lines: Vec::new() };
    sheet.heading("results");
    sheet.row("name", |_, known| known.info.name.clone());
    for column in RESULTS {
        sheet.row(column.title(), |row, _| column.text(row));
    }
    sheet.row("best epoch", |_, known| known.info.best.map_or_else(|| "–".to_owned(), |best| best.epoch.to_string()));
    sheet.row("seconds", |_, known| format!("{:.0}", known.seconds()));
    sheet.row("seed", |_, known| known.info.seed.to_string());
    sheet.recalls();
    sheet.settings();
    let mut lines = sheet.lines;
    if let [(old, first), (new, second)] = &sheet.runs[..] {
        lines.push(Line::default());
        lines.extend(difference((&old.folder, first), (&new.folder, second)));
    }
    Page::new("Runs compared", lines)
}

impl Sheet<'_> {
    fn width(&self) -> usize {
        ((WIDTH - NAME) / self.runs.len().max(1)).saturating_sub(1).max(5)
    }

    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::from(Span::raw(text.to_owned()).style(Modifier::BOLD)));
    }

    fn row(&mut self, name: &str, of: impl Fn(&Row, &RunContents) -> String) {
        let width = self.width();
        let cells = self.runs.iter().map(|(row, known)| {
            let text = escape::terminal(&of(row, known));
            format!(" {}", fit_right(&cut(&text, width), width))
        });
        self.lines.push(Line::from(fit(&escape::terminal(name), NAME) + &cells.collect::<String>()));
    }

    /// The recall of each class, for runs that were evaluated.
    fn recalls(&mut self) {
        let mut classes: Vec<String> = Vec::new();
        let known = self.runs.iter().filter_map(|(_, known)| known.recall.as_ref());
        for (label, _) in known.flat_map(|recall| &recall.classes) {
            if !classes.contains(label) {
                classes.push(label.clone());
            }
        }
        if classes.is_empty() {
            return;
        }
        self.heading("recall of each class");
        self.row("evaluated on", |_, known| {
            known.recall.as_ref().map_or_else(|| "–".to_owned(), |recall| recall.on.clone())
        });
        for class in classes {
            self.row(&class, |_, known| {
                let all = known.recall.as_ref().map(|recall| &recall.classes);
                let found = all.and_then(|all| all.iter().find(|(label, _)| *label == class));
                percent(found.and_then(|(_, recall)| *recall))
            });
        }
    }

    /// The settings in which the configurations differ.
    fn settings(&mut self) {
        let all: Vec<_> = self.runs.iter().map(|(_, known)| flat(&known.config)).collect();
        let mut keys: Vec<&String> = all.iter().flat_map(BTreeMap::keys).collect();
        keys.sort();
        keys.dedup();
        let differs = |key: &&&String| all.iter().any(|settings| settings.get(**key) != all[0].get(**key));
        let keys: Vec<&String> = keys.iter().filter(differs).copied().collect();
        self.heading(if keys.is_empty() { "the configurations are identical" } else { "settings that differ" });
        let width = self.width();
        for key in keys {
            let value = |settings: &BTreeMap<String, String>| {
                let text = settings.get(key).map_or_else(|| "–".to_owned(), |value| escape::terminal(value));
                format!(" {}", fit_right(&cut(&text, width), width))
            };
            let line = fit(&escape::terminal(key), NAME) + &all.iter().map(value).collect::<String>();
            self.lines.push(Line::from(line));
        }
    }
}

/// The settings in a configuration as `section.key` with their values; empty if it is damaged.
fn flat(config: &str) -> BTreeMap<String, String> {
    fn collect(path: &str, value: &toml::Value, found: &mut BTreeMap<String, String>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| collect(&below(key), value, found)),
            toml::Value::Array(all) if all.iter().any(toml::Value::is_table) => {
                all.iter().enumerate().for_each(|(at, value)| collect(&below(&at.to_string()), value, found));
            }
            toml::Value::String(text) => drop(found.insert(path.to_owned(), text.clone())),
            other => drop(found.insert(path.to_owned(), other.to_string())),
        }
    }
    let mut found = BTreeMap::new();
    if let Ok(table) = config.parse::<toml::Table>() {
        collect("", &toml::Value::Table(table), &mut found);
    }
    found
}
