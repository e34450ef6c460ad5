//! Entries of a data folder that are nobody's images: what systems and other programs put there,
//! and this program's own runs and sketches.

use std::fs;
use std::path::Path;

use super::skipped::SkipReason;
use crate::data::picture::kind::is_named_picture;

/// Names, in lower case, that systems and programs use.
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

/// Why an entry called `name` is passed over whatever it holds, if it is.
pub(crate) fn by_name(name: &[u8]) -> Option<SkipReason> {
    // What macOS keeps beside a file on other disks begins with "._", so that it is hidden too.
    if name.starts_with(b".") {
        return Some(SkipReason::Hidden);
    }
    let name = name.to_ascii_lowercase();
    SYSTEM.iter().any(|system| system.as_bytes() == name).then_some(SkipReason::System)
}

/// Why `folder` is passed over for what lies in it: runs or sketches, whatever it is called; and one
/// called `runs` or `ArduinoCode` with no picture in it itself. A class may be called "runs".
pub(crate) fn by_content(folder: &Path) -> Option<SkipReason> {
    if folder.join("run.json").is_file() {
        return Some(SkipReason::Runs);
    }
    if is_sketch(folder) {
        return Some(SkipReason::Sketches);
    }
    // An error is told by whoever reads the folder.
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

/// Whether `folder` holds a sketch and a header of its own name, as the Arduino IDE wants them.
fn is_sketch(folder: &Path) -> bool {
    let Some(name) = folder.file_name().map(|name| name.to_string_lossy()) else { return false };
    ["ino", "h"].iter().all(|end| folder.join(format!("{name}.{end}")).is_file())
}
