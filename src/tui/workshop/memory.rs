//! The file in which the workbench remembers files from one session to the next.

use crate::config::{ConfigFile, text_of};
use crate::files::{make_folder, write_atomic};
use crate::tui::memory::Recent;
use std::path::{Path, PathBuf};

/// The environment variable that names another folder for it; empty for none.
const VARIABLE: &str = "MICROMOBILENET_STATE";
/// Maximum number of remembered files.
const MAX_FILES: usize = 20;
/// Maximum number of files of the working folder that are looked at.
const MAX_CANDIDATES: usize = 200;

/// The file that remembers; without a path, nothing is remembered.
#[derive(Debug, Clone, Default)]
pub struct Memory(Option<PathBuf>);

impl Memory {
    /// The memory of the user: in `$MICROMOBILENET_STATE`, else in `micromobilenet` of `$XDG_STATE_HOME` or
    /// `~/.local/state`.
    #[must_use]
    pub fn of_user(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let absolute = |path: &PathBuf| path.is_absolute();
        let folder = match variable(VARIABLE) {
            Some(own) if own.is_empty() => None,
            Some(own) => Some(PathBuf::from(own)),
            None => set("XDG_STATE_HOME")
                .filter(absolute)
                .or_else(|| set("HOME").filter(absolute).map(|home| home.join(".local/state")))
                .map(|state| state.join("micromobilenet")),
        };
        Self(folder.map(|folder| folder.join("files.json")))
    }

    /// The remembered files that still exist, newest first.
    #[must_use]
    pub fn files(&self) -> Vec<Recent> {
        let text = self.0.as_ref().and_then(|path| text_of(path).ok().flatten()).unwrap_or_default();
        let mut files: Vec<Recent> = serde_json::from_str(&text).unwrap_or_default();
        files.retain(|file| file.path.is_file());
        files.truncate(MAX_FILES);
        files
    }

    /// What is remembered of the file at `path`.
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<Recent> {
        let path = std::path::absolute(path).ok()?;
        self.files().into_iter().find(|file| file.path == path)
    }

    /// Remembers `file`, in place of what was remembered of the same path. Without effect if it cannot be written:
    /// nothing of the user's depends on it.
    pub fn remember(&self, mut file: Recent) {
        let (Some(memory), Ok(path)) = (&self.0, std::path::absolute(&file.path)) else { return };
        file.path = path;
        file.left_at = jiff::Timestamp::now().as_second();
        let mut files = self.files();
        files.retain(|known| known.path != file.path);
        files.insert(0, file);
        files.truncate(MAX_FILES);
        let folder = memory.parent().unwrap_or(Path::new(""));
        if let Ok(text) = serde_json::to_string_pretty(&files) {
            let _ = make_folder(folder).and_then(|()| write_atomic(memory, text.as_bytes()));
        }
    }
}

/// The configurations in `folder`, by name.
#[must_use]
pub fn configurations(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MAX_CANDIDATES);
    let paths = entries.map(|entry| PathBuf::from(entry.file_name()));
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let mut found: Vec<PathBuf> = paths.filter(is_toml).filter(|path| is_configuration(&folder.join(path))).collect();
    found.sort();
    found
}

/// Whether `path` is a configuration of a network, valid or not: a TOML file with a table that only these have.
fn is_configuration(path: &Path) -> bool {
    let Ok(Some(text)) = text_of(path) else { return false };
    let has_table = |line: &str| ["[model]", "[stem]", "[[blocks]]"].contains(&line.trim());
    text.lines().any(has_table) || ConfigFile::parse("", &text, &[]).is_ok_and(|_| text.contains("blocks"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_are_remembered_newest_first_and_those_that_are_gone_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("state");
        let memory = Memory::of_user(|name| (name == VARIABLE).then(|| own.clone().into_os_string()));
        for name in ["a.toml", "b.toml"] {
            let path = folder.path().join(name);
            fs::write(&path, "").unwrap();
            memory.remember(Recent { path, row: 7, ..Recent::default() });
        }
        let names = |memory: &Memory| memory.files().iter().map(|file| file.path.clone()).collect::<Vec<_>>();
        assert_eq!(names(&memory), [folder.path().join("b.toml"), folder.path().join("a.toml")]);
        assert_eq!(memory.of(&folder.path().join("a.toml")).unwrap().row, 7);
        fs::remove_file(folder.path().join("b.toml")).unwrap();
        assert_eq!(names(&memory), [folder.path().join("a.toml")]);
        // A damaged memory is an empty one.
        fs::write(own.join("files.json"), "[{").unwrap();
        assert!(memory.files().is_empty());
        memory.remember(Recent { path: folder.path().join("a.toml"), ..Recent::default() });
        assert_eq!(memory.files().len(), 1);
    }

    #[test]
    fn nothing_is_remembered_where_the_variable_is_empty() {
        assert!(Memory::of_user(|name| (name == VARIABLE).then(Default::default)).0.is_none());
        let home = Memory::of_user(|name| (name == "HOME").then(|| "/home/ada".into()));
        assert_eq!(home.0.unwrap(), Path::new("/home/ada/.local/state/micromobilenet/files.json"));
    }

    #[test]
    fn a_folder_knows_its_configurations() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("Cargo.toml", "[package]\nname = \"a\"\n"),
            ("net.toml", "[stem]\nfilters = \"many\"\n"),
            ("boards.toml", "[[board]]\nid = \"a\"\n"),
            ("notes.txt", "[model]\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(configurations(folder.path()), [PathBuf::from("net.toml")]);
    }
}
