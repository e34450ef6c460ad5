//! Finds completions of paths and data sources.

use crate::config::absolute;
use crate::data::BUNDLED;
use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::dialog::{Completer, Completion};
use crate::tui::screens::News;
use std::path::{MAIN_SEPARATOR, Path};

/// The maximum number of completions.
const MAX_COMPLETIONS: usize = 200;

/// Finds completions.
pub struct PathFinder;

/// Starts the thread that finds completions; a new request replaces earlier ones.
#[must_use]
pub fn start(events: Events<News>) -> Worker<PathFinder> {
    Worker::new("paths", Queue::newest(), PathFinder, events)
}

impl Work for PathFinder {
    type Command = Completion;
    type Event = News;

    fn run(&mut self, request: &Completion, _: &Control, events: &Events<News>) {
        let Completion { completer, text, folder } = request;
        let found = match completer {
            Completer::Files => files(text, folder),
            Completer::Sources => sources(text, folder),
        };
        events.send(News::Completed { request: request.clone(), found });
    }

    fn failed(&self, request: &Completion, _: &str) -> News {
        News::Completed { request: request.clone(), found: Vec::new() }
    }
}

/// Returns the sources of images that begin with `text`: bundled sets, folders, IDX and npz files.
fn sources(text: &str, folder: &Path) -> Vec<String> {
    let bundled = BUNDLED.iter().filter(|name| name.starts_with(text)).map(|name| (*name).to_owned());
    let is_file = |path: &String| path.contains("idx") || path.to_ascii_lowercase().ends_with(".npz");
    let is_source = |path: &String| path.ends_with(MAIN_SEPARATOR) || is_file(path);
    bundled.chain(files(text, folder).into_iter().filter(is_source)).collect()
}

/// Returns the files and folders whose path, relative to `folder`, begins with `text`; folders end with a separator.
fn files(text: &str, folder: &Path) -> Vec<String> {
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
        .take(10 * MAX_COMPLETIONS)
        .collect();
    paths.sort();
    paths.truncate(MAX_COMPLETIONS);
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
        assert!(sources("fash", Path::new("")).contains(&"fashion-mnist".to_owned()));
        for name in ["train-images-idx3-ubyte", "set.npz", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(sources("", folder.path())[BUNDLED.len()..], ["mine/", "set.npz", "train-images-idx3-ubyte"]);
        assert!(files("/nowhere/at/all/", Path::new("")).is_empty());
        assert_eq!(files("mi", folder.path()), ["micro.toml", "milli.toml", "mine/"]);
    }
}
