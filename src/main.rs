//! The `micromobilenet` program.

use clap::Parser as _;
use micromobilenet::cli::Cli;
use micromobilenet::headless;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return headless::report_usage(&error).into(),
    };
    #[cfg(feature = "tui")]
    if let Some(start) = cli.workbench() {
        return headless::report_result(micromobilenet::tui::run(&start)).into();
    }
    headless::run(&cli.into_request()).into()
}
