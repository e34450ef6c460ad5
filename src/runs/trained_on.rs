//! Content hashes of the training images of a run, so that none of them is used for validation or test later.

use super::{Run, RunError};
use crate::data::{ContentHash, Images};
use crate::files::read_limited;
use std::collections::HashSet;
use std::fmt::Write as _;

/// Some four million images.
const MAX_BYTES: u64 = 256 << 20;

/// Hashes of the training images of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingImageHashes(HashSet<ContentHash>);

impl TrainingImageHashes {
    /// The hashes of `images`.
    #[must_use]
    pub fn of(images: &Images) -> Self {
        Self(images.contents.iter().copied().collect())
    }

    /// Writes the hashes to `run`: SHA-256 of each decoded image, in hexadecimal, one per line, sorted.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, run: &Run) -> Result<(), RunError> {
        let mut hashes: Vec<&ContentHash> = self.0.iter().collect();
        hashes.sort_unstable();
        let mut text = String::with_capacity(hashes.len() * 65);
        for hash in hashes {
            for byte in hash {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        run.write(Run::TRAINING_IMAGES, &text)
    }

    /// Reads the hashes of `run`; `None` if the file does not exist, as in runs of older versions.
    ///
    /// # Errors
    /// If the file cannot be read. Lines without a hash are skipped.
    pub fn read(run: &Run) -> Result<Option<Self>, RunError> {
        let path = run.file(Run::TRAINING_IMAGES);
        if !path.exists() {
            return Ok(None);
        }
        let text = read_limited(&path, MAX_BYTES)?;
        Ok(Some(Self(text.split(|&byte| byte == b'\n').filter_map(parse).collect())))
    }

    /// Indices of `images` that are not among the training images.
    #[must_use]
    pub fn others(&self, images: &Images) -> Vec<usize> {
        let is_other = |&place: &usize| images.contents.get(place).is_none_or(|hash| !self.0.contains(hash));
        (0..images.len()).filter(is_other).collect()
    }
}

fn parse(line: &[u8]) -> Option<ContentHash> {
    let line = line.trim_ascii();
    if line.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, digits) in hash.iter_mut().zip(line.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(contents: &[u8]) -> Images {
        let labels = vec![0; contents.len()];
        Images { labels, contents: contents.iter().map(|&byte| [byte; 32]).collect(), ..Images::default() }
    }

    #[test]
    fn what_a_run_was_trained_on_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create_at(&folder.path().join("run"), false).unwrap();
        assert_eq!(TrainingImageHashes::read(&run).unwrap(), None);
        let trained = TrainingImageHashes::of(&images(&[9, 1, 0xab, 9]));
        trained.write(&run).unwrap();
        let text = std::fs::read_to_string(run.file(Run::TRAINING_IMAGES)).unwrap();
        assert_eq!(text, format!("{}\n{}\n{}\n", "01".repeat(32), "09".repeat(32), "ab".repeat(32)));
        let read = TrainingImageHashes::read(&run).unwrap().unwrap();
        assert_eq!(read, trained);
        assert_eq!(read.others(&images(&[1, 2, 9, 3])), [1, 3]);
        assert_eq!(read.others(&Images { contents: Vec::new(), ..images(&[1, 2]) }), [0, 1], "not known");
    }

    #[test]
    fn a_damaged_file_loses_its_damaged_lines_alone() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::create_at(&folder.path().join("run"), false).unwrap();
        let bytes = [b"\xff\xfe\n".as_slice(), "07".repeat(32).as_bytes(), b"\n", "zz".repeat(32).as_bytes()].concat();
        std::fs::write(run.file(Run::TRAINING_IMAGES), bytes).unwrap();
        assert_eq!(TrainingImageHashes::read(&run).unwrap().unwrap(), TrainingImageHashes::of(&images(&[7])));
    }
}
