//! The computer that runs the tests.

use super::answers::Clock;
use super::{Options, compiler, process, sources};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn build(name: &str, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let elf = work.join("program");
    let mut command = compiler(name, work, options);
    process::output(command.arg(sources().join("host/platform.cpp")).arg("-o").arg(&elf))?;
    Ok(elf)
}

pub fn run(elf: &Path, folder: &Path) -> Result<Clock, String> {
    // A header has no heap that could leak, and the search for leaks works under no emulator or debugger.
    process::run(Command::new(elf).env("ASAN_OPTIONS", "detect_leaks=0"), folder, "answers")?;
    Ok(Clock::Microseconds(0.001))
}
