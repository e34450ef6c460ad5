//! Data sets with numbered classes, and the files with their names.

use std::path::Path;

use crate::config::MAX_CLASSES;
use crate::data::error::DataError;
use crate::files::read_limited;

/// Classes with consecutive numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberedClasses {
    pub names: Vec<String>,
    /// The number of the first class, 0 or 1.
    pub first: u64,
}

impl NumberedClasses {
    /// The classes of training images with these labels, named by `given` or by their numbers. Numbers begin at 1 if
    /// no label is 0 and as many names are given, or none.
    ///
    /// # Errors
    /// If there are fewer than two classes, or too many, in the data set `source`.
    pub fn of(labels: impl Iterator<Item = u64>, given: Option<Vec<String>>, source: &Path) -> Result<Self, DataError> {
        let (mut least, mut largest) = (u64::MAX, 0);
        for label in labels {
            (least, largest) = (least.min(label), largest.max(label));
        }
        let from_1 = least == 1 && largest > 1;
        let first = u64::from(from_1 && given.as_ref().is_none_or(|names| names.len() as u64 == largest));
        let names = match given {
            Some(names) => names,
            None if largest - first >= u64::from(MAX_CLASSES) => {
                let count = usize::try_from(largest - first).unwrap_or(usize::MAX).saturating_add(1);
                return Err(DataError::TooManyClasses { path: source.to_owned(), count });
            }
            None => (first..=largest).map(|label| label.to_string()).collect(),
        };
        Ok(Self { names: checked(names, source)?, first })
    }

    /// The class of `label`, if it is in range.
    pub fn class(&self, label: u64) -> Option<u16> {
        let class = label.checked_sub(self.first)?;
        u16::try_from(class).ok().filter(|&class| usize::from(class) < self.names.len())
    }
}

/// The names in `labels.txt` of `folder`, one per line, if the file exists.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn given(folder: &Path) -> Result<Option<Vec<String>>, DataError> {
    listed(&folder.join("labels.txt"))
}

/// The non-empty lines of the file `path`, if it exists.
pub(crate) fn listed(path: &Path) -> Result<Option<Vec<String>>, DataError> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = read_limited(path, 1 << 20)?;
    let names = String::from_utf8_lossy(&text).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    Ok(Some(names.into_iter().filter(|name| !name.is_empty()).collect()))
}

/// Checks that the number of `names` is between 2 and the maximum.
pub(crate) fn checked(names: Vec<String>, source: &Path) -> Result<Vec<String>, DataError> {
    let path = source.to_owned();
    match names.len() {
        0 | 1 => Err(DataError::OneClass { path, class: names.into_iter().next().unwrap_or_default() }),
        count if count > MAX_CLASSES as usize => Err(DataError::TooManyClasses { path, count }),
        _ => Ok(names),
    }
}
