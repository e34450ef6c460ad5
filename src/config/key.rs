//! Paths of keys in a configuration: `blocks.2.squeeze_excite.ratio`.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// Where a value stands in a configuration, in the file's own terms: blocks count from 0 as they
/// are written, not as `repeat` expands them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPath(Vec<Step>);

impl KeyPath {
    /// Reads a dotted path; a part that is a number is an index, as is one in brackets:
    /// `blocks.2.filters`, `blocks[2].filters`.
    ///
    /// # Errors
    /// Where a part is empty, or a bracket does not hold an index.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is no key; write it like train.epochs or blocks.2.filters", text.escape_debug());
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

    /// The path of these steps.
    pub(super) fn of_steps(steps: &[Step]) -> Self {
        Self(steps.to_vec())
    }

    /// A path of keys and indices known to the program.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// This path and a key below it.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// This path and a dotted path of keys below it.
    #[must_use]
    pub fn key_of(&self, keys: &str) -> Self {
        keys.split('.').fold(self.clone(), |path, key| path.key(key))
    }

    /// This path and an index below it.
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

    /// Whether `self` is `other` or lies below it.
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

/// The message for an index that a list of `count` elements does not have.
pub(super) fn beyond(index: usize, count: usize) -> String {
    match count {
        0 => format!("there is no number {index}: the list is empty"),
        _ => format!("there is no number {index}: they are 0 to {}", count - 1),
    }
}
