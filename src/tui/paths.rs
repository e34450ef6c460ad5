//! Completing paths.

use crate::config::absolute;
use std::path::{MAIN_SEPARATOR, Path};

/// The most completions that are offered.
const MOST: usize = 200;

/// Files and folders whose path, relative to `folder`, begins with `text`; folders end with a
/// separator.
#[must_use]
pub fn files(text: &str, folder: &Path) -> Vec<String> {
    let (parent, name) = text.rsplit_once(MAIN_SEPARATOR).map_or(("", text), |(parent, name)| (parent, name));
    let prefix = if text.contains(MAIN_SEPARATOR) { format!("{parent}{MAIN_SEPARATOR}") } else { String::new() };
    let listed = if prefix.is_empty() { "." } else { &prefix };
    let Ok(found) = std::fs::read_dir(absolute(listed, folder)) else { return Vec::new() };
    let mut paths: Vec<String> = found
        .flatten()
        .filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            let is_folder = entry.path().is_dir();
            let is_wanted = file.starts_with(name) && (!file.starts_with('.') || name.starts_with('.'));
            let end = if is_folder { MAIN_SEPARATOR.to_string() } else { String::new() };
            is_wanted.then(|| format!("{prefix}{file}{end}"))
        })
        .take(10 * MOST)
        .collect();
    paths.sort();
    paths.truncate(MOST);
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_begin_so_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["micro.toml", "milli.toml", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("mine")).unwrap();
        let base = format!("{}{MAIN_SEPARATOR}", folder.path().display());
        let names = |text: &str| {
            files(&format!("{base}{text}"), Path::new(""))
                .iter()
                .map(|path| path[base.len()..].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("mi"), ["micro.toml", "milli.toml", "mine/"]);
        assert_eq!(names("."), [".hidden"]);
        assert!(files("/nowhere/at/all/", Path::new("")).is_empty());
        assert_eq!(files("mi", folder.path()), ["micro.toml", "milli.toml", "mine/"]);
    }
}
