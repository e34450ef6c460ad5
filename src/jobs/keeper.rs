//! The run folder of a training, which another program may delete or move meanwhile: its files are kept in memory and
//! written anew.

use crate::files::{Disk, FileError, write_atomic_on};
use crate::runs::{Run, RunError, RunInfo, RunLock};
use crate::text;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often an operation is tried while files vanish, as during a slow deletion of the folder.
const ATTEMPTS: usize = 4;
/// The maximum number of names in a message.
const MAX_NAMES: usize = 3;

/// The disk of a training. Files of the run folder that vanish are written anew with the content that they had; where
/// that fails, changes are kept in memory until it succeeds.
pub(super) struct Keeper {
    run: Run,
    disk: Arc<dyn Disk + Send + Sync>,
    state: Mutex<State>,
}

/// The files of a run have vanished and cannot be written anew.
pub(super) struct Lost {
    /// The folder in which they are saved instead; `None` if that failed too.
    pub(super) folder: Option<PathBuf>,
    /// The reason.
    pub(super) error: RunError,
}

#[derive(Default)]
struct State {
    /// The content of every file.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// The files whose content on disk is older.
    behind: BTreeSet<PathBuf>,
    /// The lock of the folder written anew.
    lock: Option<RunLock>,
    /// Messages to the user that were not taken yet.
    messages: Vec<String>,
    /// Whether files are missing and could not be written anew.
    is_lost: bool,
}

impl State {
    /// The files that are not on disk as they should be. Temporary files, whose names begin with a dot, are not looked
    /// for.
    fn missing(&self) -> Vec<PathBuf> {
        let is_missing = |path: &&PathBuf| !is_hidden(path) && (self.behind.contains(*path) || !path.exists());
        self.files.keys().filter(is_missing).cloned().collect()
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether `error` says that a file or its folder is not there any more.
fn is_vanished(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::StaleNetworkFileHandle)
}

impl Keeper {
    pub(super) fn new(run: &Run, disk: Arc<dyn Disk + Send + Sync>) -> Self {
        Self { run: run.clone(), disk, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the files that the folder has now. Those written to this disk are known anyway.
    pub(super) fn remember(&self) {
        let mut state = self.state();
        let mut folders = vec![self.run.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let (path, kind) = (entry.path(), entry.file_type());
                if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                    folders.push(path);
                } else if kind.is_ok_and(|kind| kind.is_file()) && !is_hidden(&path) {
                    let Ok(bytes) = fs::read(&path) else { continue };
                    state.files.insert(path, bytes);
                }
            }
        }
    }

    /// Writes the files anew that have vanished.
    ///
    /// # Errors
    /// If one has vanished and cannot be written; training can continue.
    pub(super) fn ensure(&self) -> Result<(), FileError> {
        let mut state = self.state();
        let missing = state.missing();
        let result = if missing.is_empty() { Ok(()) } else { self.write_anew(&mut state, &missing) };
        // The lock of a file that is gone locks nothing.
        if result.is_ok() && !self.run.is_locked() {
            state.lock = self.run.lock().ok();
        }
        result
    }

    /// The number of lines of the text file `path`, as it should be.
    pub(super) fn lines(&self, path: &Path) -> usize {
        let state = self.state();
        state.files.get(path).map_or(0, |bytes| bytes.split(|byte| *byte == b'\n').count() - 1)
    }

    /// Writes the files and `info` into a new folder for temporary files, and returns it; for a folder that cannot be
    /// written anew.
    fn rescue(&self, info: &RunInfo) -> io::Result<PathBuf> {
        let name = self.run.path().file_name().unwrap_or_default();
        let root = std::env::temp_dir().join("micromobilenet-rescued").join(std::process::id().to_string());
        let folder = root.join(name);
        for (path, bytes) in self.state().files.iter().filter(|(path, _)| !is_hidden(path)) {
            let target = folder.join(path.strip_prefix(self.run.path()).unwrap_or(path));
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(target, bytes)?;
        }
        let rescued = Run::open(&folder).map_err(io::Error::other)?;
        rescued.save(info).map_err(io::Error::other)?;
        Ok(folder)
    }

    /// Writes the files anew that have vanished, for the last time; `info` describes the end of its training.
    ///
    /// # Errors
    /// [`Lost`] if they cannot be written.
    pub(super) fn conclude(&self, info: &RunInfo) -> Result<(), Lost> {
        self.ensure().map_err(|error| Lost { folder: self.rescue(info).ok(), error: error.into() })
    }

    /// Replaces `run.json`.
    ///
    /// # Errors
    /// If it cannot be written, for another reason than that it or its folder has vanished.
    pub(super) fn save(&self, info: &RunInfo) -> Result<(), RunError> {
        self.run.save_on(self, info)
    }

    /// The messages to the user since the last call.
    pub(super) fn take_messages(&self) -> Vec<String> {
        std::mem::take(&mut self.state().messages)
    }

