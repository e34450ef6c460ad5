//! Entries of a data folder that are not images: files of operating systems and other programs, and runs and sketches
//! of this program.

use std::fs;
use std::path::Path;

use super::skipped::SkipReason;
use crate::data::picture::kind::is_named_picture;

/// Names of files and folders of operating systems and other programs, in lower case.
const SYSTEM: [&str; 16] = [
    "@eadir",
    "__macosx",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "#recycle",
    "#snapshot",
    "recycler",
    "__pycache__",
    "node_modules",
    "thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "icon\r",
    "picasa.ini",
];

/// The reason to skip an entry named `name` whatever it contains, if there is one.
pub(crate) fn by_name(name: &[u8]) -> Option<SkipReason> {
    // The files of macOS that begin with "._" are hidden by this too.
    if name.starts_with(b".") {
        return Some(SkipReason::Hidden);
    }
    let name = name.to_ascii_lowercase();
    SYSTEM.iter().any(|system| system.as_bytes() == name).then_some(SkipReason::System)
}

/// The reason to skip `folder` because of its contents, if there is one: it contains runs or sketches, or it is named
/// `runs` or `ArduinoCode` and contains no picture. A class may be named "runs".
pub(crate) fn by_content(folder: &Path) -> Option<SkipReason> {
    if folder.join("run.json").is_file() {
        return Some(SkipReason::Runs);
    }
    if is_sketch(folder) {
        return Some(SkipReason::Sketches);
    }
    // Errors are reported when the folder is read.
    let own = folder.file_name().and_then(|name| match name.to_str()? {
        "runs" => Some(SkipReason::Runs),
        "ArduinoCode" => Some(SkipReason::Sketches),
        _ => None,
    });
    let has_pictures =
        || fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| is_picture(entry.as_ref().ok())));
    if own.is_some() && !has_pictures() {
        return own;
    }
    let entries = fs::read_dir(folder).ok()?;
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    for folder in folders.map(|entry| entry.path()) {
        if folder.join("run.json").is_file() {
            return Some(SkipReason::Runs);
        }
        if is_sketch(&folder) {
            return Some(SkipReason::Sketches);
        }
    }
    None
}

fn is_picture(entry: Option<&fs::DirEntry>) -> bool {
    entry.is_some_and(|entry| is_named_picture(&entry.path()) && entry.file_type().is_ok_and(|kind| !kind.is_dir()))
}

/// Whether `folder` contains a sketch and a header of its own name, as the Arduino IDE requires.
fn is_sketch(folder: &Path) -> bool {
    let Some(name) = folder.file_name().map(|name| name.to_string_lossy()) else { return false };
    ["ino", "h"].iter().all(|end| folder.join(format!("{name}.{end}")).is_file())
}
