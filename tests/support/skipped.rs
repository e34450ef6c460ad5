//! Tests that cannot be made on this system.

use std::io::Write as _;

/// Says on stderr, past the capture of the test harness, why a test, or the part of it that then is left out,
/// is not made; with `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn skipped(why: &str) {
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{why}, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a part of a test");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {why}");
}
