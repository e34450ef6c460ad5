//! What several integration tests need.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether `tool`, a command or the full path of a file, is there. Where it is not, it is [`lacking`].
pub fn has(tool: &str) -> bool {
    let path = Path::new(tool);
    let runs = || {
        let run = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    (if path.is_absolute() { path.exists() } else { runs() }) || !lacking(&format!("{tool} is not installed"))
}

/// Says on stderr, past the capture of the test harness, why a test is not made, which should then
/// return; with `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead. Always true.
pub fn lacking(what: &str) -> bool {
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{what}, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
    true
}
