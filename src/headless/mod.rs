//! The actions of the command line, without the workbench.

mod classify;
mod console;
mod estimate;
mod evaluate;
mod exit;
mod export;
mod fault;
mod int8;
mod interrupt;
mod predict;
mod preflight;
mod profile;
mod progress;
mod project;
mod report;
mod request;
mod seeds;
mod train;
mod watch;

use crate::config::Precision;
use crate::sensors::Sensors;
use crate::train::Governor;
use anyhow::Context as _;
use console::Console;
use project::Project;

pub use exit::{Exit, Failure};
pub use request::{DEFAULT_CONFIG, Request, Split};

/// Runs the actions of `request`, reports errors, and returns the exit code.
#[must_use]
pub fn run(request: &Request) -> Exit {
    interrupt::outlive_full_files();
    let console = Console::new(request.json, request.verbose);
    let exit = match act(request, console) {
        Ok(exit) => exit,
        // Stopped because writing to standard output failed, which is reported below.
        Err(Failure { exit: Exit::Interrupted, .. }) if console::output_failure().is_some() => Exit::Interrupted,
        Err(Failure { exit, error }) => {
            console.error(&error);
            exit
        }
    };
    exit_unless_output_failed(exit)
}

/// `exit`, or [`Exit::System`] if writing to standard output failed.
fn exit_unless_output_failed(exit: Exit) -> Exit {
    let Some(error) = console::output_failure() else { return exit };
    Console::new(false, false).note(&format!("error: cannot write to standard output: {error}"));
    Exit::System
}

/// Reports an error of the command line, or prints the requested help or version.
#[must_use]
pub fn report_usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        console::record_write(error.print().and_then(|()| std::io::Write::flush(&mut std::io::stdout())));
        return exit_unless_output_failed(Exit::Done);
    }
    // Arguments that do not parse may still ask for JSON.
    let json = std::env::args_os().skip(1).any(|argument| argument == "--json");
    let message = error.to_string();
    let message = message.trim_end().trim_start_matches("error: ");
    Console::new(json, false).object("error", serde_json::json!({ "message": message }));
    // Errors of writing to stderr cannot be reported.
    let _ = error.print();
    exit_unless_output_failed(Exit::Usage)
}

/// Reports an error outside of the actions and returns the exit code.
#[must_use]
pub fn report_result(result: anyhow::Result<()>) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            Console::new(false, false).error(&error);
            Failure::from(error).exit
        }
    }
}

/// Number of threads: `asked`, or the number of cores available to this process, considering CPU affinity and the
/// quota of its control group.
#[must_use]
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Refuses a command line without an action, and options that do not go with the actions it has.
fn check(request: &Request) -> Result<(), Failure> {
    let Request { estimate, train, evaluate, export, predict, watch, .. } = request;
    if !(*estimate || *train || *evaluate || *export || !predict.is_empty() || watch.is_some()) {
        let usage = "no action: pass --estimate, --train, --evaluate, --export, --predict IMAGE, --watch DIR or --report RUN (see --help)";
        return Err(anyhow::anyhow!(usage).into());
    }
    if let Some(folder) = watch {
        watch::check(folder)?;
    }
    if request.max_accuracy_drop.is_some() && !(*evaluate || *export) {
        let usage =
            "--max-accuracy-drop needs an action that measures int8 accuracy: pass --export or --evaluate as well";
        return Err(anyhow::anyhow!(usage).into());
    }
    if request.max_temperature.is_some() && !*train {
        return Err(anyhow::anyhow!("--max-temp pauses training: pass --train as well").into());
    }
    seeds::check(request)
}

fn act(request: &Request, console: Console) -> Result<Exit, Failure> {
    if !request.report.is_empty() {
        report::compare(request, console)?;
        return Ok(Exit::Done);
    }
    check(request)?;
    let Request { estimate, train, evaluate, export, ref predict, ref watch, .. } = *request;
    let governor = Governor::new(Sensors::here(), request.max_temperature).context("--max-temp")?;
    let threads = threads(request.threads);
    // It fails only if a global pool exists, which is then used.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let control = interrupt::watch();
    let mut project = Project::open(request, console, control, threads)?;
    if request.max_accuracy_drop.is_some() && project.session.spec.config.export.precision == Precision::Float {
        let usage =
            "--max-accuracy-drop compares int8 with float: leave out --precision float, or pass --precision int8";
        return Err(anyhow::anyhow!(usage).into());
    }
    if estimate {
        let exit = estimate::show(&project)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    preflight::check(&project)?;
    if train {
        let exit = match request.seeds {
            Some(count) => seeds::run(&mut project, &governor, count)?,
            None => train::run(&mut project, governor)?,
        };
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    if evaluate {
        project.check_interrupt()?;
        evaluate::run(&mut project)?;
    }
    if export {
        project.check_interrupt()?;
        export::run(&mut project)?;
    }
    let mut exit = Exit::Done;
    if !predict.is_empty() {
        project.check_interrupt()?;
        exit = predict::run(&mut project)?;
    }
    if let Some(folder) = watch {
        project.check_interrupt()?;
        exit = watch::run(&mut project, folder)?;
    }
    Ok(exit)
}
