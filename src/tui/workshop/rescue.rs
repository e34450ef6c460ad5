//! Moving the files of a run whose folder vanished.

use crate::config::absolute;
use crate::text;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Moves the folder `from` to the new folder `to`, also to another file system, and returns its path; `~` is the home
/// folder.
///
/// # Errors
/// A message; `from` is then as it was.
pub fn relocate(from: &Path, to: &Path) -> Result<PathBuf, String> {
    let to = PathBuf::from(absolute(&to.to_string_lossy(), Path::new("")));
    let failed = |error: io::Error| format!("{} cannot be used: {error}", text::path(&to));
    to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    fs::create_dir(&to).map_err(failed)?;
    if let Err(error) = copy(from, &to) {
        // The copy is incomplete, and the original still there.
        let _ = fs::remove_dir_all(&to);
        return Err(failed(error));
    }
    // A copy that remains in the folder of temporary files does no harm.
    let _ = fs::remove_dir_all(from);
    Ok(to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_moved_whole_to_a_new_one_only() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("run/checkpoints")).unwrap();
        fs::write(at("run/checkpoints/last"), "weights").unwrap();
        fs::create_dir(at("taken")).unwrap();
        fs::write(at("file"), "").unwrap();
        for refused in ["taken", "file", "file/run"] {
            let error = relocate(&at("run"), &at(refused)).unwrap_err();
            assert!(error.contains("cannot be used"), "{error}");
            assert!(at("run/checkpoints/last").exists(), "{refused}");
        }
        assert_eq!(relocate(&at("run"), &at("new/run")), Ok(at("new/run")));
        assert_eq!(fs::read_to_string(at("new/run/checkpoints/last")).unwrap(), "weights");
        assert!(!at("run").exists());
    }
}
