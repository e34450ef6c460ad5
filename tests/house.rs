//! What CONTRIBUTING.md says of the house holds: who may use whom, how long a file may be.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module uses only those before it.
const ORDER: [&str; 18] = [
    "escape", "text", "files", "random", "sensors", "contract", "config", "graph", "plan", "data", "quant", "train",
    "codegen", "runs", "jobs", "headless", "tui", "cli",
];
/// Crates, and the modules that alone may know them.
const GUESTS: [(&[&str], &[&str]); 2] = [
    (&["dfdx"], &["train"]),
    (&["clap", "indicatif", "console", "ratatui", "crossterm"], &["headless", "tui", "cli", "main"]),
];
/// Lines of a file before its tests.
const LONGEST: usize = 500;

/// Every Rust file below `src/`, with its path from there.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The module of the house that a file belongs to.
fn module(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Lines of code: no comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The modules named behind `crate::`, in `use` lines, groups and paths.
fn used(text: &str) -> BTreeSet<String> {
    let code = code(text).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(identifier(rest).to_owned());
            continue;
        };
        let (mut depth, mut fresh) = (0, true);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if fresh && !c.is_whitespace() => {
                    found.insert(identifier(&group[at..]).to_owned());
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// What `module` names although it stands after it.
fn out_of_order(module: &str, text: &str) -> Vec<String> {
    let place = |name: &str| ORDER.iter().position(|other| *other == name);
    let own = place(module);
    let later = |name: &String| matches!((own, place(name)), (Some(own), Some(other)) if other > own);
    used(text).into_iter().filter(later).collect()
}

/// The crates that `module` names and may not know.
fn intruders(module: &str, text: &str) -> Vec<&'static str> {
    let closed = GUESTS.iter().filter(|(_, hosts)| !hosts.contains(&module));
    let names = |line: &str, guest: &str| {
        line.match_indices(&format!("{guest}::")).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        }) || line.contains(&format!("use {guest};"))
    };
    closed.flat_map(|(guests, _)| *guests).copied().filter(|guest| code(text).any(|line| names(line, guest))).collect()
}

/// Lines before the tests that a file ends with.
fn length(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with('{'));
    tests.unwrap_or(lines.len())
}

#[test]
fn a_module_uses_only_those_before_it() {
    for (path, text) in sources() {
        let module = module(&path);
        if module == "lib" || module == "main" {
            continue;
        }
        assert!(ORDER.contains(&module.as_str()), "{module} has no place in the order of the house");
        assert!(out_of_order(&module, &text).is_empty(), "{}: {:?}", path.display(), out_of_order(&module, &text));
        let unknown: Vec<String> = used(&text).into_iter().filter(|name| !ORDER.contains(&name.as_str())).collect();
        assert!(unknown.is_empty(), "{}: crate::{unknown:?}", path.display());
    }
}

#[test]
fn only_train_knows_dfdx_and_only_the_front_ends_know_terminals() {
    for (path, text) in sources() {
        let found = intruders(&module(&path), &text);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

#[test]
fn a_file_is_one_room_and_says_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} does not begin with `//!`", path.display());
        let lines = length(&text);
        assert!(lines <= LONGEST, "{}: {lines} lines before its tests", path.display());
    }
}

#[test]
fn the_layout_in_contributing_is_the_order_of_the_house() {
    let text = include_str!("../CONTRIBUTING.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(',').map(|name| name.trim().trim_matches('`')))
        .collect();
    let present: BTreeSet<String> = sources().iter().map(|(path, _)| module(path)).collect();
    let expected: Vec<&str> = ORDER.into_iter().filter(|name| present.contains(*name)).collect();
    assert_eq!(listed, expected);
}

#[test]
fn these_rules_notice_what_they_forbid() {
    let text = "use crate::{data, escape, train::{self, Trainer}};\nfn f() { crate::runs::now() }\n// crate::cli";
    assert_eq!(used(text).into_iter().collect::<Vec<_>>(), ["data", "escape", "runs", "train"]);
    assert_eq!(out_of_order("quant", text), ["runs", "train"]);
    assert!(out_of_order("headless", text).is_empty());
    assert_eq!(intruders("graph", "use dfdx::prelude::*;\nlet x = console::Term::stdout();"), ["dfdx", "console"]);
    assert!(intruders("train", "use dfdx::prelude::*;").is_empty());
    assert!(intruders("runs", "use super::console::Console;").is_empty());
    assert_eq!(length("a\nb\n#[cfg(test)]\nmod tests {\n}\n"), 2);
    assert_eq!(length("#[cfg(test)]\nmod tests;\na\n"), 3);
}
