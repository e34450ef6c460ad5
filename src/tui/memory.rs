//! What the workbench remembers of files from one session to the next.

use super::action::Screen;
use crate::text::counted;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The place in the workbench where a file was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    /// The absolute path of the file.
    pub path: PathBuf,
    /// When it was left, in seconds since 1970; 0 for a file that was never opened.
    pub left_at: i64,
    /// The screen that was shown.
    pub screen: Screen,
    /// The row of the cursor in Design.
    pub row: usize,
    /// The cell of the cursor in that row.
    pub cell: usize,
    /// The folders of the pinned runs.
    pub pins: Vec<PathBuf>,
    /// The pinned baseline in Design.
    pub baseline: Option<Baseline>,
}

/// A network that others are compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Its name.
    pub name: String,
    /// Its configuration.
    pub text: String,
}

/// The age of something of `then`, `now`, both in seconds since 1970: "today", "3 days ago".
#[must_use]
pub fn age(then: i64, now: i64) -> String {
    const DAY: i64 = 86_400;
    match (now - then).max(0) {
        seconds if seconds < 90 => "just now".to_owned(),
        seconds if seconds < 5_400 => format!("{} ago", counted(seconds.unsigned_abs() / 60, "minute")),
        seconds if seconds < DAY => format!("{} hours ago", (seconds + 1_800) / 3_600),
        seconds if seconds < 2 * DAY => "yesterday".to_owned(),
        seconds if seconds < 60 * DAY => format!("{} days ago", seconds / DAY),
        seconds => format!("{} months ago", seconds / (30 * DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_in_words() {
        let ages = [0, 100, 600, 7_200, 90_000, 900_000, 9_000_000].map(|seconds| age(1_000, 1_000 + seconds));
        assert_eq!(
            ages,
            ["just now", "1 minute ago", "10 minutes ago", "2 hours ago", "yesterday", "10 days ago", "3 months ago"]
        );
        assert_eq!(age(1_000, 0), "just now", "a clock that was set back");
    }
}
