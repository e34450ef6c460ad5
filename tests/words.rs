//! Phrases that readers had to guess, and the words of the field that took their place, in code, documents and
//! messages. Whole phrases only: a common word is not wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of phrases; `#` begins a comment.
const RETIRED: &str = include_str!("retired_phrases.txt");

/// Every text of the repository whose words people read.
fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> =
        ["src", "configs", "examples", "README.md", "CONTRIBUTING.md"].iter().map(|name| root.join(name)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| ["rs", "h", "ino", "md", "toml"].iter().any(|text| end == *text)) {
            found.push((path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// `text` in lower case, in one line, without the marks of comments, so that a phrase is found across lines.
fn prose(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim().trim_start_matches(['/', '!', '#', '*']));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").to_lowercase()
}

fn phrases() -> Vec<&'static str> {
    RETIRED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn retired_phrases_do_not_come_back() {
    let mut found = Vec::new();
    for (path, text) in texts() {
        let text = prose(&text);
        for phrase in phrases().iter().filter(|phrase| text.contains(&phrase.to_lowercase())) {
            found.push(format!("{}: {phrase}", path.display()));
        }
    }
    assert!(found.is_empty(), "write it in the field's words (CONTRIBUTING.md, Style):\n{}", found.join("\n"));
}

#[test]
fn a_phrase_is_found_across_the_lines_of_a_comment() {
    assert!(phrases().len() > 60 && phrases().iter().all(|phrase| phrase.contains(' ')));
    assert!(prose("/// The net Learns\n/// to be  integers.").contains("learns to be integers"));
}
