//! Generated headers on real instruction sets: build a driver around `Net.h`, run it on images,
//! read what it found and what that took.
//!
//! ```text
//! let program = Target::CortexM4.build(folder, &Options::new("-O2"))?;
//! let answers = program.count(&images)?;
//! answers.scores, answers.classes, answers.instructions, answers.stack_bytes
//! ```

pub mod answers;
pub mod avr;
mod cortex_m;
mod esp8266;
mod host;
mod process;
pub mod program;
mod rv32;
mod target;
mod trial;

pub use program::Program;
pub use target::Target;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// What leaves out of a program what nobody calls.
const SECTIONS: [&str; 3] = ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"];

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
