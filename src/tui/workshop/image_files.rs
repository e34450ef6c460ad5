//! Files of images: opening them with the system's viewer, and moving them. No file is ever replaced or removed.

use crate::data::Dataset;
use crate::text;
use crate::tui::train::Moving;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program that opens a file with the viewer of the desktop.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// The folder that the names of the images of `source` are relative to.
///
/// # Errors
/// The reason why the images are not files in class folders.
pub fn folder(source: &str, dataset: &Dataset) -> Result<PathBuf, String> {
    let folder = PathBuf::from(source);
    let first = dataset.validation.names.first();
    if first.is_some_and(|name| folder.join(name).is_file()) {
        return Ok(folder);
    }
    Err(format!(
        "the images of {} are not files in class folders, so none can be opened or moved",
        crate::escape::terminal(source)
    ))
}

/// Opens `path` with the system's viewer, which runs on its own.
///
/// # Errors
/// A message: the file is missing, or the viewer cannot be started.
pub fn open(path: &Path) -> Result<(), String> {
    if !path.is_file() {
        return Err(format!("there is no file {} any more", text::path(path)));
    }
    // A relative path that begins with a hyphen would be an option.
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let viewer =
        Command::new(OPENER).arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut viewer = viewer.map_err(|error| format!("{OPENER} cannot be started: {error}"))?;
    // Its exit status is collected, so that no zombie is left.
    let _ = std::thread::Builder::new().name("viewer".into()).spawn(move || viewer.wait());
    Ok(())
}

/// Moves the file of an image and returns its new path. If there is a file already, a number is added to the name,
/// except when a move is undone.
///
/// # Errors
/// A message; the file is then where it was.
pub fn relocate(moving: &Moving) -> Result<PathBuf, String> {
    let Moving { from, to, .. } = moving;
    if !from.is_file() {
        return Err(format!("there is no file {} any more: nothing was moved", text::path(from)));
    }
    let failed = |error: io::Error| format!("{} was not moved to {}: {error}", text::path(from), text::path(to));
    let folders: Vec<&Path> = to.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
    let moved = move_to(moving).map_err(failed);
    if moved.is_err() {
        // Those made for it, which are empty.
        for folder in folders {
            let _ = fs::remove_dir(folder);
        }
    }
    moved
}

/// Moves the file, and makes the folders that it needs.
fn move_to(Moving { from, to, is_undo, .. }: &Moving) -> io::Result<PathBuf> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut target = to.clone();
    for number in 2.. {
        match rename_new(from, &target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && !is_undo && number < 1000 => {
                target = numbered(to, number);
            }
            result => return result.map(|()| target),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Renames a file; fails if there is one at `to`. On Unix `fs::rename` would replace it, so that it gets a second name
/// before it loses the first.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from).inspect_err(|_| drop(fs::remove_file(to))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
        // On another file system, or one without links, it is copied.
        Err(_) => {
            let mut source = fs::File::open(from)?;
            let mut target = fs::OpenOptions::new().write(true).create_new(true).open(to)?;
            let copied = io::copy(&mut source, &mut target).and_then(|_| target.sync_all());
            copied.inspect_err(|_| drop(fs::remove_file(to)))?;
            fs::remove_file(from)
        }
    }
}

/// `path` with a number before its extension: `a-2.jpg`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moving(from: PathBuf, to: PathBuf, is_undo: bool) -> Moving {
        Moving { id: 0, image: 0, from, to, is_undo }
    }

    #[test]
    fn no_file_is_replaced_by_a_move_or_its_undoing() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("rose/1.jpg"), root.path().join("tulip/1.jpg"));
        for (path, text) in [(&from, "rose"), (&to, "tulip")] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let moved = relocate(&moving(from.clone(), to.clone(), false)).unwrap();
        assert_eq!(moved, root.path().join("tulip/1-2.jpg"));
        assert_eq!(
            (fs::read_to_string(&moved).unwrap(), fs::read_to_string(&to).unwrap()),
            ("rose".into(), "tulip".into())
        );
        assert!(!from.exists());
        // Another file took its place meanwhile.
        fs::write(&from, "new").unwrap();
        let error = relocate(&moving(moved.clone(), from.clone(), true)).unwrap_err();
        assert!(error.contains("was not moved"), "{error}");
        assert_eq!(
            (fs::read_to_string(&moved).unwrap(), fs::read_to_string(&from).unwrap()),
            ("rose".into(), "new".into())
        );
        fs::remove_file(&from).unwrap();
        assert_eq!(relocate(&moving(moved.clone(), from.clone(), true)).unwrap(), from);
        assert!(!moved.exists() && fs::read_to_string(&from).unwrap() == "rose");
        assert!(relocate(&moving(moved, from, false)).is_err(), "a missing file");
    }

    #[test]
    fn a_move_that_fails_leaves_no_folders() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("rose/1.jpg"), root.path().join("set-aside/rose/1.jpg"));
        let error = relocate(&moving(from.clone(), to.clone(), false)).unwrap_err();
        assert!(error.contains("there is no file"), "{error}");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        // A folder is in the way, in a new folder of which nothing is left either.
        fs::create_dir_all(from.parent().unwrap()).unwrap();
        fs::write(&from, "rose").unwrap();
        fs::write(root.path().join("set-aside"), "a file").unwrap();
        assert!(relocate(&moving(from.clone(), to, false)).unwrap_err().contains("was not moved"));
        let long = root.path().join("tulip/new").join("x".repeat(300));
        assert!(relocate(&moving(from.clone(), long, false)).is_err());
        assert!(from.exists() && !root.path().join("tulip").exists());
    }

    #[test]
    fn images_that_are_not_files_have_no_folder() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("1.jpg"), "").unwrap();
        let source = root.path().to_str().unwrap();
        let mut dataset = crate::tui::train::tests::beginning(1, vec!["a".into(), "b".into()]).dataset;
        let names = &mut std::sync::Arc::make_mut(&mut dataset).validation.names;
        names[0] = "1.jpg".into();
        assert_eq!(folder(source, &dataset), Ok(root.path().to_owned()));
        assert!(folder("fashion-mnist", &dataset).unwrap_err().contains("fashion-mnist"));
    }
}
