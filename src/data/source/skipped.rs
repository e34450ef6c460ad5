//! Skipped and unreadable entries of a data set, with reasons.

use std::fmt;

use crate::data::picture::kind::FileKind;

/// A picture that cannot be decoded and is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path below the source.
    pub name: String,
    /// The reason.
    pub reason: String,
}

/// An entry of a folder, or a row of a table, that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path below the source; that of a folder ends in `/`.
    pub name: String,
    /// The reason.
    pub reason: SkipReason,
}

/// The reason why an entry is skipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SkipReason {
    /// A file that is not a picture, or not a supported one.
    FileKind(FileKind),
    /// Its name begins with a dot.
    Hidden,
    /// A file or folder of the operating system or another program, such as `Thumbs.db` or `@eaDir`.
    System,
    /// A folder of training runs.
    Runs,
    /// A folder of exported sketches.
    Sketches,
    /// A folder next to those of training, validation and test.
    Beside,
    /// A folder nested too deep below its class.
    Deep,
    /// A symbolic link to a folder that was already read or that contains the link.
    Linked,
    /// Neither a folder nor a regular file.
    Special,
    /// A broken symbolic link.
    Dangling,
    /// A picture without a class.
    NoClass,
    /// A row of a table whose file does not exist.
    Missing,
    /// A row of a table without a unique class.
    Unclear(String),
}

impl SkipReason {
    /// "3 hidden files", with advice.
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

/// The reason for a single entry.
impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::FileKind(kind) => return kind.fmt(f),
            Self::Hidden => "hidden",
            Self::System => "a file of the operating system",
            Self::Runs => "training runs of micromobilenet",
            Self::Sketches => "sketches of micromobilenet",
            Self::Beside => "next to the training, validation and test folders",
            Self::Deep => "nested too deep",
            Self::Linked => "a link to a folder that was already read",
            Self::Special => "not a regular file",
            Self::Dangling => "a broken link",
            Self::NoClass => "no class",
            Self::Missing => "the file is missing",
            Self::Unclear(why) => why,
        };
        f.write_str(text)
    }
}
