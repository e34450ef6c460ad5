//! Files of a watched folder that are complete and not classified yet.
//!
//! A file is complete when it is closed after writing or renamed into place. If the system does not report closing, or
//! a file appears without being written (a link), it is complete when its size and modification time have not changed
//! for [`QUIET`].

use crate::data::is_picture;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Time without changes after which a file is complete.
pub const QUIET: Duration = Duration::from_millis(500);

/// An event about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A file appeared.
    Appeared,
    /// Its content changed.
    Changed,
    /// It was closed after writing, or renamed into place.
    Complete,
    /// The file was removed.
    Gone,
}

/// Size and modification time, to detect changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    changed: Option<SystemTime>,
}

impl Stamp {
    /// Of a regular file; `None` for anything else, and if there is none.
    fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(Self { bytes: about.len(), changed: about.modified().ok() })
    }
}

/// A file that may not be complete yet.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    stamp: Stamp,
    /// Time of the last change.
    since: Instant,
    /// A process is writing the file, and its closing will be reported.
    closes: bool,
}

/// The files of a folder.
#[derive(Debug)]
pub struct Arrivals {
    folder: PathBuf,
    reports_closing: bool,
    /// Pictures that existed at the start or are classified, as they were then.
    done: HashMap<OsString, Stamp>,
    waiting: HashMap<OsString, Waiting>,
}

impl Arrivals {
    /// The files of `folder`; pictures that exist now are not classified.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn new(folder: &Path, reports_closing: bool) -> io::Result<Self> {
        let done = list(folder)?;
        Ok(Self { folder: folder.to_owned(), reports_closing, done, waiting: HashMap::new() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Handles an event of the file `name`; returns its path if it is complete.
    pub fn hear(&mut self, name: OsString, sign: Sign, now: Instant) -> Option<PathBuf> {
        let path = self.folder.join(&name);
        if !is_picture(&path) {
            return None;
        }
        let stamp = if sign == Sign::Gone { None } else { Stamp::of(&path) };
        let Some(stamp) = stamp else {
            self.done.remove(&name);
            self.waiting.remove(&name);
            return None;
        };
        if sign == Sign::Complete {
            self.waiting.remove(&name);
            self.done.insert(name, stamp);
            return Some(path);
        }
        let closes = self.reports_closing && sign == Sign::Changed;
        self.waiting.insert(name, Waiting { stamp, since: now, closes });
        None
    }

    /// Lists the folder to find files without events. Since a closing may have been missed too, no file waits for it
    /// any longer.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn look_through(&mut self, now: Instant) -> io::Result<()> {
        let there = list(&self.folder)?;
        let names: HashSet<&OsStr> = there.keys().map(OsString::as_os_str).collect();
        self.done.retain(|name, _| names.contains(name.as_os_str()));
        self.waiting.retain(|name, _| names.contains(name.as_os_str()));
        for (name, stamp) in there {
            let known = self.done.get(&name) == Some(&stamp);
            let as_before = self.waiting.get(&name).is_some_and(|waiting| waiting.stamp == stamp && !waiting.closes);
            if !known && !as_before {
                self.waiting.insert(name, Waiting { stamp, since: now, closes: false });
            }
        }
        Ok(())
    }

    /// Whether a process is writing the file at `path`, and its closing will be reported.
    pub fn is_written(&self, path: &Path) -> bool {
        path.file_name().and_then(|name| self.waiting.get(name)).is_some_and(|waiting| waiting.closes)
    }

    /// Time of the next call of [`quiet`](Self::quiet), if there is no event until then.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.values().filter(|waiting| !waiting.closes).map(|waiting| waiting.since + QUIET).min()
    }

    /// The files that are complete because they have not changed for [`QUIET`], by name.
    pub fn quiet(&mut self, now: Instant) -> Vec<PathBuf> {
        let is_due = |waiting: &Waiting| !waiting.closes && waiting.since + QUIET <= now;
        let mut due: Vec<OsString> =
            self.waiting.iter().filter(|(_, waiting)| is_due(waiting)).map(|(name, _)| name.clone()).collect();
        due.sort_unstable();
        due.into_iter().filter_map(|name| self.settled(name, now)).collect()
    }

    /// The path of the file `name`, if it has not changed for [`QUIET`] and is not classified yet.
    fn settled(&mut self, name: OsString, now: Instant) -> Option<PathBuf> {
        let before = self.waiting.remove(&name)?;
        let path = self.folder.join(&name);
        let stamp = Stamp::of(&path)?;
        if stamp != before.stamp {
            self.waiting.insert(name, Waiting { stamp, since: now, closes: false });
            return None;
        }
        // A new file is empty until its first bytes arrive, which are reported.
        if stamp.bytes == 0 || self.done.get(&name) == Some(&stamp) {
            return None;
        }
        self.done.insert(name, stamp);
        Some(path)
    }
}

