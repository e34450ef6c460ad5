//! The values of all keys as text.

use super::key::{KeyPath, Step};
use super::sections::Config;
use toml::{Table, Value};

/// The values of all keys of a configuration, defaults included.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(Table);

impl Values {
    /// The values of `config`.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self(Table::try_from(config).unwrap_or_default())
    }

    /// The value of `key` in TOML notation, strings without quotes; `None` if it is absent.
    #[must_use]
    pub fn get(&self, key: &KeyPath) -> Option<String> {
        let (first, rest) = key.steps().split_first()?;
        let Step::Key(first) = first else { return None };
        let value = rest.iter().try_fold(self.0.get(first)?, |value, step| match step {
            Step::Key(name) => value.get(name),
            Step::Index(index) => value.get(index),
        })?;
        match value {
            Value::String(text) => Some(text.clone()),
            // As the typed configuration is shown elsewhere: 1, not 1.0.
            Value::Float(number) => Some(number.to_string()),
            Value::Table(_) => None,
            other => Some(other.to_string()),
        }
    }

    /// The number of blocks.
    #[must_use]
    pub fn block_count(&self) -> usize {
        self.0.get("blocks").and_then(Value::as_array).map_or(0, Vec::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, keys};

    #[test]
    fn every_key_outside_of_blocks_has_a_value() {
        let values = Values::of(&Config::default());
        for key in keys().iter().filter(|key| key.kind.is_none() && key.path != KeyPath::of("format")) {
            let value = values.get(&key.path);
            let default = key.info.default.as_deref().map(|text| text.trim_end_matches(".0"));
            assert_eq!(value.as_deref(), default, "{}", key.path);
        }
        assert_eq!(values.get(&KeyPath::of("train")), None);
        assert_eq!(values.get(&KeyPath::of("blocks.3.filters")), None);
    }
}
