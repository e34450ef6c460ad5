//! What several integration tests need.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Whether `tool` can be run. Where it cannot, the test says so on stderr, past the capture of
/// the test harness, and should return; with `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn has(tool: &str) -> bool {
    let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if run.is_ok_and(|status| status.success()) {
        return true;
    }
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{tool} is not installed, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {tool} is not installed");
    false
}
