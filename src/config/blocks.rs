//! Changes of the list of blocks: of the typed configuration, and of a document in either notation, an array of
//! tables (`[[blocks]]`) or an inline array (`blocks = [...]`).

use super::edit::Edit;
use super::kind::BlockKind;
use toml_edit::{Array, ArrayOfTables, Item, Table, Value};

/// A change of the list. Indices beyond its end change nothing.
#[derive(Debug, Clone, Copy)]
pub enum ListChange {
    /// Inserts a block of this kind with these output channels before index `.0`, or at the end.
    Insert(usize, BlockKind, u32),
    /// Removes a block.
    Remove(usize),
    /// Moves block `.0` to index `.1`.
    Move(usize, usize),
    /// Inserts a copy of a block after it.
    Duplicate(usize),
}

impl ListChange {
    /// The change of the list that `edit` is, if it is one.
    pub const fn of(edit: &Edit) -> Option<Self> {
        match *edit {
            Edit::AddBlock { at, kind, filters } => Some(Self::Insert(at, kind, filters)),
            Edit::RemoveBlock(at) => Some(Self::Remove(at)),
            Edit::MoveBlock { from, to } => Some(Self::Move(from, to)),
            Edit::DuplicateBlock(at) => Some(Self::Duplicate(at)),
            Edit::Set(..) | Edit::Unset(_) | Edit::SetBlockKind(..) => None,
        }
    }

    /// Applies it to `list`; `new` makes an element, `copy` a copy of one.
    pub fn apply<T>(self, list: &mut Vec<T>, new: impl Fn(BlockKind, u32) -> T, copy: impl Fn(&T) -> T) {
        let count = list.len();
        match self {
            Self::Insert(at, kind, filters) => list.insert(at.min(count), new(kind, filters)),
            Self::Remove(at) if at < count => drop(list.remove(at)),
            Self::Move(from, to) if from < count && to < count => {
                let block = list.remove(from);
                list.insert(to, block);
            }
            Self::Duplicate(at) if at < count => list.insert(at + 1, copy(&list[at])),
            Self::Remove(_) | Self::Move(..) | Self::Duplicate(_) => {}
        }
    }
}

/// A new block with default values.
fn block(kind: BlockKind, filters: u32) -> Table {
    let mut block = Table::new();
    block.insert("type", toml_edit::value(kind.word()));
    block.insert("filters", toml_edit::value(i64::from(filters)));
    block
}

/// Changes the array of tables `tables`. `fallback` is the position of the list in the document if it is empty.
pub fn change_tables(tables: ArrayOfTables, fallback: Option<isize>, change: ListChange) -> ArrayOfTables {
    let mut blocks: Vec<Table> = tables.into_iter().collect();
    // Tables are written by position. All blocks have that of the first one.
    let position = blocks.iter().filter_map(Table::position).min().or(fallback);
    let above = |mut block: Table| {
        // The comment above a block describes that block, not its copy.
        block.decor_mut().set_prefix("\n");
        block
    };
    change.apply(&mut blocks, |kind, filters| above(block(kind, filters)), |block| above(block.clone()));
    let mut tables = ArrayOfTables::new();
    for mut block in blocks {
        place(&mut block, position);
        tables.push(block);
    }
    tables
}

/// Sets the position of a table and of its sub-tables, so that they are written together.
fn place(table: &mut Table, position: Option<isize>) {
    table.set_position(position);
    for (_, item) in table.iter_mut() {
        if let Item::Table(below) = item {
            place(below, position);
        }
    }
}

/// An element of an inline array and the comments that belong to it.
struct Element {
    /// White space and comments on the lines before it.
    above: String,
    value: Value,
    /// The rest of its line, after the comma.
    after: String,
}

/// Changes the inline `array`. Comments move with the element before which they are, or on whose line.
pub fn change_array(array: &mut Array, change: ListChange) {
    // A prefix begins with the rest of the line of the element before.
    let split = |text: &str| {
        let (rest, lines) = text.split_at(text.find('\n').unwrap_or(text.len()));
        (rest.to_owned(), lines.to_owned())
    };
    let trailing = split(array.trailing().as_str().unwrap_or_default());
    let (mut first, mut list) = (String::new(), Vec::<Element>::new());
    let values: Vec<Value> = array.iter().cloned().collect();
    array.clear();
    for mut value in values {
        let (rest, above) = split(value.decor().prefix().and_then(|text| text.as_str()).unwrap_or_default());
        list.last_mut().map_or(&mut first, |before| &mut before.after).push_str(&rest);
        value.decor_mut().set_prefix("");
        list.push(Element { above, value, after: String::new() });
    }
    list.last_mut().map_or(&mut first, |last| &mut last.after).push_str(&trailing.0);
    let indent = match list.first() {
        Some(element) if element.above.is_empty() => " ".to_owned(),
        Some(element) => "\n".to_owned() + element.above.rsplit('\n').next().unwrap_or_default(),
        None => "\n    ".to_owned(),
    };
    let element = |value| Element { above: indent.clone(), value, after: String::new() };
    let new = |kind, filters| element(Value::InlineTable(block(kind, filters).into_inline_table()));
    change.apply(&mut list, new, |old| element(old.value.clone()));
    for Element { above, mut value, after } in list {
        value.decor_mut().set_prefix(std::mem::replace(&mut first, after) + &above);
        array.push_formatted(value);
    }
    let end = if trailing.1.is_empty() && indent.starts_with('\n') { "\n" } else { &trailing.1 };
    array.set_trailing(first + end);
    array.set_trailing_comma(indent.starts_with('\n'));
}
