//! Open files: a lock beside a file says who has it open, and every instance of the workbench keeps a backup of its
//! own.

use crate::config::text_of;
use crate::tui::effect::Found;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Maximum number of instances that have a lock and a backup of their own for the same file.
const MAX_INSTANCES: u32 = 16;

/// The lock of this instance on an open file. Dropping it removes the lock.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    /// The number of the instance among those that have the file open, from 0.
    instance: u32,
    /// `None` where locks are not supported, such as in a folder that cannot be written.
    lock: Option<File>,
}

impl Claim {
    /// Claims `path` for this instance, and returns what it found there. A backup that an ended instance left becomes
    /// that of this one.
    #[must_use]
    pub fn of(path: &Path) -> (Self, Found) {
        let mut found = Found::default();
        let mut own: Option<Self> = None;
        let mut backups = Vec::new();
        for instance in 0..MAX_INSTANCES {
            let lock_path = beside(path, instance, "lock");
            let backup = beside(path, instance, "unsaved");
            match (&own, lock(&lock_path, own.is_none())) {
                (_, Lock::Held) => {
                    found.holder.get_or_insert_with(|| holder(&lock_path));
                }
                (None, Lock::Taken(file)) => {
                    own = Some(Self { path: path.to_owned(), instance, lock: file });
                    backups.push(backup);
                }
                (_, Lock::Taken(_) | Lock::Free) => backups.push(backup),
            }
        }
        let own = own.unwrap_or(Self { path: path.to_owned(), instance: MAX_INSTANCES - 1, lock: None });
        let left = backups.iter().find_map(|backup| Some((text_of(backup).ok()??, backup)));
        let is_own = |from: &PathBuf| *from == own.backup() || std::fs::rename(from, own.backup()).is_ok();
        found.left = left.filter(|(_, from)| is_own(from)).map(|(text, _)| text);
        (own, found)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the backup of unsaved changes.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        beside(&self.path, self.instance, "unsaved")
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = std::fs::remove_file(beside(&self.path, self.instance, "lock"));
        }
    }
}

/// The claims of this instance.
#[derive(Debug, Default)]
pub struct Claims(Vec<Arc<Claim>>);

impl Claims {
    /// Claims `path`, unless it is claimed already, and returns what was found beside it.
    pub fn claim(&mut self, path: &Path) -> Found {
        if self.0.iter().any(|claim| claim.path() == path) {
            return Found::default();
        }
        let (claim, found) = Claim::of(path);
        self.0.push(Arc::new(claim));
        found
    }

    /// The claim of `path`, which is claimed if it is not yet.
    pub fn get(&mut self, path: &Path) -> Arc<Claim> {
        if let Some(claim) = self.0.iter().find(|claim| claim.path() == path) {
            return claim.clone();
        }
        let claim = Arc::new(Claim::of(path).0);
        self.0.push(claim.clone());
        claim
    }

    /// Releases all claims except that of `path`, once their backups are written.
    pub fn keep_only(&mut self, path: &Path) {
        self.0.retain(|claim| claim.path() == path);
    }
}

/// The state of a lock.
enum Lock {
    /// This instance has it; `None` where locks are not supported.
    Taken(Option<File>),
    /// Another process holds it.
    Held,
    /// Nobody holds it.
    Free,
}

/// Takes the lock at `path`, or only looks at it.
fn lock(path: &Path, takes: bool) -> Lock {
    use std::fs::TryLockError::{Error, WouldBlock};
    if !takes {
        let held = |file: File| matches!(file.try_lock_shared(), Err(WouldBlock));
        return if File::open(path).is_ok_and(held) { Lock::Held } else { Lock::Free };
    }
    loop {
        let Ok(mut file) = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path) else {
            return Lock::Taken(None);
        };
        match file.try_lock() {
            // Its last holder may have removed the file after it was opened here.
            Ok(()) if is_same_file(&file, path) => {
                let _ = file.set_len(0).and_then(|()| file.write_all(about_this_process().as_bytes()));
                return Lock::Taken(Some(file));
            }
            Ok(()) => {}
            Err(WouldBlock) => return Lock::Held,
            Err(Error(_)) => return Lock::Taken(None),
        }
    }
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let both = file.metadata().and_then(|ours| std::fs::metadata(path).map(|theirs| (ours, theirs)));
    both.is_ok_and(|(ours, theirs)| (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()))
}

#[cfg(not(unix))]
fn is_same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The contents of a lock: user, process and time.
fn about_this_process() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let user = if user.is_empty() { String::new() } else { format!("{user}, ") };
    // Local time would need the database of time zones, which takes longer to open than everything else here.
    format!("{user}process {}, since {} UTC\n", std::process::id(), jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M"))
}

/// Who holds the lock at `path`, as it says itself.
fn holder(path: &Path) -> String {
    /// The longest text that is shown.
    const MAX_LENGTH: usize = 100;
    let text = text_of(path).ok().flatten().unwrap_or_default();
    let line: String = text.lines().next().unwrap_or_default().chars().take(MAX_LENGTH).collect();
    if line.is_empty() { "another process".to_owned() } else { crate::escape::terminal(&line) }
}

/// The hidden file beside `path` with this extension: `.net.toml.lock`, `.net.toml.1.lock`.
fn beside(path: &Path, instance: u32, extension: &str) -> PathBuf {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let number = if instance == 0 { String::new() } else { format!("{instance}.") };
    path.with_file_name(format!(".{name}.{number}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn instances_on_the_same_file_have_backups_of_their_own_and_know_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.toml");
        let (first, found) = Claim::of(&path);
        assert_eq!(found, Found::default());
        fs::write(first.backup(), "of the first").unwrap();
        let (second, found) = Claim::of(&path);
        assert_ne!(first.backup(), second.backup());
        assert_eq!(found.left, None, "the backup of an instance that runs was taken");
        let said = found.holder.unwrap();
        assert!(said.contains(&format!("process {}", std::process::id())), "{said}");
        drop(first);
        drop(second);
        assert_eq!(names(folder.path()), [".net.toml.unsaved"]);
    }

    #[test]
    fn the_backup_that_any_ended_instance_left_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.toml");
        fs::write(folder.path().join(".net.toml.1.unsaved"), "of the second").unwrap();
        let (claim, found) = Claim::of(&path);
        assert_eq!((found.left.as_deref(), found.holder), (Some("of the second"), None));
        assert_eq!(fs::read_to_string(claim.backup()).unwrap(), "of the second");
        assert_eq!(claim.backup(), folder.path().join(".net.toml.unsaved"));
    }

    #[test]
    fn a_folder_that_cannot_be_written_has_no_locks() {
        let (claim, found) = Claim::of(Path::new("/proc/net.toml"));
        assert!(claim.lock.is_none() && found == Found::default());
    }
}