/// The pictures in `folder` by their names.
fn list(folder: &Path) -> io::Result<HashMap<OsString, Stamp>> {
    let mut found = HashMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let (true, Some(name), Some(stamp)) = (is_picture(&path), path.file_name(), Stamp::of(&path)) {
            found.insert(name.to_owned(), stamp);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::write;

    const AFTER: Duration = Duration::from_millis(501);

    fn arrivals(reports_closing: bool) -> (tempfile::TempDir, Arrivals) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("old.jpg"), "old").unwrap();
        let arrivals = Arrivals::new(folder.path(), reports_closing).unwrap();
        (folder, arrivals)
    }

    #[test]
    fn what_is_being_written_waits_for_its_closing_however_long_that_takes() {
        let (folder, mut arrivals) = arrivals(true);
        let (path, now) = (folder.path().join("a.jpg"), Instant::now());
        write(&path, "").unwrap();
        assert_eq!(arrivals.hear("a.jpg".into(), Sign::Appeared, now), None);
        assert_eq!(arrivals.due(), Some(now + QUIET));
        assert!(arrivals.quiet(now + AFTER).is_empty(), "it is empty");
        write(&path, "half").unwrap();
        assert_eq!(arrivals.hear("a.jpg".into(), Sign::Changed, now), None);
        assert_eq!(arrivals.due(), None, "nothing is to be looked at until it is closed");
        assert!(arrivals.quiet(now + 100 * AFTER).is_empty());
        assert_eq!(arrivals.hear("a.jpg".into(), Sign::Complete, now), Some(path));
        assert!(arrivals.quiet(now + 200 * AFTER).is_empty());
    }

    #[test]
    fn where_nothing_is_told_of_closing_a_file_is_complete_when_it_is_quiet() {
        let (folder, mut arrivals) = arrivals(false);
        let (path, now) = (folder.path().join("a.jpg"), Instant::now());
        write(&path, "half").unwrap();
        arrivals.hear("a.jpg".into(), Sign::Changed, now);
        // It grows without an event.
        write(&path, "half and more").unwrap();
        assert!(arrivals.quiet(now + AFTER).is_empty());
        assert_eq!(arrivals.due(), Some(now + AFTER + QUIET));
        assert!(arrivals.quiet(now + QUIET).is_empty(), "too early");
        assert_eq!(arrivals.quiet(now + 3 * AFTER), std::slice::from_ref(&path));
        arrivals.hear("a.jpg".into(), Sign::Changed, now);
        assert!(arrivals.quiet(now + 5 * AFTER).is_empty(), "what is told late is not answered again");
        write(&path, "another picture").unwrap();
        arrivals.hear("a.jpg".into(), Sign::Changed, now + 5 * AFTER);
        assert_eq!(arrivals.quiet(now + 7 * AFTER), [path]);
    }

    #[test]
    fn looking_through_the_folder_finds_what_is_new_and_forgets_what_is_gone() {
        let (folder, mut arrivals) = arrivals(true);
        let (path, now) = (folder.path().join("b.png"), Instant::now());
        for name in ["b.png", ".c.png", "d.png.part", "e.txt"] {
            write(folder.path().join(name), "new").unwrap();
        }
        fs::create_dir(folder.path().join("f.png")).unwrap();
        arrivals.look_through(now).unwrap();
        arrivals.look_through(now + QUIET / 2).unwrap();
        assert_eq!(arrivals.quiet(now + AFTER), std::slice::from_ref(&path), "a second look does not begin anew");
        arrivals.look_through(now + 2 * AFTER).unwrap();
        assert_eq!(arrivals.due(), None, "what is answered is known");
        fs::remove_file(&path).unwrap();
        arrivals.look_through(now).unwrap();
        assert_eq!(arrivals.done.len(), 1, "only the old one is left");
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(arrivals.look_through(now).is_err());
    }

    #[test]
    fn what_vanishes_or_is_no_picture_is_never_complete() {
        let (folder, mut arrivals) = arrivals(true);
        let now = Instant::now();
        assert_eq!(arrivals.hear("vanished.jpg".into(), Sign::Complete, now), None);
        for name in [".a.jpg", "a.jpg~", "a.jpg.part", "a.jpg.tmp", "a.jpg.crdownload", "a.txt"] {
            write(folder.path().join(name), "bytes").unwrap();
            assert_eq!(arrivals.hear(name.into(), Sign::Complete, now), None, "{name}");
        }
        write(folder.path().join("a.jpg"), "bytes").unwrap();
        arrivals.hear("a.jpg".into(), Sign::Appeared, now);
        arrivals.hear("a.jpg".into(), Sign::Gone, now);
        assert!(arrivals.quiet(now + AFTER).is_empty());
        fs::remove_file(folder.path().join("a.jpg")).unwrap();
        arrivals.hear("a.jpg".into(), Sign::Appeared, now);
        assert!(arrivals.quiet(now + AFTER).is_empty());
    }
}
