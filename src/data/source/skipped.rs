//! What was passed over in a data set, and why.

use std::fmt;

use crate::data::picture::kind::FileKind;

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path below the source.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// An entry of a folder, or a row of a table, that no image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path below the source; a folder's ends in `/`.
    pub name: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why an entry was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// A file that is no picture, or none that is read.
    FileKind(FileKind),
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

impl SkipReason {
    /// "3 hidden files", with what to do.
    pub(in crate::data) fn count(&self, count: usize) -> String {
        let files = if count == 1 { "file" } else { "files" };
        match self {
            Self::FileKind(kind) => {
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
impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::FileKind(kind) => return kind.fmt(f),
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
