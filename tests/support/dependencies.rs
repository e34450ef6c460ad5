//! Which files of a module of `src/` use each other, read from their text.
//!
//! A file depends on another that defines a name of its `use` declarations or of a path in its code. Names are
//! followed through re-exports to the file that defines them. Declarations of modules and re-exports are no
//! dependencies, and neither is the code of tests. Methods and fields have no path, so that they do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module's path below the crate, such as `["data", "source", "folder"]`.
type ModulePath = Vec<String>;

/// A name that a `use` declaration brings into scope.
struct Import {
    path: Vec<String>,
    name: String,
    is_public: bool,
}

/// The text of one file, without comments and tests.
struct Source {
    imports: Vec<Import>,
    /// The rest of the code.
    code: String,
}

/// All files of `src/`, by their modules' paths.
pub struct Dependencies {
    sources: BTreeMap<ModulePath, Source>,
}

impl Dependencies {
    /// Of files with their paths below `src/`.
    pub fn of<'a>(files: impl Iterator<Item = (&'a Path, &'a str)>) -> Self {
        let sources = files.filter_map(|(path, text)| Some((module_path(path)?, Source::parse(text)))).collect();
        Self { sources }
    }

    /// The sets of at least two files of one top-level module that depend on each other in a cycle, directly or
    /// through other files, as the modules' paths joined by `::`.
    pub fn cycles(&self) -> Vec<Vec<String>> {
        let direct: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
            self.sources.keys().map(|module| (module, self.used_by(module))).collect();
        let reachable: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> =
            direct.keys().map(|&module| (module, reachable(module, &direct))).collect();
        let mut cycles = BTreeSet::new();
        for (&module, reached) in &reachable {
            if reached.contains(module) {
                let cycle = reached.iter().filter(|other| reachable[**other].contains(module));
                cycles.insert(cycle.map(|module| module.join("::")).collect::<Vec<_>>());
            }
        }
        cycles.into_iter().collect()
    }

    /// The other files of the same top-level module that define a name which `module` uses.
    fn used_by(&self, module: &ModulePath) -> BTreeSet<ModulePath> {
        let source = &self.sources[module];
        let (mut used, mut modules) = (BTreeSet::new(), BTreeMap::new());
        for Import { path, name, is_public } in &source.imports {
            let Some(path) = self.absolute(module, path) else { continue };
            match self.definition(&path, 0) {
                // A module in scope: the paths that begin with it count.
                Definition::Module => _ = modules.insert(name.clone(), path),
                Definition::File(file) if !is_public => _ = used.insert(file),
                _ => {}
            }
        }
        for path in paths(&source.code) {
            let path = match modules.get(&path[0]) {
                Some(module) => Some([&module[..], &path[1..]].concat()),
                None => self.absolute(module, &path),
            };
            if let Some(Definition::File(file)) = path.map(|path| self.definition(&path, 0)) {
                used.insert(file);
            }
        }
        used.retain(|file| file != module && file[0] == module[0]);
        used
    }

    /// `path`, as `module` means it, from the crate on; `None` if it begins outside of the crate.
    fn absolute(&self, module: &ModulePath, path: &[String]) -> Option<Vec<String>> {
        let supers = path.iter().take_while(|name| *name == "super").count();
        match &path.first()?[..] {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([&module[..], &path[1..]].concat()),
            "super" => Some([&module[..module.len().checked_sub(supers)?], &path[supers..]].concat()),
            first => {
                let child = [&module[..], &[first.to_owned()]].concat();
                self.sources.contains_key(&child).then(|| [&module[..], path].concat())
            }
        }
    }

    /// Where `path` leads.
    fn definition(&self, path: &[String], followed: usize) -> Definition {
        let mut length = 0;
        while length < path.len() && self.sources.contains_key(&path[..=length]) {
            length += 1;
        }
        let (module, rest) = path.split_at(length);
        let Some(name) = rest.first() else { return Definition::Module };
        let Some(source) = self.sources.get(module) else { return Definition::Unknown };
        if !source.defines(name) && followed < 8 {
            for import in source.imports.iter().filter(|import| import.name == *name) {
                if let Some(target) = self.absolute(&module.to_vec(), &import.path) {
                    return self.definition(&[&target[..], &rest[1..]].concat(), followed + 1);
                }
            }
        }
        Definition::File(module.to_vec())
    }
}

