//! How many bytes of code a header links to, by family of cores.

#![expect(clippy::unwrap_used, reason = "a helper of tests and benchmarks fails by panicking")]

use crate::support::{has, usable};
use micromobilenet::codegen::{Model, header};
use micromobilenet::plan::{Family, Tables};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A sketch with the network and one without, whose difference in size is the network's.
const SKETCHES: [&str; 2] = [
    "#include \"Net.h\"\nstatic Net net;\nextern \"C\" int main() { net.push(net.nextRow()); return net.finish(); }\n",
    "extern \"C\" int main() { return 0; }\n",
];
const COMMON: [&str; 7] = [
    "-Os",
    "-std=gnu++11",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wl,--gc-sections",
    "-fno-exceptions",
    "-fno-rtti",
];

/// Compiler and `size` for a family.
fn tools(family: Family) -> [&'static str; 2] {
    match family {
        Family::Avr => ["avr-g++", "avr-size"],
        Family::Thumb1 | Family::Thumb2 | Family::Dsp => ["arm-none-eabi-g++", "arm-none-eabi-size"],
        Family::Xtensa => ["xtensa-lx106-elf-g++", "xtensa-lx106-elf-size"],
        Family::Riscv => ["riscv64-unknown-elf-g++", "riscv64-unknown-elf-size"],
    }
}

/// Whether the tools for a family are here, with what a sketch links to.
pub fn ready(family: Family) -> bool {
    let [compiler, size] = tools(family);
    let flags = flags(family);
    let flags: Vec<&str> = COMMON.into_iter().chain(flags.iter().map(String::as_str)).collect();
    has(size) && usable(compiler, &flags)
}

/// What follows the source on the command line; libraries count in this order.
fn flags(family: Family) -> Vec<String> {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/targets");
    let path = |name: &str| targets.join(name).display().to_string();
    let arm = |cpu: &str| vec![format!("-mcpu={cpu}"), "-mthumb".into(), "--specs=nosys.specs".into()];
    match family {
        // As the Arduino core is built. Large networks are measured too: regions are made to hold
        // them, so that only the sum counts.
        Family::Avr => ["-mmcu=atmega328p", "-flto", "-fuse-linker-plugin", "-lm"]
            .map(str::to_owned)
            .into_iter()
            .chain(["TEXT", "DATA"].map(|region| format!("-Wl,--defsym=__{region}_REGION_LENGTH__=0x20000")))
            .collect(),
        Family::Thumb1 => arm("cortex-m0plus"),
        Family::Thumb2 => arm("cortex-m3"),
        Family::Dsp => {
            let float = ["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"].map(str::to_owned);
            arm("cortex-m4").into_iter().chain(float).collect()
        }
        // There is no linker script and no library for it: an object is measured.
        Family::Xtensa => {
            let flags = [
                "-c",
                "-ffreestanding",
                "-mtext-section-literals",
                "-mlongcalls",
                "-DESP8266",
                "-Dmemcpy_P=memcpy",
                "-isystem",
            ];
            flags.map(str::to_owned).into_iter().chain([path("esp8266")]).collect()
        }
        Family::Riscv => {
            let flags = ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-nostartfiles", "-nodefaultlibs"];
            let sizes = ["flash=0x10000", "flash_size=0x400000", "ram=0x20000000", "ram_size=0x400000"];
            let sizes = sizes.map(|size| format!("-Wl,--defsym=__{size}"));
            let libraries = ["-Wl,-e,main", "-Wl,-u,main", "-lm", "-lc", "-lgcc"];
            flags.into_iter().map(str::to_owned).chain(sizes).chain(libraries.map(str::to_owned)).collect()
        }
    }
}

/// Bytes of code that `model` adds to a program for `family`, tables not counted; an error is what
/// the compiler says.
pub fn code_bytes(model: &Model<'_>, family: Family) -> Result<u64, String> {
    assert_eq!(model.class_name, "Net");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Net.h"), header(model).unwrap()).unwrap();
    let tables = Tables::of(model.graph, &model.program()).bytes() as u64;
    let [with, without] = SKETCHES.map(|text| linked(folder.path(), family, text));
    Ok(with? - without? - tables)
}

/// Bytes of flash of a program.
fn linked(folder: &Path, family: Family, text: &str) -> Result<u64, String> {
    let (source, output) = (folder.join("size.cpp"), folder.join("size.out"));
    fs::write(&source, text).unwrap();
    let [compiler, size] = tools(family);
    let mut command = Command::new(compiler);
    command.args(COMMON).arg("-I").arg(folder).arg(&source).args(flags(family)).arg("-o").arg(&output);
    let done = command.output().unwrap();
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(said.lines().take(3).collect::<Vec<_>>().join("\n"));
    }
    let done = Command::new(size).arg(&output).output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let numbers: Vec<u64> =
        text.lines().nth(1).unwrap().split_whitespace().map_while(|word| word.parse().ok()).collect();
    Ok(numbers[0] + numbers[1])
}
