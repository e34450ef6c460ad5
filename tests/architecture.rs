//! The architecture that CONTRIBUTING.md describes: which module may use which, how long a file may be.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[path = "support/dependencies.rs"]
mod dependencies;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dependencies::Dependencies;

/// A module uses only those before it.
const ORDER: [&str; 19] = [
    "escape", "text", "files", "format", "random", "sensors", "contract", "config", "graph", "plan", "data", "quant",
    "train", "codegen", "runs", "jobs", "headless", "tui", "cli",
];
/// Crates, and the modules that alone may know them.
const GUESTS: [(&[&str], &[&str]); 2] = [
    (&["dfdx"], &["train"]),
    (&["clap", "indicatif", "console", "ratatui", "crossterm"], &["headless", "tui", "cli", "main"]),
];
/// The most lines of a file before its tests.
const MAX_FILE_LINES: usize = 400;
/// The most lines of a function's body.
const MAX_FUNCTION_LINES: usize = 60;
/// The most files of a module that depend on each other in a cycle.
const MAX_CYCLE: usize = 3;

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

/// The top-level module of a file.
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

/// Whether the file holds nothing but tests.
fn is_test(path: &Path) -> bool {
    let name = |part: std::path::Component<'_>| part.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
    path.components().map(name).any(|name| name == "tests" || name.ends_with("_tests"))
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
        assert!(ORDER.contains(&module.as_str()), "{module} has no place in the order of modules");
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

/// The functions of `text`, by their names, with the lines of their bodies; those of the tests at its end excluded.
/// A body ends at the first brace with the indentation of the function, as rustfmt places it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().take(length(text)).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some((before, rest)) = line.trim_start().split_once("fn ") else { continue };
        let is_qualifier = |word: &str| {
            word.starts_with("pub")
                || ["const", "async", "unsafe", "extern", "\"C\"", "in"].contains(&word)
                || word.ends_with(')')
        };
        if !before.split_whitespace().all(is_qualifier) {
            continue;
        }
        // The signature ends in the brace that opens the body; a declaration or a body of one line has no such line.
        let Some(open) = lines[at..].iter().position(|line| line.ends_with(['{', ';', '}'])) else { continue };
        if !lines[at + open].ends_with('{') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(body) = lines[at + open + 1..].iter().position(|line| *line == close) {
            found.push((identifier(rest).to_owned(), body));
        }
    }
    found
}

/// Those of `found` that are above `most`.
fn above(found: Vec<(String, usize)>, most: usize) -> Vec<(String, usize)> {
    found.into_iter().filter(|(_, size)| *size > most).collect()
}

#[test]
fn every_file_says_what_it_is_and_is_not_long() {
    let mut found = Vec::new();
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} does not begin with `//!`", path.display());
        found.push((path.display().to_string(), length(&text)));
    }
    let long = above(found, MAX_FILE_LINES);
    assert!(long.is_empty(), "more than {MAX_FILE_LINES} lines before the tests: {long:#?}");
}

#[test]
fn no_function_is_long() {
    let mut found = Vec::new();
    for (path, text) in sources() {
        if !is_test(&path) {
            let named = |(name, lines)| (format!("{}: {name}", path.display()), lines);
            found.extend(functions(&text).into_iter().map(named));
        }
    }
    let long = above(found, MAX_FUNCTION_LINES);
    assert!(long.is_empty(), "functions of more than {MAX_FUNCTION_LINES} lines: {long:#?}");
}

#[test]
fn few_files_of_a_module_depend_on_each_other_in_a_cycle() {
    let sources = sources();
    let dependencies = Dependencies::of(sources.iter().map(|(path, text)| (path.as_path(), text.as_str())));
    let cycles = dependencies.cycles();
    let sizes = cycles.iter().map(|files| (files[0].clone(), files.len())).collect();
    let long: Vec<String> = above(sizes, MAX_CYCLE).into_iter().map(|(first, _)| first).collect();
    let cycles: Vec<_> = cycles.into_iter().filter(|files| long.contains(&files[0])).collect();
    assert!(cycles.is_empty(), "more than {MAX_CYCLE} files depend on each other: {cycles:#?}");
}

/// The passes over operations, and the one file of each that tells their kinds apart.
const PASSES: [(&str, &str); 8] = [
    ("write float", "codegen/float.rs"),
    ("write int8", "codegen/int8.rs"),
    ("plan", "plan/op.rs"),
    ("execute int8", "quant/execute.rs"),
    ("execute int8, fast", "quant/fast.rs"),
    ("execute float", "quant/float.rs"),
    ("quantise", "quant/quantise.rs"),
    ("train", "train/layer/mod.rs"),
];

/// Arms of matches on kinds of operations in the code before the tests. Every match has one for additions.
fn kinds_told_apart(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().take(length(text)).collect();
    code(&lines.join("\n")).filter(|line| line.contains("Kind::Add") && line.contains("=>")).count()
}

#[test]
fn each_pass_tells_kinds_of_operations_apart_in_one_place() {
    let list = include_str!("../src/graph/op/mod.rs").split("\nkinds! { ").nth(1).unwrap();
    let kinds: Vec<&str> = list.split(" }").next().unwrap().split(", ").filter(|kind| *kind != "Add").collect();
    assert!(kinds.contains(&"Conv") && kinds.contains(&"Dense"), "{kinds:?}");
    let is_kind = |line: &str| {
        kinds.iter().any(|kind| {
            let found = line.find(&format!("Kind::{kind}"));
            found.is_some_and(|at| !line[..at].ends_with(|c: char| c.is_alphanumeric()))
        })
    };
    let mut found = Vec::new();
    for (path, text) in sources() {
        let is_test = path.to_str().unwrap().ends_with("tests.rs");
        let is_pass = ["graph", "plan", "quant", "train", "codegen"].contains(&module(&path).as_str());
        let own: Vec<&str> = text.lines().take(length(&text)).collect();
        if !is_test && is_pass && code(&own.join("\n")).any(is_kind) {
            assert_eq!(kinds_told_apart(&text), 1, "{}", path.display());
            found.push(path.to_str().unwrap().to_owned());
        }
    }
    assert_eq!(found, PASSES.map(|(_, file)| file));
}

