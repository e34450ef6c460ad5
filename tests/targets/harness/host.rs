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
    process::run(&mut Command::new(elf), folder, "answers")?;
    Ok(Clock::Microseconds(0.001))
}
