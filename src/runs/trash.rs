//! Discarding run folders, and bringing them back.

use super::{Run, RunError};
use crate::files::{FileError, make_folder};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

impl Run {
    /// Moves a run folder into the folder [`TRASH`](Self::TRASH) beside it, and returns its new path.
    ///
    /// # Errors
    /// If `path` is a symbolic link, not a run folder or locked; if it cannot be moved.
    pub fn discard(path: &Path) -> Result<PathBuf, RunError> {
        let not_a_run = |why: &str| RunError::NotARun { path: path.to_owned(), why: why.to_owned() };
        // `link/` and `link/.` mean the target of the link; without the suffix, the link itself.
        let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
        let Some(name) = plain.file_name().map(std::ffi::OsStr::to_owned) else {
            return Err(not_a_run("pass the name of the folder itself"));
        };
        let about = fs::symlink_metadata(&plain).map_err(FileError::of("delete", path))?;
        if !about.is_dir() {
            return Err(not_a_run("it is a symbolic link, which is never followed for deletion"));
        }
        let run = Self { path: plain };
        run.info()?;
        let lock = run.lock()?;
        let trash = run.path.with_file_name(Self::TRASH);
        make_folder(&trash)?;
        let with_number = |number: u32| {
            let mut name = name.clone();
            if number > 1 {
                name.push(format!("-{number}"));
            }
            trash.join(name)
        };
        let mut number = 1;
        while fs::symlink_metadata(with_number(number)).is_ok() {
            number += 1;
        }
        let target = with_number(number);
        fs::rename(&run.path, &target).map_err(FileError::of("move", path))?;
        drop(lock);
        Ok(target)
    }

    /// Moves a discarded run from `trash` back to `path`.
    ///
    /// # Errors
    /// If there is a file or folder at `path`, or the folder cannot be moved.
    pub fn restore(trash: &Path, path: &Path) -> Result<(), RunError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(FileError::of("restore the run to", path)(ErrorKind::AlreadyExists.into()).into());
        }
        fs::rename(trash, path).map_err(FileError::of("move", trash))?;
        Ok(())
    }
}
