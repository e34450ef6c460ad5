//! What several integration tests need.

pub mod skipped;

use skipped::skipped;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether `tool`, a command or the full path of a file, is there. Where it is not, the test is [`skipped`].
pub fn has(tool: &str) -> bool {
    let path = Path::new(tool);
    let runs = || {
        let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let found = if path.is_absolute() { path.exists() } else { runs() };
    if !found {
        skipped(&format!("{tool} is not installed"));
    }
    found
}
