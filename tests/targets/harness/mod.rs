//! Generated headers on real instruction sets: build a driver around `Net.h`, run it on images,
//! read what it found and what that took.
//!
//! ```text
//! let program = Target::CortexM4.build(folder, &Options::new("-O2"))?;
//! let answers = program.run(&images)?;
//! ```

pub mod answers;
mod avr;
mod cortex_m;
mod esp8266;
mod host;
mod process;
mod rv32;

use answers::Answers;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a header is run, or for the last only compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    HostGcc,
    HostClang,
    /// BBC micro:bit: 16 KB of RAM, 256 KB of flash, no floating-point unit.
    CortexM0,
    CortexM3,
    CortexM4,
    CortexM7,
    CortexM33,
    /// RV32IMC.
    Rv32,
    /// Arduino Uno: 2 KB of RAM, 32 KB of flash.
    Uno,
    /// Arduino Mega: 8 KB of RAM, 256 KB of flash.
    Mega,
    Esp8266,
}

/// How a program is built.
#[derive(Clone, Debug)]
pub struct Options {
    /// `-O2` and the like.
    pub optimise: String,
    /// Whether the answers hold every row of every operation. Time and stack are not known then.
    pub trace: bool,
    pub feed: Feed,
    /// Further arguments of the compiler.
    pub flags: Vec<String>,
}

impl Options {
    /// Row by row, without trace.
    pub fn new(optimise: &str) -> Self {
        Self { optimise: optimise.to_owned(), trace: false, feed: Feed::Rows, flags: Vec::new() }
    }

    pub fn trace(self) -> Self {
        Self { trace: true, ..self }
    }

    pub fn feed(self, feed: Feed) -> Self {
        Self { feed, ..self }
    }

    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }
}

/// Which functions of the class get the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// `begin`, `nextRow`, `commitRow`, `finish`: no image is ever in memory.
    Rows,
    /// `begin`, `push`, `finish`.
    Push,
    /// `predict` of an image in RAM.
    Predict,
    /// `predict_P` of this image, which is compiled in; of the images run only the number counts.
    Flash(Vec<u8>),
}

/// A driver around `Net.h`, ready to run.
#[derive(Debug)]
pub struct Program {
    pub target: Target,
    pub elf: PathBuf,
    options: Options,
}

/// Bytes of sections: what is in flash is `text + data`, what is in RAM besides the stack `data + bss`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections {
    pub text: u64,
    pub data: u64,
    pub bss: u64,
}

impl Target {
    pub const ALL: [Self; 11] = [
        Self::HostGcc,
        Self::HostClang,
        Self::CortexM0,
        Self::CortexM3,
        Self::CortexM4,
        Self::CortexM7,
        Self::CortexM33,
        Self::Rv32,
        Self::Uno,
        Self::Mega,
        Self::Esp8266,
    ];

    pub fn is_host(self) -> bool {
        matches!(self, Self::HostGcc | Self::HostClang)
    }

    pub fn is_avr(self) -> bool {
        matches!(self, Self::Uno | Self::Mega)
    }

    /// Whether a program can be run, and not only compiled.
    pub fn runs(self) -> bool {
        self != Self::Esp8266
    }

    /// Commands, and files by their full path, that must be there.
    pub fn needs(self) -> Vec<&'static str> {
        match self {
            Self::HostGcc => vec!["g++", "size"],
            Self::HostClang => vec!["clang++", "size"],
            Self::Rv32 => rv32::NEEDS.into(),
            Self::Uno | Self::Mega => avr::NEEDS.into(),
            Self::Esp8266 => esp8266::NEEDS.into(),
            _ => cortex_m::NEEDS.into(),
        }
    }

    /// Builds a driver around `folder/Net.h`.
    ///
    /// # Errors
    /// Whatever a compiler says, warnings too.
    pub fn build(self, folder: &Path, options: &Options) -> Result<Program, String> {
        let name = format!("{self:?}{}{}", options.optimise, options.flags.concat());
        let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let work = tempfile::Builder::new().prefix(&name).tempdir_in(folder).map_err(|error| error.to_string())?.keep();
        if let Feed::Flash(image) = &options.feed {
            write(&work.join("image.h"), &flash_image(image))?;
        }
        let elf = match self {
            Self::HostGcc => host::build("g++", &work, options),
            Self::HostClang => host::build("clang++", &work, options),
            Self::Rv32 => rv32::build(&work, options),
            Self::Uno | Self::Mega => avr::build(self, &work, options),
            Self::Esp8266 => esp8266::build(&work, options),
            _ => cortex_m::build(self, &work, options),
        }?;
        Ok(Program { target: self, elf, options: options.clone() })
    }

    fn size_command(self) -> &'static str {
        match self {
            Self::HostGcc | Self::HostClang => "size",
            Self::Rv32 => "riscv64-unknown-elf-size",
            Self::Uno | Self::Mega => "avr-size",
            Self::Esp8266 => "xtensa-lx106-elf-size",
            _ => "arm-none-eabi-size",
        }
    }
}

