//! The `micromobilenet` program.

use clap::Parser as _;
use micromobilenet::cli::Cli;
use micromobilenet::{headless, tui};

fn main() -> std::process::ExitCode {
    let exit = match Cli::try_parse() {
        Err(error) => headless::answered(&error),
        Ok(cli) => match cli.workbench() {
            Some(start) => headless::concluded(tui::run(&start)),
            None => headless::run(&cli.into_request()),
        },
    };
    exit.into()
}
