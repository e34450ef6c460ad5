//! 32-bit RISC-V: a Linux program without an operating system's library, in QEMU's user mode.

use super::answers::Clock;
use super::{Options, SECTIONS, compiler, process, sources};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const NEEDS: [&str; 3] = ["riscv64-unknown-elf-g++", "riscv64-unknown-elf-size", "qemu-riscv32-static"];
pub const SOURCE: &str = "rv32/platform.cpp";

pub fn build(source: &Path, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let elf = work.join("program.elf");
    let mut command = compiler("riscv64-unknown-elf-g++", work, options);
    command.args(SECTIONS);
    // Only C is there for this target, no library of C++.
    command.args(["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-nostartfiles", "-nodefaultlibs"]);
    command.arg("-T").arg(sources().join("rv32/link.ld")).arg(source);
    command.args(["-lm", "-lc", "-lgcc"]).arg("-o").arg(&elf);
    process::output(&mut command)?;
    Ok(elf)
}

pub fn run(elf: &Path, folder: &Path) -> Result<Clock, String> {
    process::run(Command::new("qemu-riscv32-static").arg(elf), folder, "answers")?;
    Ok(Clock::None)
}
