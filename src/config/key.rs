//! Key paths in a configuration: `blocks.2.squeeze_excite.ratio`.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// Index of an array element, from 0.
    Index(usize),
}

/// Path of a value in a configuration. Blocks are numbered from 0 as they are written in the file, without
/// expansion of `repeat`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPath(Vec<Step>);

impl KeyPath {
    /// Parses a dotted path. Numbers and brackets are indices: `blocks.2.filters`, `blocks[2].filters`.
    ///
    /// # Errors
    /// An empty part, or brackets without an index.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{}` is not a key; write keys like train.epochs or blocks.2.filters", text.escape_debug());
        let mut steps = Vec::new();
        for part in text.split('.').map(str::trim) {
            let (name, indices) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
            if name.is_empty() {
                return Err(wrong());
            }
            steps.push(name.parse().map_or_else(|_| Step::Key(name.to_owned()), Step::Index));
            if let Some(indices) = indices {
                let indices = indices.strip_suffix(']').ok_or_else(wrong)?;
                for index in indices.split("][") {
                    steps.push(Step::Index(index.trim().parse().map_err(|_| wrong())?));
                }
            }
        }
        Ok(Self(steps))
    }

    /// A path of these steps.
    pub(super) fn of_steps(steps: &[Step]) -> Self {
        Self(steps.to_vec())
    }

    /// A path of known keys and indices.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// This path, extended by a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// This path, extended by a dotted path of keys.
    #[must_use]
    pub fn key_of(&self, keys: &str) -> Self {
        keys.split('.').fold(self.clone(), |path, key| path.key(key))
    }

    /// This path, extended by an index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps, outermost first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether `self` equals `other` or begins with it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Key(key) => write!(f, "{}", key.escape_debug())?,
                Step::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

/// Error message for an index beyond the end of a list of `count` elements.
pub(super) fn beyond(index: usize, count: usize) -> String {
    match count {
        0 => format!("index {index} is out of range: the list is empty"),
        _ => format!("index {index} is out of range: use 0 to {}", count - 1),
    }
}
