//! What was passed over in a data set, and why.

use crate::text::plural;
use std::collections::BTreeMap;
use std::fmt;

use super::check::list;
use super::kind::Kind;

/// An entry of a folder, or a row of a table, that no image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path below the source; a folder's ends in `/`.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why an entry was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A file that is no picture, or none that is read.
    Kind(Kind),
    /// Its name begins with a dot.
    Hidden,
    /// A file or folder that a system or a program keeps for itself, such as `Thumbs.db` or `@eaDir`.
    System,
    /// A folder of training runs.
    Runs,
    /// A folder of exported sketches.
    Sketches,
    /// A folder beside those of training, validation and test.
    Beside,
    /// A folder too deep below its class.
    Deep,
    /// A folder that was read already, or that it lies in: a link leads there.
    Linked,
    /// Neither folder nor regular file.
    Special,
    /// A link to nothing.
    Dangling,
    /// A picture in a folder, here without its class.
    NoClass,
    /// A row of a table whose file is not there.
    Missing,
    /// A row of a table from which no class can be told.
    Unclear(String),
}

impl Reason {
    /// "3 hidden files", with what to do.
    pub(super) fn count(&self, count: usize) -> String {
        let files = if count == 1 { "file" } else { "files" };
        match self {
            Self::Kind(kind) => {
                let advice = kind.advice().map_or_else(String::new, |advice| format!(" ({advice})"));
                format!("{}{advice}", kind.count(count))
            }
            Self::Hidden => format!("{count} hidden {files}"),
            Self::System => format!("{count} system {files}"),
            Self::Special => format!("{count} special {files}"),
            Self::Dangling => format!("{count} broken {}", if count == 1 { "link" } else { "links" }),
            other => format!("{count} {other}"),
        }
    }
}

/// Why one entry was passed over.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Kind(kind) => return kind.fmt(f),
            Self::Hidden => "hidden",
            Self::System => "made by the system, not by you",
            Self::Runs => "training runs of this program",
            Self::Sketches => "sketches of this program",
            Self::Beside => "beside the folders of training, validation and test",
            Self::Deep => "too deep",
            Self::Linked => "a link to a folder that was read already",
            Self::Special => "not a regular file",
            Self::Dangling => "a link to nothing",
            Self::NoClass => "no class",
            Self::Missing => "the file is missing",
            Self::Unclear(why) => why,
        };
        f.write_str(text)
    }
}

/// One sentence for each kind of finding in `skipped`, with at most `examples` names each, written
/// with `escape`. Files are counted by reason, and named only where every name is wanted.
pub(super) fn findings(skipped: &[Skipped], examples: usize, escape: impl Fn(&str) -> String) -> Vec<String> {
    let named = |entry: &Skipped| format!("{} ({})", escape(&entry.name), escape(&entry.reason.to_string()));
    let listed = |names: Vec<String>| list(names.into_iter(), examples);
    let mut no_class = BTreeMap::<&str, Vec<String>>::new();
    let (mut rows, mut files, mut folders) = (Vec::new(), Vec::new(), Vec::new());
    for entry in skipped {
        match &entry.reason {
            Reason::NoClass => {
                let folder = entry.name.rfind('/').map_or("", |end| &entry.name[..=end]);
                no_class.entry(folder).or_default().push(escape(&entry.name));
            }
            Reason::Missing | Reason::Unclear(_) => rows.push(named(entry)),
            _ if entry.name.ends_with('/') => folders.push(named(entry)),
            _ => files.push(entry),
        }
    }
    let mut out = Vec::new();
    for (folder, names) in no_class {
        let place = if folder.is_empty() { "the top folder".to_owned() } else { escape(folder) };
        let finding = match names.len() {
            1 => format!("1 picture in {place} has no class and is not used"),
            count => format!("{count} pictures in {place} have no class and are not used"),
        };
        out.push(finding + &listed(names));
    }
    if !rows.is_empty() {
        out.push(format!("{} skipped{}", plural(rows.len(), "row of a table", "rows of tables"), listed(rows)));
    }
    if !files.is_empty() {
        let mut reasons = BTreeMap::<&Reason, usize>::new();
        for entry in &files {
            *reasons.entry(&entry.reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        // Stable: reasons that are as frequent keep their order.
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let reasons: Vec<_> = reasons.into_iter().map(|(reason, count)| reason.count(count)).collect();
        let count = plural(files.len(), "file", "files");
        let names = if examples == usize::MAX { listed(files.into_iter().map(named).collect()) } else { String::new() };
        out.push(format!("{count} skipped: {}{names}", reasons.join(", ")));
    }
    if !folders.is_empty() {
        out.push(format!("{} skipped{}", plural(folders.len(), "folder", "folders"), listed(folders)));
    }
    out
}
