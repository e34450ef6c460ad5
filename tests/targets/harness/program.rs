//! A program for a target: running it, and how large it is.

use super::answers::Answers;
use super::{Feed, Options, Target, avr, cortex_m, host, process, rv32, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

impl Program {
    pub fn new(target: Target, elf: PathBuf, options: &Options) -> Self {
        Self { target, elf, options: options.clone() }
    }

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
        Sections::of(self.target.size_command(), &self.elf)
    }
}

impl Sections {
    pub fn of(size: &str, elf: &Path) -> Result<Self, String> {
        let text = process::output(Command::new(size).arg(elf))?;
        let line = text.lines().nth(1).unwrap_or_default();
        let numbers: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [text, data, bss, ..] = numbers[..] else {
            return Err(format!("`{size}` says {text:?}"));
        };
        Ok(Self { text, data, bss })
    }
}
