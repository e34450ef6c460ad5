//! What several integration tests need.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether `tool`, a command or the full path of a file, is there. Where it is not, [`skip`] says
/// so, and the test should return.
pub fn has(tool: &str) -> bool {
    let path = Path::new(tool);
    let runs = || {
        let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    if if path.is_absolute() { path.exists() } else { runs() } {
        return true;
    }
    skip(&format!("{tool} is not installed"));
    false
}

/// Says why a test does nothing, past the capture of the test harness; with
/// `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn skip(why: &str) {
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{why}, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
