//! The computer that runs the tests.

use super::answers::Clock;
use super::{Options, compiler, process};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const SOURCE: &str = "host/platform.cpp";

pub fn build(name: &str, source: &Path, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let elf = work.join("program");
    let mut command = compiler(name, work, options);
    process::output(command.arg(source).arg("-o").arg(&elf))?;
    Ok(elf)
}

pub fn run(elf: &Path, folder: &Path) -> Result<Clock, String> {
    process::run(&mut Command::new(elf), folder, "answers")?;
    Ok(Clock::Microseconds(0.001))
}
