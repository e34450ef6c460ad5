//! The `micromobilenet` program.

use clap::Parser as _;
use micromobilenet::cli::Cli;
use micromobilenet::{headless, tui};

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let exit = match cli.workbench() {
        Some(start) => headless::concluded(tui::run(&start)),
        None => headless::run(&cli.into_request()),
    };
    exit.into()
}
