//! The `micromobilenet` program.

use clap::Parser as _;
use micromobilenet::cli::Cli;
use micromobilenet::headless;

fn main() -> std::process::ExitCode {
    headless::run(&Cli::parse().into_request()).into()
}
