//! Edits of a configuration as values: the same edit applies to the typed configuration and to the
//! document with its comments.

use super::key::KeyPath;
use super::kind::BlockKind;
use super::tree::of_value;
use std::fmt;

/// One change of a configuration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Edit {
    /// Sets a key. Creates missing tables.
    Set(KeyPath, Value),
    /// Removes a key, so that its default applies. Does nothing if the key is absent.
    Unset(KeyPath),
    /// Inserts a block with default values.
    AddBlock {
        /// Index of the block before which it is inserted; at the end if there is no such block.
        at: usize,
        /// Its kind.
        kind: BlockKind,
        /// Its output channels.
        filters: u32,
    },
    /// Removes a block.
    RemoveBlock(usize),
    /// Moves block `from` to the position of block `to`.
    MoveBlock {
        /// Index of the block.
        from: usize,
        /// Its index afterwards.
        to: usize,
    },
    /// Inserts a copy of a block after it.
    DuplicateBlock(usize),
    /// Changes the kind of a block. Removes the keys that the new kind does not have.
    SetBlockKind(usize, BlockKind),
}

impl Edit {
    /// Sets `key`, a dotted path such as `blocks.2.filters`.
    #[must_use]
    pub fn set(key: &str, value: impl Into<Value>) -> Self {
        Self::Set(KeyPath::of(key), value.into())
    }

    /// Parses `KEY=VALUE`, such as `train.epochs=5`. A value that is not TOML is a string, so that words need no
    /// quotes.
    ///
    /// # Errors
    /// The argument has no `=`, or its key is not a path.
    pub fn parse(argument: &str) -> Result<Self, String> {
        let (key, value) = argument
            .split_once('=')
            .ok_or("an override has the form KEY=VALUE, such as train.epochs=5 or blocks.2.filters=8")?;
        Ok(Self::Set(KeyPath::parse(key)?, Value::parse(value.trim())))
    }

    /// The changed key; `blocks` for an edit of the list of blocks.
    #[must_use]
    pub fn key(&self) -> KeyPath {
        match self {
            Self::Set(key, _) | Self::Unset(key) => key.clone(),
            Self::SetBlockKind(at, _) => KeyPath::of("blocks").index(*at).key("type"),
            _ => KeyPath::of("blocks"),
        }
    }
}

/// `KEY=VALUE` for an edit that sets a key, otherwise a short description.
impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(key, value) => write!(f, "{key}={value}"),
            Self::Unset(key) => write!(f, "remove {key}"),
            Self::AddBlock { at, kind, filters } => {
                write!(f, "add a {} block with {filters} filters before block {at}", kind.word())
            }
            Self::RemoveBlock(at) => write!(f, "remove block {at}"),
            Self::MoveBlock { from, to } => write!(f, "move block {from} to {to}"),
            Self::DuplicateBlock(at) => write!(f, "duplicate block {at}"),
            Self::SetBlockKind(at, kind) => write!(f, "change block {at} to a {} block", kind.word()),
        }
    }
}

/// A value of a key, with its notation in the file.
#[derive(Debug, Clone)]
pub struct Value(toml_edit::Value);

impl Value {
    /// Parses a TOML value; anything else is a string.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.trim().parse().unwrap_or_else(|_| text.trim().into()))
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// The value in its notation.
    pub(super) fn to_document(&self) -> toml_edit::Value {
        self.0.clone()
    }

    /// The value without its notation.
    pub(super) fn to_tree(&self) -> toml::Value {
        of_value(&self.0)
    }
}

macro_rules! values {
    ($($kind:ty),+) => {
        $(impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self(value.into())
            }
        })+
    };
}
values!(bool, i64, f64, &str, &String, String);

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        i64::from(value).into()
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        i64::from(value).into()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.to_tree() == other.to_tree()
    }
}

/// The value in TOML. Strings have no quotes if [`Value::parse`] reads them back without.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(word) if Self::parse(word).as_str() == Some(word) => f.write_str(word),
            _ => f.write_str(self.0.to_string().trim()),
        }
    }
}
