//! Events of a watched folder: from the system if possible, else by polling.

use super::arrivals::{QUIET, Sign};
use notify::event::{AccessKind, AccessMode, Event, ModifyKind, RenameMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// An event of the folder, or the signal to end.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// An event of the file with this name.
    File(OsString, Sign),
    /// Events were lost.
    Missed,
    /// The folder was removed.
    Gone,
    /// The system stopped reporting events, for this reason.
    Failed(String),
    /// A signal came.
    Stop,
}

/// Whether the system reports the closing of files after writing.
pub const fn reports_closing() -> bool {
    cfg!(any(target_os = "linux", target_os = "android"))
}

/// The source of events, until it is dropped.
#[derive(Debug)]
pub struct Source {
    watcher: Option<RecommendedWatcher>,
}

impl Source {
    /// Sends the events of `folder` to `teller`.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn start(folder: &Path, teller: Sender<News>) -> notify::Result<Self> {
        if is_elsewhere(folder) {
            return Ok(Self { watcher: None });
        }
        // Events have absolute paths, and the path distinguishes the folder itself from its files.
        let watched = std::path::absolute(folder)?;
        let folder = watched.clone();
        let hear = move |found: notify::Result<Event>| {
            let told = match found {
                Ok(event) => news(&folder, &event),
                Err(error) => vec![News::Failed(error.to_string())],
            };
            for one in told {
                // It fails if the receiver was dropped.
                let _ = teller.send(one);
            }
        };
        let mut watcher = notify::recommended_watcher(hear)?;
        watcher.watch(&watched, RecursiveMode::NonRecursive)?;
        Ok(Self { watcher: Some(watcher) })
    }

    /// Polling interval; `None` if the system reports events.
    pub const fn every(&self) -> Option<Duration> {
        if self.watcher.is_some() { None } else { Some(QUIET) }
    }
}

/// Converts `event` for the files of `folder`.
fn news(folder: &Path, event: &Event) -> Vec<News> {
    if event.need_rescan() {
        return vec![News::Missed];
    }
    let sign = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Sign::Complete,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => Sign::Gone,
        // The first repeats the two events above.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) | EventKind::Access(_) => return Vec::new(),
        EventKind::Modify(ModifyKind::Metadata(_)) if reports_closing() => return Vec::new(),
        EventKind::Modify(ModifyKind::Data(_)) => Sign::Changed,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any | EventKind::Other => Sign::Appeared,
    };
    let told = |path: &PathBuf| {
        if path == folder {
            return (sign == Sign::Gone).then_some(News::Gone);
        }
        Some(News::File(path.file_name()?.to_owned(), sign))
    };
    event.paths.iter().filter_map(told).collect()
}

/// Whether `folder` is on a network file system, whose changes by other machines are not reported.
fn is_elsewhere(folder: &Path) -> bool {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else { return false };
    folder.canonicalize().is_ok_and(|folder| is_remote(&file_system(&mounts, &folder)))
}

/// The type of the file system that holds `folder`, an absolute path, from the text of `/proc/self/mountinfo`; empty
/// if unknown.
fn file_system(mounts: &str, folder: &Path) -> String {
    let mount = |line: &str| {
        let (place, about) = line.split_once(" - ")?;
        let place = PathBuf::from(unescaped(place.split(' ').nth(4)?));
        let kind = about.split(' ').next()?.to_owned();
        folder.starts_with(&place).then(|| (place.components().count(), kind))
    };
    // Of two mounts at the same place, the later one hides the other.
    mounts.lines().filter_map(mount).max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind).unwrap_or_default()
}

/// A path of `mountinfo`, with blanks as `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(byte) = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            out.push(char::from(byte));
            out += &part[3..];
        } else {
            out.push('\\');
            out += part;
        }
    }
    out
}

fn is_remote(kind: &str) -> bool {
    const REMOTE: [&str; 11] =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "virtiofs", "vboxsf", "fuse"];
    REMOTE.contains(&kind) || kind.starts_with("fuse.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const MOUNTS: &str = "\
22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw
30 22 0:26 / /mnt/nas rw,relatime - nfs4 nas:/pictures rw,vers=4.2
31 22 0:27 / /mnt/my\\040share rw,relatime - cifs //nas/my rw
32 30 179:3 / /mnt/nas/local rw - ext4 /dev/sda1 rw
33 22 0:30 / /home/pi/cloud rw - fuse.sshfs pi@host: rw
34 22 8:1 / /media/stick rw - fuseblk /dev/sdb1 rw
";

    #[test]
    fn folders_that_other_machines_write_to_are_looked_through() {
        for (folder, kind, remote) in [
            ("/srv/pictures", "ext4", false),
            ("/mnt/nas/a/b", "nfs4", true),
            ("/mnt/nasty", "ext4", false),
            ("/mnt/my share", "cifs", true),
            ("/mnt/nas/local/x", "ext4", false),
            ("/home/pi/cloud", "fuse.sshfs", true),
            ("/media/stick/x", "fuseblk", false),
        ] {
            assert_eq!(file_system(MOUNTS, Path::new(folder)), kind, "{folder}");
            assert_eq!(is_remote(kind), remote, "{folder}");
        }
        assert_eq!(file_system("nonsense\n - \n1 2 - x", Path::new("/")), "");
        assert!(Source { watcher: None }.every().is_some());
    }

    #[test]
    fn more_than_the_system_can_tell_makes_the_folder_be_looked_through() {
        let event = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert_eq!(news(Path::new("a"), &event), [News::Missed]);
    }

    #[test]
    fn a_folder_that_goes_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watched");
        for rename in [true, false] {
            std::fs::create_dir(&path).unwrap();
            let (teller, told) = mpsc::channel();
            let source = Source::start(&path, teller).unwrap();
            assert_eq!(source.every(), None);
            if rename {
                std::fs::rename(&path, folder.path().join("other")).unwrap();
            } else {
                std::fs::remove_dir(&path).unwrap();
            }
            let mut heard = std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(20)).ok());
            assert!(heard.any(|news| news == News::Gone));
        }
    }
}
