//! The positions of keys in a TOML text.

use super::check;
use super::diagnostic::Problem;
use super::key::{KeyPath, Step};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Problems, by `schema`, of a `text` whose only syntax error is a number beyond 64 bits.
pub(super) fn beyond_integers(text: &str, schema: &'static Json) -> Vec<Problem> {
    match DeTable::parse_recoverable(text) {
        (root, errors) if errors.is_empty() => check::check(schema, &table_tree(root.get_ref())),
        _ => Vec::new(),
    }
}

fn table_tree(table: &DeTable<'_>) -> toml::Table {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), value_tree(value.get_ref()))).collect()
}

fn value_tree(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let float = || toml::Value::Float(number.as_str().parse().unwrap_or(f64::INFINITY));
            i64::from_str_radix(number.as_str(), number.radix()).map_or_else(|_| float(), toml::Value::Integer)
        }
        DeValue::Float(number) => toml::Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => toml::Value::Boolean(*flag),
        DeValue::Datetime(date) => toml::Value::Datetime(*date),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| value_tree(item.get_ref())).collect()),
        DeValue::Table(table) => toml::Value::Table(table_tree(table)),
    }
}

/// Byte range of the value (or the name) of `key`, or of the nearest existing table above it.
pub(super) fn locate(text: &str, key: &KeyPath, is_name: bool) -> std::ops::Range<usize> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found = 0..0;
    let mut here: Option<&Spanned<DeValue<'_>>> = None;
    for (depth, step) in key.steps().iter().enumerate() {
        let table = here.map_or(Some(root.get_ref()), |value| value.get_ref().as_table());
        let next = match step {
            Step::Key(name) => table.and_then(|table| table.get_key_value(name.as_str())),
            Step::Index(index) => {
                let items = here.and_then(|value| value.get_ref().as_array());
                let Some(next) = items.and_then(|items| items.get(*index)) else { break };
                (found, here) = (next.span(), Some(next));
                continue;
            }
        };
        let Some((name, next)) = next else { break };
        let is_last = depth + 1 == key.steps().len();
        found = if is_name && is_last { name.span() } else { next.span() };
        here = Some(next);
    }
    found
}
