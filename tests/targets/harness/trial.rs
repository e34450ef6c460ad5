//! Whether what a target wants is here, with all its pieces.

use super::{Options, Target, avr, cortex_m, process, write};
use crate::support::{TRIAL, has, passes, reason};
use std::process::Command;

impl Options {
    /// With the address and the undefined-behaviour sanitizers, which end a program that they find something in.
    pub fn sanitized() -> Self {
        Self::new("-O1").flag("-fsanitize=address,undefined").flag("-fno-sanitize-recover=all")
    }
}

impl Target {
    /// Whether its commands are there and make, with `options`, a program of a few lines, which runs where it is
    /// one for this computer. Where they do not, the test is skipped and says why.
    pub fn ready(self, options: &Options) -> bool {
        self.needs().into_iter().all(has)
            && passes(&format!("{self:?} {options:?}"), || {
                self.attempt(options).map_err(|said| {
                    let told: Vec<&str> =
                        [&options.optimise].into_iter().chain(&options.flags).map(String::as_str).collect();
                    format!("no program can be made for {self:?} with {}: {}", told.join(" "), reason(&said))
                })
            })
    }

    fn attempt(self, options: &Options) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let source = folder.path().join("trial.cpp");
        write(&source, TRIAL.as_bytes())?;
        let program = self.compile(&source, folder.path(), options)?;
        match self {
            Self::HostGcc | Self::HostClang => process::output(&mut Command::new(program)).map(drop),
            Self::Uno | Self::Mega => avr::simulates(folder.path()),
            Self::Rv32 | Self::Esp8266 => Ok(()),
            _ => cortex_m::emulates(self),
        }
    }
}
