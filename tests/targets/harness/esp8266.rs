//! ESP8266: there is a compiler but no emulator.

use super::{Options, compiler, process, sources};
use std::path::{Path, PathBuf};

pub const NEEDS: [&str; 2] = ["xtensa-lx106-elf-g++", "xtensa-lx106-elf-size"];
pub const SOURCE: &str = "esp8266/platform.cpp";

pub fn build(source: &Path, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let object = work.join("program.o");
    let mut command = compiler("xtensa-lx106-elf-g++", work, options);
    command.args(["-ffreestanding", "-mtext-section-literals", "-mlongcalls", "-DESP8266", "-isystem"]);
    command.arg(sources().join("esp8266"));
    command.arg("-c").arg(source).arg("-o").arg(&object);
    process::output(&mut command)?;
    Ok(object)
}
