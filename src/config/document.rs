//! An editable TOML document that keeps comments, order and spacing.

use super::blocks::{ListChange, change_array, change_tables};
use super::edit::Edit;
use super::key::{KeyPath, Step, beyond};
use super::kind::BlockKind;
use super::legal::block_keys;
use super::tree::of_table;
use std::fmt;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// An editable configuration document.
#[derive(Debug, Clone)]
pub struct Document(DocumentMut);

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Document {
    /// Parses `text`.
    ///
    /// # Errors
    /// The first syntax error.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|error| error.message().to_owned())
    }

    /// As [`Self::parse`], with the position of the error.
    pub(super) fn read(text: &str) -> Result<Self, toml_edit::TomlError> {
        text.parse().map(Self)
    }

    /// The values without comments.
    pub(super) fn tree(&self) -> toml::Table {
        of_table(self.0.as_table())
    }

    /// Applies `edit`, keeping comments, order and spacing of everything else.
    ///
    /// # Errors
    /// A path through a value that is not a table, or an index beyond the end of a list. The document is then
    /// unchanged.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), String> {
        if let Some(change) = ListChange::of(edit) {
            self.change_blocks(change);
            return Ok(());
        }
        match edit {
            Edit::Set(key, value) => {
                // Tables above the key are created on the way to an error.
                let mut changed = self.clone();
                changed.set(key, value.to_document())?;
                *self = changed;
            }
            Edit::Unset(key) => self.remove(key),
            Edit::SetBlockKind(at, kind) => self.set_block_kind(*at, *kind)?,
            Edit::AddBlock { .. } | Edit::RemoveBlock(_) | Edit::MoveBlock { .. } | Edit::DuplicateBlock(_) => {}
        }
        Ok(())
    }

    /// Sets the value of `key`. Creates missing tables.
    pub(super) fn set(&mut self, key: &KeyPath, value: Value) -> Result<(), String> {
        let Some((last, parents)) = key.steps().split_last() else {
            return Err("no key is given".into());
        };
        match (descend(self.0.as_item_mut(), parents)?, last) {
            (Place::Table(table), Step::Key(name)) => {
                replace(table, name, value);
                Ok(())
            }
            (Place::Table(table), Step::Index(index)) => {
                let name = index.to_string();
                replace(table, &name, value);
                Ok(())
            }
            (Place::Array(array), Step::Index(index)) => {
                let length = array.len();
                let old = array.get_mut(*index).ok_or_else(|| beyond(*index, length))?;
                let decor = old.decor().clone();
                *old = value;
                *old.decor_mut() = decor;
                Ok(())
            }
            (Place::Tables(tables), Step::Index(index)) => {
                let length = tables.len();
                let old = tables.get_mut(*index).ok_or_else(|| beyond(*index, length))?;
                let Value::InlineTable(table) = value else { return Err(format!("{key} is a table")) };
                let mut new = table.into_table();
                *new.decor_mut() = old.decor().clone();
                new.set_position(old.position());
                *old = new;
                Ok(())
            }
            (_, step) => Err(format!("{} has no key {}", show(parents), show(std::slice::from_ref(step)))),
        }
    }

    /// Removes `key`, so that its default applies. Does nothing if it is absent.
    pub(super) fn remove(&mut self, key: &KeyPath) {
        if let Some((Step::Key(name), parents)) = key.steps().split_last()
            && self.get(&KeyPath::of_steps(parents)).is_some_and(Item::is_table_like)
            && let Ok(Place::Table(table)) = descend(self.0.as_item_mut(), parents)
        {
            table.remove(name);
        }
    }

    /// The item at `key`.
    #[must_use]
    fn get(&self, key: &KeyPath) -> Option<&Item> {
        key.steps().iter().try_fold(self.0.as_item(), |item, step| match step {
            Step::Key(name) => item.get(name),
            Step::Index(index) => item.get(index),
        })
    }

    /// Changes the kind of block `at`. Removes the keys that the new kind does not have.
    pub(super) fn set_block_kind(&mut self, at: usize, kind: BlockKind) -> Result<(), String> {
        let block = KeyPath::of("blocks").index(at);
        self.set(&block.key("type"), kind.word().into())?;
        let known = block_keys(kind);
        let table = self.get(&block).and_then(Item::as_table_like);
        let foreign: Vec<String> = table.into_iter().flat_map(TableLike::iter).map(|(key, _)| key.to_owned()).collect();
        for key in foreign.iter().filter(|key| !known.contains(&key.as_str())) {
            self.remove(&block.key(key));
        }
        Ok(())
    }

    /// Changes the list of blocks and keeps its notation: an inline array or an array of tables.
    fn change_blocks(&mut self, change: ListChange) {
        // A new list follows the stem.
        let section = self.0.get("stem").or_else(|| self.0.get("model")).and_then(Item::as_table);
        let position = section.and_then(Table::position);
        match self.0.entry("blocks").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new())) {
            Item::Value(Value::Array(array)) => change_array(array, change),
            Item::ArrayOfTables(tables) => *tables = change_tables(std::mem::take(tables), position, change),
            // Not a list: the check reports it.
            _ => {}
        }
    }
}

enum Place<'a> {
    Table(&'a mut dyn TableLike),
    Array(&'a mut toml_edit::Array),
    Tables(&'a mut ArrayOfTables),
}

/// The table at `steps`. Creates missing tables: `[section]` at the top level, `{ }` below.
fn descend<'a>(root: &'a mut Item, steps: &[Step]) -> Result<Place<'a>, String> {
    let mut item = root;
    for (depth, step) in steps.iter().enumerate() {
        let here = show(&steps[..=depth]);
        item = match step {
            Step::Key(name) => {
                let table =
                    item.as_table_like_mut().ok_or_else(|| format!("{here}: the value above it is not a table"))?;
                table.entry(name).or_insert_with(|| match depth {
                    0 => toml_edit::table(),
                    _ => toml_edit::value(InlineTable::new()),
                })
            }
            Step::Index(index) => {
                let length = match &*item {
                    Item::ArrayOfTables(tables) => tables.len(),
                    Item::Value(Value::Array(array)) => array.len(),
                    _ => 0,
                };
                if *index >= length {
                    return Err(beyond(*index, length));
                }
                item.get_mut(index).ok_or_else(|| beyond(*index, length))?
            }
        };
    }
    match item {
        Item::Value(Value::Array(array)) => Ok(Place::Array(array)),
        Item::ArrayOfTables(tables) => Ok(Place::Tables(tables)),
        other => match other.as_table_like_mut() {
            Some(table) => Ok(Place::Table(table)),
            None => Err(format!("{} is not a table", show(steps))),
        },
    }
}

fn replace(table: &mut dyn TableLike, name: &str, value: Value) {
    match table.get_mut(name) {
        Some(Item::Value(old)) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        _ => {
            table.insert(name, Item::Value(value));
        }
    }
}

fn show(steps: &[Step]) -> String {
    KeyPath::of_steps(steps).to_string()
}