enum Definition {
    /// The path is that of a module.
    Module,
    /// The name is defined in the file of this module.
    File(ModulePath),
    Unknown,
}

fn reachable<'a>(
    start: &'a ModulePath,
    direct: &'a BTreeMap<&ModulePath, BTreeSet<ModulePath>>,
) -> BTreeSet<&'a ModulePath> {
    let (mut found, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(module) = open.pop() {
        open.extend(direct[module].iter().filter(|next| found.insert(*next)));
    }
    found
}

/// The path of the module in the file `path`; `None` for tests and for the roots of crates.
fn module_path(path: &Path) -> Option<ModulePath> {
    let without_end = path.with_extension("");
    let mut names: Vec<String> =
        without_end.components().map(|name| name.as_os_str().to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    let is_test = names.iter().any(|name| name == "tests" || name.ends_with("_tests"));
    (!is_test && !matches!(&names[..], [root] if root == "lib" || root == "main")).then_some(names)
}

impl Source {
    fn parse(text: &str) -> Self {
        let (mut imports, mut code) = (Vec::new(), String::new());
        let mut lines = before_tests(text).lines().map(|line| line.split("//").next().unwrap_or_default());
        while let Some(line) = lines.next() {
            let Some((visibility, first)) = declaration(line) else {
                code.push_str(line);
                code.push('\n');
                continue;
            };
            let mut declaration = first.to_owned();
            while !declaration.contains(';') {
                let Some(line) = lines.next() else { break };
                declaration.push_str(line);
            }
            let tree = declaration.split(';').next().unwrap_or_default();
            expand(tree, &[], !visibility.is_empty(), &mut imports);
        }
        Self { imports, code }
    }

    /// Whether this file defines an item called `name`.
    fn defines(&self, name: &str) -> bool {
        const KEYWORDS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];
        let words: Vec<&str> = self.code.split(|c: char| !is_identifier(c)).filter(|word| !word.is_empty()).collect();
        words.windows(2).any(|pair| KEYWORDS.contains(&pair[0]) && pair[1] == name)
    }
}

/// The text before the tests that a file ends with.
fn before_tests(text: &str) -> &str {
    let mut from = 0;
    while let Some(at) = text[from..].find("#[cfg(test)]\n") {
        let end = from + at + "#[cfg(test)]\n".len();
        if text[end..].lines().next().is_some_and(|line| line.starts_with("mod ") && line.ends_with('{')) {
            return &text[..from + at];
        }
        from = end;
    }
    text
}

/// The visibility and the tree of a `use` declaration that begins in `line`.
fn declaration(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let visibility = if line.starts_with("pub(") {
        &line[..=line.find(')')?]
    } else if line.starts_with("pub ") {
        "pub"
    } else {
        ""
    };
    Some((visibility, line[visibility.len()..].trim_start().strip_prefix("use ")?))
}

/// Adds the imports of the tree `tree` behind `prefix`.
fn expand(tree: &str, prefix: &[String], is_public: bool, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let names = tree[..open].split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let prefix: Vec<String> = prefix.iter().cloned().chain(names).collect();
        let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&inside[start..at], &prefix, is_public, imports);
                    start = at + 1;
                }
                _ => {}
            }
        }
        return expand(&inside[start..], &prefix, is_public, imports);
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let names = path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let mut path: Vec<String> = prefix.iter().cloned().chain(names).collect();
    if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
        path.pop();
    }
    let Some(last) = path.last().filter(|_| !tree.is_empty()) else { return };
    let name = alias.map_or_else(|| last.clone(), str::to_owned);
    imports.push(Import { path, name, is_public });
}

const fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The paths of at least two names in `code`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let in_path = |c: char| is_identifier(c) || c == ':';
    code.split(|c| !in_path(c))
        .filter(|word| word.contains("::"))
        .map(|word| word.split("::").take_while(|name| !name.is_empty() && !name.contains(':')))
        .map(|names| names.map(str::to_owned).collect::<Vec<String>>())
        .filter(|names| names.len() > 1)
        .collect()
}
