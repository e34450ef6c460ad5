//! Values of a TOML document without comments, order and notation.

use toml_edit::{Item, TableLike, Value};

pub(super) fn of_table(table: &dyn TableLike) -> toml::Table {
    table.iter().filter_map(|(key, item)| Some((key.to_owned(), of_item(item)?))).collect()
}

fn of_item(item: &Item) -> Option<toml::Value> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(of_value(value)),
        Item::Table(table) => Some(toml::Value::Table(of_table(table))),
        Item::ArrayOfTables(tables) => {
            Some(toml::Value::Array(tables.iter().map(|table| toml::Value::Table(of_table(table))).collect()))
        }
    }
}

/// The value without comments and notation.
pub(super) fn of_value(value: &Value) -> toml::Value {
    match value {
        Value::String(text) => toml::Value::String(text.value().clone()),
        Value::Integer(number) => toml::Value::Integer(*number.value()),
        Value::Float(number) => toml::Value::Float(*number.value()),
        Value::Boolean(flag) => toml::Value::Boolean(*flag.value()),
        Value::Datetime(date) => toml::Value::Datetime(*date.value()),
        Value::Array(items) => toml::Value::Array(items.iter().map(of_value).collect()),
        Value::InlineTable(table) => toml::Value::Table(of_table(table)),
    }
}