    /// Writes the files `missing`, and reports it.
    fn write_anew(&self, state: &mut State, missing: &[PathBuf]) -> Result<(), FileError> {
        let folder = self.run.path();
        let (is_whole, was_lost) = (!folder.is_dir(), state.is_lost);
        let gone: Vec<&PathBuf> = missing.iter().filter(|path| !path.exists()).collect();
        let result = missing.iter().try_for_each(|path| {
            self.put(path, &state.files[path])?;
            state.behind.remove(path);
            Ok(())
        });
        let name = text::path(folder);
        let what = if is_whole || was_lost {
            name.clone()
        } else {
            let below = |path: &&&PathBuf| text::path(path.strip_prefix(folder).unwrap_or(path));
            let mut names: Vec<String> = gone.iter().take(MAX_NAMES).map(|path| below(&path)).collect();
            if gone.len() > MAX_NAMES {
                names.push(format!("{} more", gone.len() - MAX_NAMES));
            }
            format!("{} of {name}", names.join(", "))
        };
        state.is_lost = result.is_err();
        match &result {
            // What was only behind is written as if nothing had happened.
            Ok(()) if gone.is_empty() && !was_lost => {}
            Ok(()) => state.messages.push(format!(
                "{what} vanished, deleted or moved by another program: written anew from memory{}, and training continues",
                if is_whole { " with all files" } else { "" }
            )),
            Err(FileError { source, .. }) if !was_lost => state.messages.push(format!(
                "{what} vanished and cannot be written anew ({source}): training continues in memory and tries again"
            )),
            Err(_) => {}
        }
        result
    }

    /// Writes a file and its folders; again if they vanish meanwhile.
    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all).map_err(FileError::of("write anew", path))?;
            write_atomic_on(&*self.disk, path, bytes)
        };
        let mut result = write();
        for _ in 1..ATTEMPTS {
            result = match result {
                Err(error) if is_vanished(&error.source) => write(),
                other => return other,
            };
        }
        result
    }

    /// Does `work`, which changes `path`; again, with every missing file written anew, if it fails. Returns whether it
    /// is done: if files keep vanishing, the change is only kept in memory.
    fn attempt(&self, path: &Path, work: impl Fn() -> io::Result<()>) -> io::Result<bool> {
        let mut result = work();
        for _ in 1..ATTEMPTS {
            if result.is_ok() || self.ensure().is_err() {
                break;
            }
            // A folder without files, such as that of the first checkpoint, is not among them.
            let _ = path.parent().map_or(Ok(()), fs::create_dir_all);
            result = work();
        }
        match result {
            Ok(()) => Ok(true),
            Err(error) if is_vanished(&error) || self.state().is_lost => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Records whether the content of `path` on disk is as it should be.
    fn note(&self, path: &Path, is_done: bool) {
        let mut state = self.state();
        if is_done {
            state.behind.remove(path);
        } else {
            state.behind.insert(path.to_owned());
        }
    }

    /// Appends to `path`, whose content was `before`; `is_again` after an attempt that may have written a part.
    fn append_to(&self, path: &Path, before: Option<&[u8]>, bytes: &[u8], is_again: bool) -> io::Result<()> {
        match before {
            Some(before) if !path.exists() => {
                return self.put(path, &[before, bytes].concat()).map_err(|error| error.source);
            }
            Some(before) if is_again => {
                let file = OpenOptions::new().write(true).open(path)?;
                if file.metadata()?.len() > before.len() as u64 {
                    file.set_len(before.len() as u64)?;
                }
            }
            _ => {}
        }
        self.disk.append(path, bytes)
    }
}

impl Disk for Keeper {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let is_again = Cell::new(false);
        self.attempt(path, || {
            if is_again.replace(true) {
                let _ = fs::remove_file(path);
            }
            self.disk.create(path, bytes)
        })?;
        self.state().files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        if self.state().is_lost {
            return Ok(());
        }
        self.attempt(path, || self.disk.sync(path)).map(drop)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let bytes = self.state().files.get(from).cloned();
        let is_done = self.attempt(to, || {
            if let Some(bytes) = bytes.as_ref().filter(|_| !from.exists()) {
                self.disk.create(from, bytes)?;
            }
            self.disk.rename(from, to)
        })?;
        if let Some(bytes) = bytes {
            let mut state = self.state();
            state.files.remove(from);
            state.files.insert(to.to_owned(), bytes);
        }
        self.note(to, is_done);
        Ok(())
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let (before, is_behind) = {
            let state = self.state();
            (state.files.get(path).cloned(), state.behind.contains(path))
        };
        let is_again = Cell::new(false);
        let is_done = !is_behind
            && self.attempt(path, || self.append_to(path, before.as_deref(), bytes, is_again.replace(true)))?;
        self.state().files.entry(path.to_owned()).or_default().extend_from_slice(bytes);
        self.note(path, is_done);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