impl Program {
    /// Answers for `images`, each `height * width * channels` camera bytes.
    ///
    /// # Errors
    /// The program fails, does not end, or its answers are not complete.
    pub fn run(&self, images: &[Vec<u8>]) -> Result<Answers, String> {
        self.start(images, false)
    }

    /// As [`Self::run`], with counted instructions where an emulator can count them.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub fn count(&self, images: &[Vec<u8>]) -> Result<Answers, String> {
        self.start(images, true)
    }

    fn start(&self, images: &[Vec<u8>], counted: bool) -> Result<Answers, String> {
        let folder = self.elf.parent().unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix("run").tempdir_in(folder).map_err(|error| error.to_string())?;
        write(&folder.path().join("images"), &self.stream(images))?;
        let clock = match self.target {
            Target::HostGcc | Target::HostClang => host::run(&self.elf, folder.path()),
            Target::Rv32 => rv32::run(&self.elf, folder.path()),
            Target::Uno | Target::Mega => avr::run(self.target, &self.elf, folder.path()),
            Target::Esp8266 => Err("nothing here runs programs for ESP8266".to_owned()),
            _ => cortex_m::run(self.target, &self.elf, folder.path(), counted),
        }?;
        let path = folder.path().join("answers");
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut answers = Answers::parse(&bytes, clock)?;
        if self.options.trace {
            answers.forget_costs();
        }
        let found = answers.classes.len();
        if found == images.len() { Ok(answers) } else { Err(format!("{found} answers for {} images", images.len())) }
    }

    /// The images as the driver reads them.
    fn stream(&self, images: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = Vec::new();
        for image in images {
            stream.push(1);
            if !matches!(self.options.feed, Feed::Flash(_)) {
                stream.extend(image);
            }
        }
        stream.push(0);
        stream
    }

    /// How large the program is, with its driver.
    ///
    /// # Errors
    /// `size` cannot be run.
    pub fn sections(&self) -> Result<Sections, String> {
        let text = process::output(Command::new(self.target.size_command()).arg(&self.elf))?;
        let line = text.lines().nth(1).unwrap_or_default();
        let numbers: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [text, data, bss, ..] = numbers[..] else {
            return Err(format!("`size` says {text:?}"));
        };
        Ok(Sections { text, data, bss })
    }
}

/// A compiler with what all are told.
fn compiler(name: &str, work: &Path, options: &Options) -> Command {
    let feed = match &options.feed {
        Feed::Rows => "ROWS",
        Feed::Push => "PUSH",
        Feed::Predict => "PREDICT",
        Feed::Flash(_) => "FLASH",
    };
    let mut command = Command::new(name);
    command.args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-fno-rtti"]);
    command.args(["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"]);
    command.arg(&options.optimise).arg(format!("-DFEED=FEED_{feed}")).args(&options.flags);
    if options.trace {
        command.arg("-DTRACE");
    }
    command.arg("-I").arg(work).arg("-I").arg(work.join("..")).arg("-I").arg(sources().join("driver"));
    command
}

/// The folder of the drivers' sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/targets")
}

/// An array for flash, marked for the targets where flash is apart.
fn flash_image(image: &[u8]) -> Vec<u8> {
    let values: Vec<String> = image.iter().map(u8::to_string).collect();
    let marked =
        "#if defined(__AVR__) || defined(ESP8266)\n#define IMAGE_FLASH PROGMEM\n#else\n#define IMAGE_FLASH\n#endif";
    format!("{marked}\nstatic const uint8_t image[{}] IMAGE_FLASH = {{{}}};\n", image.len(), values.join(",")).into()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
