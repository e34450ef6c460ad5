//! Tests that cannot be made on this system.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// Says on stderr, past the capture of the test harness, why a test, or the part of it that then is left out,
/// is not made, each reason once; with `MICROMOBILENET_REQUIRE_TOOLS` set it fails instead.
pub fn skipped(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let required = std::env::var_os("MICROMOBILENET_REQUIRE_TOOLS").is_some();
    assert!(!required, "{why}, and MICROMOBILENET_REQUIRE_TOOLS is set");
    let thread = std::thread::current();
    let line = format!("SKIPPED: {}: {why}\n", thread.name().unwrap_or("a part of a test"));
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
        // In one piece: other tests write there too.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
