//! The typed configuration as a value: checked, edited, written as TOML.

use super::blocks::ListChange;
use super::check;
use super::diagnostic::{Problem, Problems};
use super::edit::Edit;
use super::key::{KeyPath, Step, beyond};
use super::kind::BlockKind;
use super::legal::block_keys;
use super::sections::{Config, Data};
use crate::format;
use serde::Deserialize as _;
use toml::{Table, Value};

/// Maximum fraction of the images that is held out from training.
const MAX_HELD_OUT: f64 = 0.9;

impl Config {
    /// The TOML text of every key, defaults included.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Every section is a table of plain values, which TOML can always hold.
        toml::to_string(self).unwrap_or_default()
    }

    /// All keys with an illegal value; empty for a configuration that was read from a file.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let problems = check::check(check::schema(), &self.tree());
        if problems.is_empty() { self.contradictions() } else { problems }
    }

    /// Applies `edit`. On an error the configuration is unchanged.
    ///
    /// # Errors
    /// All keys that the edit would make illegal, or that do not exist.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), Problems> {
        self.apply_all(std::slice::from_ref(edit))
    }

    /// Applies `edits` in order. Only the result has to be legal, not each step.
    ///
    /// # Errors
    /// As [`Self::apply`]; the configuration is then unchanged.
    pub fn apply_all(&mut self, edits: &[Edit]) -> Result<(), Problems> {
        let mut tree = self.tree();
        for edit in edits {
            change(&mut tree, edit).map_err(|message| Problems(vec![Problem::of(edit.key(), message, None)]))?;
        }
        *self = Self::of_tree(tree)?;
        Ok(())
    }

    /// The configuration that `tree` describes.
    pub(super) fn of_tree(tree: Table) -> Result<Self, Problems> {
        // First, since keys of a later format would be reported as unknown.
        if let Some(found) = tree.get("format").and_then(Value::as_integer) {
            format::check("a configuration", u64::try_from(found).unwrap_or(0), format::CONFIG)
                .map_err(|later| Problems(vec![Problem::of(KeyPath::of("format"), later.to_string(), None)]))?;
        }
        let problems = check::check(check::schema(), &tree);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let config = Self::deserialize(tree)
            .map_err(|error| Problems(vec![Problem::of(KeyPath::default(), error.message().to_owned(), None)]))?;
        let problems = config.contradictions();
        if problems.is_empty() { Ok(config) } else { Err(Problems(problems)) }
    }

    fn tree(&self) -> Table {
        Table::try_from(self).unwrap_or_default()
    }

    /// Problems of keys that are legal alone but not together.
    fn contradictions(&self) -> Vec<Problem> {
        let Data { validation_split, test_split, .. } = self.data;
        let held_out = validation_split + test_split;
        if held_out <= MAX_HELD_OUT {
            return Vec::new();
        }
        let message = format!(
            "validation_split and test_split together hold out {held_out:.2} of the images; at most {MAX_HELD_OUT} leaves enough to learn from"
        );
        vec![Problem::of(KeyPath::of("data.test_split"), message, None)]
    }
}

fn change(tree: &mut Table, edit: &Edit) -> Result<(), String> {
    match edit {
        Edit::Set(key, value) => set(tree, key.steps(), value.to_tree()),
        Edit::Unset(key) => {
            unset(tree, key.steps());
            Ok(())
        }
        _ => {
            let blocks = tree.entry("blocks").or_insert_with(|| Value::Array(Vec::new()));
            let Value::Array(blocks) = blocks else { return Ok(()) };
            change_blocks(blocks, edit)
        }
    }
}

fn change_blocks(blocks: &mut Vec<Value>, edit: &Edit) -> Result<(), String> {
    if let Some(change) = ListChange::of(edit) {
        change.apply(blocks, block, Value::clone);
    }
    if let Edit::SetBlockKind(at, kind) = *edit {
        let count = blocks.len();
        let block = blocks.get_mut(at).and_then(Value::as_table_mut).ok_or_else(|| beyond(at, count))?;
        set_kind(block, kind);
    }
    Ok(())
}

fn block(kind: BlockKind, filters: u32) -> Value {
    let keys = [("type", Value::from(kind.word())), ("filters", Value::from(filters))];
    Value::Table(keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn set_kind(block: &mut Table, kind: BlockKind) {
    let known = block_keys(kind);
    block.retain(|key, _| known.contains(&key));
    block.insert("type".to_owned(), kind.word().into());
}

/// Sets the value at `steps`. A value above it that is not a table is replaced by one, which the check then
/// reports: only the document knows which of the keys above it are written in the file.
fn set(tree: &mut Table, steps: &[Step], value: Value) -> Result<(), String> {
    let Some((first, rest)) = steps.split_first() else { return Err("no key is given".into()) };
    let first = tree.entry(name(first)).or_insert_with(|| Value::Table(Table::new()));
    let place = rest.iter().try_fold(first, |here, step| match (step, here) {
        (Step::Index(index), Value::Array(items)) => {
            let count = items.len();
            items.get_mut(*index).ok_or_else(|| beyond(*index, count))
        }
        (step, here) => {
            if !here.is_table() {
                *here = Value::Table(Table::new());
            }
            let table = here.as_table_mut().ok_or("no table")?;
            Ok(table.entry(name(step)).or_insert_with(|| Value::Table(Table::new())))
        }
    })?;
    *place = value;
    Ok(())
}

fn unset(tree: &mut Table, steps: &[Step]) {
    let Some((Step::Key(last), above)) = steps.split_last() else { return };
    let Some((first, rest)) = above.split_first() else {
        tree.remove(last);
        return;
    };
    let table = rest.iter().try_fold(tree.get_mut(&name(first)), |here, step| {
        Some(match (step, here?) {
            (Step::Index(index), Value::Array(items)) => items.get_mut(*index),
            (Step::Key(key), Value::Table(table)) => table.get_mut(key),
            _ => None,
        })
    });
    if let Some(table) = table.flatten().and_then(Value::as_table_mut) {
        table.remove(last);
    }
}

fn name(step: &Step) -> String {
    match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
    }
}
