//! Writing files so that nothing is lost: a reader sees the old bytes or the new ones, whatever
//! happens in between.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", crate::escape::terminal(&path.display().to_string()))]
pub struct FileError {
    /// What was tried: "write", "read", "make the folder".
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: `what` was tried with `path`.
    pub fn of(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { what, path, source }
    }
}

/// The operations that change a folder, so that a test can record them and replay any prefix.
pub trait Disk {
    /// Makes `path` with exactly these bytes; fails where it is there.
    ///
    /// # Errors
    /// As the system says.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Forces the bytes of the file or the names in the folder `path` to the disk.
    ///
    /// # Errors
    /// As the system says.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Puts `from` in the place of `to`.
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Adds bytes to the end of `path`, which is made where it is missing.
    ///
    /// # Errors
    /// As the system says.
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

/// Writes `bytes` to `path` as a whole or not at all: a temporary file beside it, synced, renamed
/// over it. A symlink is followed, the mode of an existing file is kept.
///
/// # Errors
/// Where any step fails; the old file is then as it was and the temporary one is gone.
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
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => disk.create(&temporary, bytes)?,
        }
        if let Ok(old) = fs::metadata(&target) {
            fs::set_permissions(&temporary, old.permissions())?;
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

/// Adds `line` and a line break to the end of `path`.
///
/// # Errors
/// Where the file cannot be opened or written.
pub fn append_line_on(disk: &dyn Disk, path: &Path, line: &str) -> Result<(), FileError> {
    disk.append(path, format!("{line}\n").as_bytes()).map_err(FileError::of("write", path))
}

/// Makes `path` and the folders above it where they are missing.
///
/// # Errors
/// Where that is refused, or something that is no folder stands in the way.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::of("make the folder", path))
}

/// Finds out whether files can be written to the folder `path`, which may not be there yet, by a
/// file that is gone again afterwards. Nothing else is made.
///
/// # Errors
/// Where they cannot, or something that is no folder stands in the way.
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

/// The whole of `path`, if it has at most `limit` bytes and is a regular file.
///
/// # Errors
/// Where it cannot be read, is larger, or is no regular file.
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

/// The file that a path means, through symlinks; a dangling one means what it points to.
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
