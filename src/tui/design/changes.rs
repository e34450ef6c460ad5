//! Values that differ between two texts.

use std::collections::BTreeMap;
use toml::{Table, Value};

/// Values by the dotted paths of their keys.
pub type Values = BTreeMap<String, String>;

/// The values of a text that others are compared with.
#[derive(Debug, Clone)]
pub struct Base {
    values: Values,
    blocks: usize,
}

impl Base {
    /// The values of `text`; `None` if it is not TOML.
    pub fn of(text: &str) -> Option<Self> {
        let table: Table = text.parse().ok()?;
        Some(Self { blocks: blocks(&table), values: flat(table) })
    }

    /// The keys whose values differ in `text`, with their new values; `None` if keys were removed or blocks added.
    pub fn changes(&self, text: &str) -> Option<Values> {
        let table: Table = text.parse().ok()?;
        if blocks(&table) != self.blocks {
            return None;
        }
        let mut after = flat(table);
        if self.values.keys().any(|key| !after.contains_key(key)) {
            return None;
        }
        after.retain(|key, value| self.values.get(key) != Some(value));
        Some(after)
    }
}

fn blocks(table: &Table) -> usize {
    table.get("blocks").and_then(Value::as_array).map_or(0, Vec::len)
}

/// All values of `table` by their dotted keys.
fn flat(table: Table) -> Values {
    let mut found = Values::new();
    let mut todo: Vec<(String, Value)> = table.into_iter().collect();
    while let Some((key, value)) = todo.pop() {
        match value {
            Value::Table(table) => todo.extend(table.into_iter().map(|(name, value)| (format!("{key}.{name}"), value))),
            Value::Array(items) if items.iter().any(Value::is_table) => {
                todo.extend(items.into_iter().enumerate().map(|(index, value)| (format!("{key}.{index}"), value)));
            }
            Value::String(text) => drop(found.insert(key, text)),
            other => drop(found.insert(key, other.to_string())),
        }
    }
    found
}
