//! Atomic file writes: readers see the old content or the new, even after a crash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", crate::escape::terminal(&path.display().to_string()))]
pub struct FileError {
    /// The operation: "write", "read", "make the folder".
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The system error.
    pub source: io::Error,
}

impl FileError {
    /// Converts the error of the operation `what` on `path`, for `map_err`.
    pub fn of(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { what, path, source }
    }
}

/// File operations that change a folder, so that a test can record them and replay any prefix.
pub trait Disk {
    /// Creates `path` with these bytes; fails if it exists.
    ///
    /// # Errors
    /// The error of the operating system.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Syncs the content of the file, or the entries of the folder, `path` to disk.
    ///
    /// # Errors
    /// The error of the operating system.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Renames `from` to `to`, replacing it.
    ///
    /// # Errors
    /// The error of the operating system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Appends bytes to `path`, which is created if missing.
    ///
    /// # Errors
    /// The error of the operating system.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes)
    }
}

/// Writes `bytes` to `path` atomically: to a temporary file next to it, synced and renamed. Symbolic links are
/// followed, the mode of an existing file is kept.
///
/// # Errors
/// If any step fails; the old file is then unchanged and the temporary file removed.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomic_on(&RealDisk, path, bytes)
}

/// [`write_atomic`] on a given disk.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_atomic_on(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let target = follow(path).map_err(FileError::of("write", path))?;
    let temporary = temporary_beside(&target);
    let steps = || -> io::Result<()> {
        match fs::remove_file(&temporary) {
            Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Err(error);
            }
            _ => disk.create(&temporary, bytes)?,
        }
        if let Ok(old) = fs::metadata(&target) {
            // If it vanished meanwhile, the next step says so.
            match fs::set_permissions(&temporary, old.permissions()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        disk.sync(&temporary)?;
        disk.rename(&temporary, &target)?;
        disk.sync(folder_of(&target))
    };
    steps().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        FileError::of("write", path)(error)
    })
}

/// Appends `line` and a line break to `path`.
///
/// # Errors
/// If the file cannot be opened or written.
pub fn append_line_on(disk: &dyn Disk, path: &Path, line: &str) -> Result<(), FileError> {
    disk.append(path, format!("{line}\n").as_bytes()).map_err(FileError::of("write", path))
}

/// Creates `path` and missing parent folders.
///
/// # Errors
/// If the system refuses, or a parent is not a folder.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::of("make the folder", path))
}

/// Checks whether files can be written to the folder `path`, which may not exist yet, by creating and removing a file.
/// Nothing else is created.
///
/// # Errors
/// If files cannot be written, or a parent is not a folder.
pub fn check_writable(path: &Path) -> Result<(), FileError> {
    let folders = path.ancestors().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let folder = folders.into_iter().find(|folder| folder.exists()).unwrap_or(path);
    let probe = folder.join(format!(".micromobilenet-{}.part", std::process::id()));
    let not_a_folder = || io::Error::from(io::ErrorKind::NotADirectory);
    let about = fs::metadata(folder).and_then(|about| if about.is_dir() { Ok(()) } else { Err(not_a_folder()) });
    let written = about.and_then(|()| fs::write(&probe, b"."));
    let _ = fs::remove_file(&probe);
    written.map_err(FileError::of("write to the folder", path))
}

/// Reads the regular file `path` of at most `limit` bytes.
///
/// # Errors
/// If it cannot be read, is larger, or is not a regular file.
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    use std::io::Read as _;
    let read = || -> io::Result<Vec<u8>> {
        let about = fs::metadata(path)?;
        if !about.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::other(format!("larger than {limit} bytes")));
        }
        Ok(bytes)
    };
    read().map_err(FileError::of("read", path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    folder_of(path).join(name)
}

/// Resolves symbolic links; a broken link resolves to its target.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..32 {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_the_whole_file_keeps_its_mode_and_follows_a_symlink() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        let link = folder.path().join("link");
        fs::write(&real, "a longer old text").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        write_atomic(&link, b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("file");
        let error = write_atomic(&path, b"x").unwrap_err().to_string();
        assert!(error.starts_with("cannot write ") && error.contains("missing"), "{error}");
        let occupied = folder.path().join("occupied");
        fs::create_dir(&occupied).unwrap();
        assert!(write_atomic(&occupied, b"x").is_err());
        assert!(occupied.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_folder_can_be_written_if_what_is_there_of_it_can() {
        let folder = tempfile::tempdir().unwrap();
        check_writable(&folder.path().join("a/b")).unwrap();
        check_writable(Path::new("nothing of that name")).unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = check_writable(&folder.path().join("file/b")).unwrap_err().to_string();
        assert!(error.starts_with("cannot write to the folder ") && error.contains("ot a directory"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left or made");
    }

    #[test]
    fn symlink_loops_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("b", folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("a", folder.path().join("b")).unwrap();
        assert!(write_atomic(&folder.path().join("a"), b"x").is_err());
    }
}
