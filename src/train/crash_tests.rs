//! Checkpoints after crashes and disk failures.

use super::trainer_tests::{essence, finished, job, resumed};
use super::*;
use crate::files::{Disk, RealDisk};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A file operation that may or may not be completed at a crash.
#[derive(Debug, Clone)]
enum Change {
    Create(PathBuf, Vec<u8>),
    Sync,
    Rename(PathBuf, PathBuf),
}

/// A disk that records its operations.
#[derive(Default)]
struct Recorded(Mutex<Vec<Change>>);

impl Disk for Recorded {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().push(Change::Create(path.to_owned(), bytes.to_vec()));
        RealDisk.create(path, bytes)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(Change::Sync);
        RealDisk.sync(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(Change::Rename(from.to_owned(), to.to_owned()));
        RealDisk.rename(from, to)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealDisk.append(path, bytes)
    }
}

/// Applies the first `count` of `changes` in `folder`. A file that was not synced before the crash keeps only
/// `kept` of its bytes, also if it was renamed.
fn replay(changes: &[Change], count: usize, folder: &Path, kept: f64) {
    let here = |path: &Path| folder.join(path.file_name().unwrap());
    let mut unsynced: Option<PathBuf> = None;
    for change in &changes[..count] {
        match change {
            Change::Create(path, bytes) => {
                std::fs::write(here(path), bytes).unwrap();
                unsynced = Some(here(path));
            }
            Change::Sync => unsynced = None,
            Change::Rename(from, to) => {
                std::fs::rename(here(from), here(to)).unwrap();
                if unsynced.as_deref() == Some(&here(from)) {
                    unsynced = Some(here(to));
                }
            }
        }
    }
    if let Some(path) = unsynced {
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..(bytes.len() as f64 * kept) as usize]).unwrap();
    }
}

#[test]
fn a_crash_after_any_file_operation_of_a_checkpoint_resumes_to_the_same_bytes() {
    let whole = finished(&[], 1);
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Recorded::default());
    let mut recorded = job(folder.path(), &[], 1);
    recorded.disk = disk.clone();
    train(recorded, &Control::default(), &mut Unobserved).unwrap();
    let changes = disk.0.lock().unwrap().clone();
    assert!(changes.len() >= 3 * 4, "{}", changes.len());
    for count in 0..=changes.len() {
        for kept in [0.0, 0.5] {
            let after = tempfile::tempdir().unwrap();
            replay(&changes, count, after.path(), kept);
            train(resumed(job(after.path(), &[], 1)), &Control::default(), &mut Unobserved).unwrap();
            assert_eq!(essence(after.path()), whole, "after {count} of {} operations", changes.len());
        }
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error_and_the_old_one_stays() {
    struct Full;
    impl Disk for Full {
        fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            RealDisk.create(path, &bytes[..bytes.len() / 2])?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn sync(&self, path: &Path) -> io::Result<()> {
            RealDisk.sync(path)
        }
        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            RealDisk.rename(from, to)
        }
        fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            RealDisk.append(path, bytes)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    train(job(folder.path(), &["train.epochs=1"], 1), &Control::default(), &mut Unobserved).unwrap();
    let before = std::fs::read(folder.path().join(LAST)).unwrap();
    let mut full = resumed(job(folder.path(), &[], 1));
    full.disk = Arc::new(Full);
    let error = train(full, &Control::default(), &mut Unobserved).unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("safetensors"), "{error}");
    assert_eq!(std::fs::read(folder.path().join(LAST)).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
}
