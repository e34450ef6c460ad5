//! Range, default and values of a cell in words.

use super::cells::{BOARD, Cell, SE_AFTER};
use crate::config::{Legal, Range};
use crate::plan::Boards;
use crate::text::thousands;

/// Range, default, current value and the value on disk if it differs: `1–4096, default 8, now 30 (saved 12).`
#[must_use]
pub fn state_line(cell: &Cell, saved: Option<&str>, boards: &Boards) -> String {
    let shown = |value: &str| if value.is_empty() { "empty".to_owned() } else { value.to_owned() };
    let range = match cell.legal(boards) {
        Legal::Number(range) => range_text(&range),
        Legal::Choice(_) if cell.label == BOARD => "a board".to_owned(),
        Legal::Choice(words) => words.join(", "),
        Legal::Flag => "true, false".to_owned(),
        Legal::Text => "text".to_owned(),
    };
    let default = cell.default().map(|default| format!("; default {}", shown(short(&default)))).unwrap_or_default();
    let saved = saved.filter(|saved| *saved != cell.value && !(cell.label == SE_AFTER && saved.is_empty()));
    let saved = saved.map(|saved| format!(" (saved {})", shown(saved))).unwrap_or_default();
    format!("{range}{default}; now {}{saved}.", shown(&cell.value))
}

/// A default as values are shown: 1, not 1.0.
#[must_use]
pub fn short(value: &str) -> &str {
    value.strip_suffix(".0").unwrap_or(value)
}

fn range_text(range: &Range) -> String {
    let least = range.least.map(bound);
    let most = range.most.map(bound);
    let numbers = match (least, most) {
        (Some(least), Some(most)) if range.is_open => format!("above {least}, at most {most}"),
        (Some(least), Some(most)) => format!("{least}–{most}"),
        (Some(least), None) if range.is_open => format!("above {least}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "a number".to_owned(),
    };
    range.word.as_ref().map_or(numbers.clone(), |word| format!("{word} or {numbers}"))
}

/// A bound of a range, with commas if it is large.
fn bound(value: f64) -> String {
    if value.fract() == 0.0 && value >= 10_000.0 { thousands(value as u64) } else { value.to_string() }
}
