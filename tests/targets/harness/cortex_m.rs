//! Cortex-M boards in QEMU.

use super::answers::Clock;
use super::{Options, SECTIONS, Target, compiler, process, sources, write};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const NEEDS: [&str; 3] = ["arm-none-eabi-g++", "arm-none-eabi-size", "qemu-system-arm"];
pub const SOURCE: &str = "cortex_m/platform.cpp";

/// A board of QEMU. Memory is an origin and a length in bytes.
struct Board {
    machine: &'static str,
    core: &'static [&'static str],
    flash: (u32, u32),
    ram: (u32, u32),
    /// Which timer, where, and how many ticks it makes in a second of the guest.
    timer: &'static str,
    ticks_per_second: u32,
}

const HARD_FLOAT: &str = "-mfloat-abi=hard";

fn board(target: Target) -> Board {
    const MEGABYTE: u32 = 1 << 20;
    let mps2 = Board {
        machine: "",
        core: &[],
        flash: (0, 4 * MEGABYTE),
        ram: (0x2000_0000, 4 * MEGABYTE),
        timer: "-DTIMER_CMSDK=0x40000000u",
        ticks_per_second: 25_000_000,
    };
    match target {
        Target::CortexM0 => Board {
            machine: "microbit",
            core: &["-mcpu=cortex-m0"],
            flash: (0, 256 << 10),
            ram: (0x2000_0000, 16 << 10),
            timer: "-DTIMER_NRF51=0x40008000u",
            ticks_per_second: 16_000_000,
        },
        Target::CortexM3 => Board { machine: "mps2-an385", core: &["-mcpu=cortex-m3"], ..mps2 },
        Target::CortexM7 => {
            Board { machine: "mps2-an500", core: &["-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", HARD_FLOAT], ..mps2 }
        }
        // It starts in the secure state, where everything is seen 256 MB higher.
        Target::CortexM33 => Board {
            machine: "mps2-an505",
            core: &["-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", HARD_FLOAT],
            flash: (0x1000_0000, 4 * MEGABYTE),
            ram: (0x3800_0000, 4 * MEGABYTE),
            timer: "-DTIMER_CMSDK=0x50000000u",
            ticks_per_second: 20_000_000,
        },
        _ => Board { machine: "mps2-an386", core: &["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", HARD_FLOAT], ..mps2 },
    }
}

pub fn build(target: Target, source: &Path, work: &Path, options: &Options) -> Result<PathBuf, String> {
    let board = board(target);
    let ((flash, flash_bytes), (ram, ram_bytes)) = (board.flash, board.ram);
    let memory = format!(
        "MEMORY\n{{\n    FLASH (rx) : ORIGIN = {flash:#x}, LENGTH = {flash_bytes}\n    \
         RAM (rwx) : ORIGIN = {ram:#x}, LENGTH = {ram_bytes}\n}}\n"
    );
    write(&work.join("memory.ld"), memory.as_bytes())?;
    let elf = work.join("program.elf");
    let mut command = compiler("arm-none-eabi-g++", work, options);
    command.args(SECTIONS).args(["-mthumb", "-nostartfiles", board.timer]).args(board.core);
    command.arg("-L").arg(work).arg("-T").arg(sources().join("cortex_m/link.ld"));
    command.arg(source).arg("-o").arg(&elf);
    process::output(&mut command)?;
    Ok(elf)
}

/// Whether this QEMU knows the board: some came with version 5.1.
pub fn emulates(target: Target) -> Result<(), String> {
    let machine = board(target).machine;
    let known = process::output(Command::new("qemu-system-arm").args(["-machine", "help"]))?;
    let known = known.lines().any(|line| line.split_whitespace().next() == Some(machine));
    if known { Ok(()) } else { Err(format!("qemu-system-arm has no machine {machine}")) }
}

pub fn run(target: Target, elf: &Path, folder: &Path, counted: bool) -> Result<Clock, String> {
    let board = board(target);
    let mut command = Command::new("qemu-system-arm");
    command.args(["-machine", board.machine, "-display", "none", "-serial", "none", "-monitor", "none"]);
    command.args(["-semihosting-config", "enable=on,target=native"]);
    if counted {
        // An instruction takes a nanosecond of the guest, so that its timers count instructions.
        command.args(["-icount", "shift=0"]);
    }
    command.arg("-kernel").arg(elf);
    process::run(&mut command, folder, "said")?;
    Ok(if counted { Clock::Instructions(1e9 / f64::from(board.ticks_per_second)) } else { Clock::None })
}
