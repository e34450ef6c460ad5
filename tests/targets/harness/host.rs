//! The computer that runs the tests.

use super::answers::Clock;
use super::{Options, process, sources};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn build(compiler: &str, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let elf = work.join("program");
    let mut command = Command::new(compiler);
    command.args(["-std=c++11", "-Wall", "-Wextra", "-Werror"]).args(options.arguments());
    command.arg("-I").arg(work).arg("-I").arg(sources().join("driver")).arg("-I").arg(work.join(".."));
    command.arg(sources().join("host/platform.cpp")).arg("-o").arg(&elf);
    process::output(&mut command)?;
    Ok(elf)
}

pub fn run(elf: &Path, folder: &Path) -> Result<Clock, String> {
    process::run(&mut Command::new(elf), folder, "answers")?;
    Ok(Clock::Microseconds(0.001))
}
