//! The targets, and which file of this folder builds for which.

use super::{Feed, Options, Program, avr, cortex_m, esp8266, flash_image, host, rv32, sources, write};
use micromobilenet::plan::Family;
use std::path::{Path, PathBuf};

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

    /// What its code is like, if estimates know it.
    pub fn family(self) -> Option<Family> {
        match self {
            Self::HostGcc | Self::HostClang => None,
            Self::CortexM0 => Some(Family::Thumb1),
            Self::CortexM3 => Some(Family::Thumb2),
            Self::CortexM4 | Self::CortexM7 | Self::CortexM33 => Some(Family::Dsp),
            Self::Rv32 => Some(Family::Riscv),
            Self::Uno | Self::Mega => Some(Family::Avr),
            Self::Esp8266 => Some(Family::Xtensa),
        }
    }

    /// Commands that must be there.
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
        let source = match self {
            Self::HostGcc | Self::HostClang => host::SOURCE,
            Self::Rv32 => rv32::SOURCE,
            Self::Uno | Self::Mega => avr::SOURCE,
            Self::Esp8266 => esp8266::SOURCE,
            _ => cortex_m::SOURCE,
        };
        let elf = self.compile(&sources().join(source), folder, options)?;
        Ok(Program::new(self, elf, options))
    }

    /// Makes a program of `source` in a new folder in `folder`.
    pub(super) fn compile(self, source: &Path, folder: &Path, options: &Options) -> Result<PathBuf, String> {
        let name = format!("{self:?}{}", options.optimise);
        let work = tempfile::Builder::new().prefix(&name).tempdir_in(folder).map_err(|error| error.to_string())?.keep();
        if let Feed::Flash(image) = &options.feed {
            write(&work.join("image.h"), &flash_image(image))?;
        }
        match self {
            Self::HostGcc => host::build("g++", source, &work, options),
            Self::HostClang => host::build("clang++", source, &work, options),
            Self::Rv32 => rv32::build(source, &work, options),
            Self::Uno | Self::Mega => avr::build(self, source, &work, options),
            Self::Esp8266 => esp8266::build(source, &work, options),
            _ => cortex_m::build(self, source, &work, options),
        }
    }

    pub fn size_command(self) -> &'static str {
        match self {
            Self::HostGcc | Self::HostClang => "size",
            Self::Rv32 => "riscv64-unknown-elf-size",
            Self::Uno | Self::Mega => "avr-size",
            Self::Esp8266 => "xtensa-lx106-elf-size",
            _ => "arm-none-eabi-size",
        }
    }
}
