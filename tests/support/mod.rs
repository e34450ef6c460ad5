//! What several integration tests need.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether `tool`, a command or the full path of a file, is there. Where it is not, the test says
/// so on stderr, past the capture of the test harness, and should return; with
/// `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn has(tool: &str) -> bool {
    let path = Path::new(tool);
    let runs = || {
        let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    if if path.is_absolute() { path.exists() } else { runs() } {
        return true;
    }
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{tool} is not installed, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {tool} is not installed");
    false
}
