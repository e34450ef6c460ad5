//! Arduino boards in simavr, with the Arduino core that Debian packages.

use super::answers::Clock;
use super::program::Sections;
use super::{Options, Target, compiler, process, sources, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const ARDUINO: &str = "/usr/share/arduino/hardware/arduino/avr";

pub const NEEDS: [&str; 4] = ["avr-g++", "avr-gcc-ar", "avr-size", "cc"];
pub const SOURCE: &str = "avr/sketch.cpp";

/// Links when the simulator's library is there, and that for ELF files, with their headers.
const SIMULATOR: &str = "
#include <libelf.h>
#include <simavr/sim_avr.h>
int main(void) {
    return elf_version(EV_CURRENT) != EV_NONE && avr_make_mcu_by_name(\"atmega328p\") ? 0 : 1;
}
";

/// What the core's `platform.txt` compiles and links with, but for its `-w`.
const COMMON: [&str; 6] =
    ["-g", "-flto", "-ffunction-sections", "-fdata-sections", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR"];
const CPP: [&str; 5] =
    ["-std=gnu++11", "-fpermissive", "-fno-exceptions", "-fno-threadsafe-statics", "-Wno-error=narrowing"];

/// A board, with the most that its `boards.txt` allows of flash.
struct Board {
    processor: &'static str,
    name: &'static str,
    pins: &'static str,
    flash: u64,
}

fn board(target: Target) -> Board {
    match target {
        Target::Mega => Board { processor: "atmega2560", name: "MEGA2560", pins: "mega", flash: 253_952 },
        _ => Board { processor: "atmega328p", name: "UNO", pins: "standard", flash: 32_256 },
    }
}

/// Adds what every source of a sketch for `target` is compiled with.
fn board_flags(command: &mut Command, target: Target) {
    let Board { processor, name, pins, .. } = board(target);
    command.args(COMMON).arg(format!("-mmcu={processor}")).arg(format!("-DARDUINO_AVR_{name}"));
    command.arg("-DF_CPU=16000000L").arg(format!("-I{ARDUINO}/cores/arduino"));
    command.arg(format!("-I{ARDUINO}/variants/{pins}"));
}

pub fn build(target: Target, source: &Path, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let elf = work.join("program.elf");
    link(target, compiler("avr-g++", work, options), source, &elf)?;
    Ok(elf)
}

/// Builds the sketch `ino` for an Arduino as the Arduino IDE does, but with warnings as errors.
///
/// # Errors
/// Whatever the compiler says, or more bytes of flash than the board has.
pub fn build_sketch(target: Target, ino: &Path, elf: &Path) -> Result<(), String> {
    let mut command = Command::new("avr-g++");
    command.args(["-Os", "-Wall", "-Wextra", "-Werror", "-include", "Arduino.h", "-x", "c++"]);
    link(target, command, ino, elf)
}

/// Compiles `source` with `command` and links it with the core of a board.
fn link(target: Target, mut command: Command, source: &Path, elf: &Path) -> Result<(), String> {
    static UNO: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static MEGA: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let core = if target == Target::Mega { &MEGA } else { &UNO };
    let core = core.get_or_init(|| core_archive(target)).clone()?;
    board_flags(&mut command, target);
    command.args(CPP).args(["-fuse-linker-plugin", "-Wl,--gc-sections"]);
    command.arg(source).arg("-o").arg(elf).arg("-x").arg("none").arg(core).arg("-lm");
    process::output(&mut command)?;
    // The linker does not know that the boot loader has a part of it.
    let (Sections { text, data, .. }, flash) = (Sections::of("avr-size", elf)?, board(target).flash);
    if text + data > flash {
        return Err(format!("{} bytes of flash are needed, {flash} are there", text + data));
    }
    Ok(())
}

/// Compiles the Arduino core for a board.
fn core_archive(target: Target) -> Result<PathBuf, String> {
    let folder = temporary()?;
    let sources = Path::new(ARDUINO).join("cores/arduino");
    let sources = fs::read_dir(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    let mut paths: Vec<PathBuf> = sources.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let archive = folder.path().join("core.a");
    let mut archiver = Command::new("avr-gcc-ar");
    archiver.arg("rcs").arg(&archive);
    for path in paths {
        let mut command = match path.extension().and_then(|extension| extension.to_str()) {
            Some("c") => Command::new("avr-gcc"),
            Some("cpp") => {
                let mut command = Command::new("avr-g++");
                // Its strings want a limit that this compiler's C++ does not have.
                command.args(CPP).arg("-DDECIMAL_DIG=17");
                command
            }
            Some("S") => {
                let mut command = Command::new("avr-gcc");
                command.args(["-x", "assembler-with-cpp"]);
                command
            }
            _ => continue,
        };
        let object = folder.path().join(path.file_name().unwrap_or_default()).with_added_extension("o");
        board_flags(&mut command, target);
        process::output(command.args(["-Os", "-w", "-c"]).arg(&path).arg("-o").arg(&object))?;
        archiver.arg(object);
    }
    process::output(&mut archiver)?;
    keep(&archive, &format!("arduino-core-{target:?}.a"))
}

pub fn run(target: Target, elf: &Path, folder: &Path) -> Result<Clock, String> {
    static BOARD: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let program = BOARD.get_or_init(|| simulator("board")).clone()?;
    process::run(Command::new(program).arg(elf).arg(board(target).processor).arg("answers"), folder, "said")?;
    Ok(Clock::Microseconds(1.0))
}

/// What a sketch says on the serial port, up to the first line that begins with one of `words`.
///
/// # Errors
/// It says nothing of the kind within a minute of the board's time.
pub fn listen(target: Target, elf: &Path, words: &[&str]) -> Result<String, String> {
    static MONITOR: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let program = MONITOR.get_or_init(|| simulator("monitor")).clone()?;
    let said = elf.with_extension("said");
    process::output(Command::new(program).arg(elf).arg(board(target).processor).arg(&said).args(words))?;
    fs::read_to_string(&said).map_err(|error| format!("{}: {error}", said.display()))
}

/// Compiles a program that simulates boards.
fn simulator(name: &str) -> Result<PathBuf, String> {
    let folder = temporary()?;
    let program = folder.path().join(name);
    compile_simulator(&sources().join(format!("avr/{name}.c")), &program)?;
    keep(&program, name)
}

fn compile_simulator(source: &Path, program: &Path) -> Result<(), String> {
    let mut command = Command::new("cc");
    command.args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]).arg(source);
    process::output(command.arg("-o").arg(program).args(["-lsimavr", "-lelf"]))?;
    Ok(())
}

/// Whether programs that simulate boards can be made, and run.
pub fn simulates(folder: &Path) -> Result<(), String> {
    let (source, program) = (folder.join("simulator.c"), folder.join("simulator"));
    write(&source, SIMULATOR.as_bytes())?;
    compile_simulator(&source, &program)?;
    process::output(&mut Command::new(program))?;
    Ok(())
}

/// A folder beside that of [`keep`].
fn temporary() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|error| error.to_string())
}

/// Gives a finished file its lasting place at once, so that another process may use it meanwhile.
fn keep(path: &Path, name: &str) -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::rename(path, &place).map_err(|error| format!("{}: {error}", place.display()))?;
    Ok(place)
}
