//! IDX files, the format of MNIST: a header of big-endian counts, then bytes; plain or compressed with gzip.
//!
//! The counts of a header are checked against the size of the file. Memory grows with the bytes that are read, not
//! with the declared size, and a gzip stream is read no further than declared.

mod find;
mod stream;

use std::fs;
use std::path::{Path, PathBuf};

use super::found::SourceContents;
use super::numbered::{self, NumberedClasses};
use super::raw_split::RawSplit;
use crate::data::error::DataError;
use crate::files::read_limited;

pub(crate) use find::in_folder;
pub(crate) use stream::read_part;
use stream::{IMAGES, header, open, read_labels, shown};

/// The classes of Fashion-MNIST.
pub(crate) const FASHION: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// An images file and its labels file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FilePair {
    images: PathBuf,
    labels: PathBuf,
}

/// The IDX files of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdxFiles {
    train: FilePair,
    validation: Option<FilePair>,
    test: Option<FilePair>,
    folder: PathBuf,
    /// Common prefix of the file names.
    set: String,
}

/// The images file `images` with its labels.
pub(crate) fn single(images: &Path) -> Result<IdxFiles, DataError> {
    let folder = images.parent().unwrap_or(Path::new("")).to_owned();
    // Report a file of another format before missing labels.
    header(&mut open(images)?, &shown(images), IMAGES)?;
    match find::beside(images)? {
        Some(files) => Ok(files),
        None => {
            Ok(IdxFiles { train: find::pair_of(images)?, validation: None, test: None, folder, set: String::new() })
        }
    }
}

impl IdxFiles {
    /// Class names: from `labels.txt` next to the files, the mapping of EMNIST, those known for the name of the
    /// folder, or numbers from 0 or 1 to the largest training label.
    ///
    /// # Errors
    /// If a file cannot be read or names fewer than two classes.
    pub fn class_names(&self) -> Result<Vec<String>, DataError> {
        match self.given_names()? {
            Some(names) => numbered::checked(names, &self.folder),
            None => self.classes().map(|classes| classes.names),
        }
    }

    fn classes(&self) -> Result<NumberedClasses, DataError> {
        let labels = read_labels(open(&self.train.labels)?, &shown(&self.train.labels))?;
        let mut given = self.given_names()?;
        let all_letters = labels.iter().max() == Some(&26) && !labels.contains(&0);
        if given.is_none() && self.is_emnist() && self.set.contains("letters") && all_letters {
            given = Some((b'A'..=b'Z').map(|letter| char::from(letter).to_string()).collect());
        }
        NumberedClasses::of(labels.iter().map(|&label| u64::from(label)), given, &self.folder)
    }

    fn is_emnist(&self) -> bool {
        self.set.starts_with("emnist")
    }

    fn given_names(&self) -> Result<Option<Vec<String>>, DataError> {
        if let Some(names) = numbered::given(&self.folder)? {
            return Ok(Some(names));
        }
        let mapping = self.folder.join(format!("{}mapping.txt", self.set));
        if self.is_emnist() && mapping.is_file() {
            return Ok(mapped(&read_limited(&mapping, 1 << 20)?));
        }
        let real = fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let known = real.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("fashion"));
        Ok(known.then(|| FASHION.map(str::to_owned).to_vec()))
    }

    /// Reads all images and labels.
    ///
    /// # Errors
    /// If a file cannot be read, is damaged, or disagrees with another.
    pub fn read(&self) -> Result<SourceContents, DataError> {
        let NumberedClasses { names: labels, first } = self.classes()?;
        let first = u8::try_from(first).unwrap_or_default();
        let part = |pair: &FilePair, what: &str| -> Result<RawSplit, DataError> {
            let (images, bytes) = (shown(&pair.images), shown(&pair.labels));
            let mut part =
                read_part((open(&pair.images)?, &images), (open(&pair.labels)?, &bytes), labels.len(), first, what)?;
            if self.is_emnist() {
                part.transpose();
            }
            Ok(part)
        };
        let other = |pair: &Option<FilePair>, what| pair.as_ref().map(|pair| part(pair, what)).transpose();
        let (train, validation) = (part(&self.train, "train")?, other(&self.validation, "validation")?);
        Ok(SourceContents { validation, test: other(&self.test, "test")?, ..SourceContents::of(labels, train) })
    }
}

/// The class names in a mapping of EMNIST: each line has a label and the codes of its characters.
fn mapped(text: &[u8]) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(text);
    let name = |line: &str| {
        let code = line.split_whitespace().nth(1)?.parse().ok()?;
        char::from_u32(code).map(String::from)
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(name).collect()
}