#[test]
fn the_modules_in_contributing_are_in_their_order() {
    let text = include_str!("../CONTRIBUTING.md");
    let table = text.split("## Glossary").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(',').map(|name| name.trim().trim_matches('`')))
        .collect();
    let present: BTreeSet<String> = sources().iter().map(|(path, _)| module(path)).collect();
    let expected: Vec<&str> = ORDER.into_iter().filter(|name| present.contains(*name)).collect();
    assert_eq!(listed, expected);
}

#[test]
fn paths_in_contributing_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_path = |text: &&str| {
        let folders = ["src/", "tests/", "assets/", "configs/", "benches/", "examples/", ".ci/"];
        folders.iter().any(|folder| text.starts_with(folder)) && !text.contains([' ', '*'])
    };
    let paths: Vec<&str> = include_str!("../CONTRIBUTING.md").split('`').skip(1).step_by(2).filter(is_path).collect();
    assert!(paths.len() > 30, "{paths:?}");
    let missing: Vec<&str> = paths.into_iter().filter(|path| !root.join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Calls that read or change the world, wait, or look at a clock.
const OUTSIDE: [&str; 16] = [
    "std::fs",
    "fs::",
    "TimeZone::system",
    "File::open",
    "File::create",
    "read_dir(",
    ".exists()",
    ".is_dir()",
    ".is_file()",
    ".metadata(",
    "Instant",
    "SystemTime",
    "std::thread",
    "thread::",
    "env::",
    "std::process",
];
/// The files of the workbench that may make them: its work, its beginning, its loop, its terminal.
const INSIDE: [&str; 5] = ["tui/workshop/", "tui/terminal.rs", "tui/events.rs", "tui/begin.rs", "tui/mod.rs"];

/// The calls of [`OUTSIDE`] in `text` before its tests.
fn outside_calls(text: &str) -> Vec<&'static str> {
    let before: String = text.lines().take(length(text)).map(|line| line.to_owned() + "\n").collect();
    let own = code(&before).collect::<Vec<_>>().join("\n");
    let is_called = |call: &&str| {
        // A word is not found within a longer one.
        let is_word = call.starts_with(char::is_alphabetic);
        let starts = |at: usize| !is_word || !own[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        own.match_indices(*call).any(|(at, _)| starts(at))
    };
    OUTSIDE.into_iter().filter(is_called).collect()
}

#[test]
fn the_state_and_the_drawing_of_the_workbench_do_no_io() {
    for (path, text) in sources() {
        let name = path.to_str().unwrap();
        if !name.starts_with("tui/") || INSIDE.iter().any(|inside| name.starts_with(inside)) || name.contains("tests") {
            continue;
        }
        assert!(outside_calls(&text).is_empty(), "{name}: {:?}", outside_calls(&text));
    }
    assert_eq!(
        outside_calls("fn f() { if path.exists() { std::thread::spawn(g); } }"),
        [".exists()", "std::thread", "thread::"]
    );
    assert!(
        outside_calls(
            "use crate::tui::action::File;\nfn f() { Key::of(x) }\n#[cfg(test)]\nmod tests {\n fs::read(x);\n}"
        )
        .is_empty()
    );
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
    let text =
        "fn one() { 1 }\npub(in crate::data) fn two(\n    a: u8,\n) -> u8 {\n    a\n        + 1\n}\nfn three();\n";
    assert_eq!(functions(text), [("two".to_owned(), 2)]);
    let sizes = vec![("a".to_owned(), 5), ("b".to_owned(), 7), ("c".to_owned(), 4)];
    assert_eq!(above(sizes, 4), [("a".to_owned(), 5), ("b".to_owned(), 7)]);
    assert_eq!(
        kinds_told_apart("match kind {\n Kind::Add(_) => 1,\n}\n#[cfg(test)]\nmod tests {\nKind::Add(_) => 2"),
        1
    );
    assert_eq!(length("a\nb\n#[cfg(test)]\nmod tests {\n}\n"), 2);
    assert_eq!(length("#[cfg(test)]\nmod tests;\na\n"), 3);
}

#[test]
fn cycles_are_found_through_re_exports_and_tests_do_not_count() {
    let files = [
        ("one/mod.rs", "mod a;\nmod b;\npub use a::{Alpha, inner as renamed};\nmod c;\n"),
        ("one/a.rs", "use super::b;\npub struct Alpha;\npub fn inner() { b::beta() }\n"),
        ("one/b.rs", "use super::{Alpha as A};\npub fn beta() {}\n"),
        (
            "one/c.rs",
            "use crate::one::renamed;\n// super::d::x()\npub struct Gamma;\n#[cfg(test)]\nmod tests {\nsuper::d::x() }",
        ),
        ("one/d.rs", "pub fn x(_: super::c::Gamma) {}\n"),
        ("two.rs", "use crate::one::Alpha;\n"),
        ("one/tests/mod.rs", "use super::c::Gamma;\n"),
    ];
    let dependencies = Dependencies::of(files.iter().map(|(path, text)| (Path::new(path), *text)));
    assert_eq!(dependencies.cycles(), [["one::a", "one::b"]]);
}
