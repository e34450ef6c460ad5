//! The actions without a screen.

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

/// Does what `request` asks for and says how it went.
#[must_use]
pub fn run(request: &Request) -> Exit {
    interrupt::outlive_full_files();
    let console = Console::new(request.json, request.verbose);
    let exit = match act(request, console) {
        Ok(exit) => exit,
        // It was stopped because its output failed, which is said below.
        Err(Failure { exit: Exit::Interrupted, .. }) if console::output_failure().is_some() => Exit::Interrupted,
        Err(Failure { exit, error }) => {
            console.error(&error);
            exit
        }
    };
    heard(exit)
}

/// `exit`, if what was printed could be written.
fn heard(exit: Exit) -> Exit {
    let Some(error) = console::output_failure() else { return exit };
    Console::new(false, false).note(&format!("error: cannot write to standard output: {error}"));
    Exit::System
}

/// Says what is wrong with a command line, or prints the help or version that it asks for.
#[must_use]
pub fn answered(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        console::noted(error.print().and_then(|()| std::io::Write::flush(&mut std::io::stdout())));
        return heard(Exit::Done);
    }
    // What could not be read as a whole may still have said who reads the output.
    let json = std::env::args_os().skip(1).any(|argument| argument == "--json");
    let message = error.to_string();
    let message = message.trim_end().trim_start_matches("error: ");
    Console::new(json, false).object("error", serde_json::json!({ "message": message }));
    // Nothing is left to be told of a stderr that fails.
    let _ = error.print();
    heard(Exit::Usage)
}

/// Says what went wrong outside of any action, if something did, and how the program ends.
#[must_use]
pub fn concluded(result: anyhow::Result<()>) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            Console::new(false, false).error(&error);
            Failure::from(error).exit
        }
    }
}

/// Threads to work with: those that are asked for, or as many as there are cores for this process:
/// its affinity and the quota of its control group count.
#[must_use]
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Refuses a command line without an action, and options that do not go with the actions it has.
fn check(request: &Request) -> Result<(), Failure> {
    let Request { estimate, train, evaluate, export, predict, watch, .. } = request;
    if !(*estimate || *train || *evaluate || *export || !predict.is_empty() || watch.is_some()) {
        let usage = "nothing to do: pass --estimate, --train, --evaluate, --export, --predict IMAGE, --watch DIR or --report RUN (see --help)";
        return Err(anyhow::anyhow!(usage).into());
    }
    if let Some(folder) = watch {
        watch::look_at(folder)?;
    }
    if request.max_accuracy_drop.is_some() && !(*evaluate || *export) {
        let usage = "--max-accuracy-drop judges what --export or --evaluate measures: pass one of them";
        return Err(anyhow::anyhow!(usage).into());
    }
    if request.max_temperature.is_some() && !*train {
        return Err(anyhow::anyhow!("--max-temp lets training wait: pass --train as well").into());
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
    // It fails only where a pool is there already, which then serves.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let control = interrupt::watch();
    let mut project = Project::open(request, console, control, threads)?;
    if request.max_accuracy_drop.is_some() && project.session.spec.config.export.precision == Precision::Float {
        let usage = "--max-accuracy-drop compares int8 with float: pass --precision int8 as well";
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
        project.go_on()?;
        evaluate::run(&mut project)?;
    }
    if export {
        project.go_on()?;
        export::run(&mut project)?;
    }
    let mut exit = Exit::Done;
    if !predict.is_empty() {
        project.go_on()?;
        exit = predict::run(&mut project)?;
    }
    if let Some(folder) = watch {
        project.go_on()?;
        exit = watch::run(&mut project, folder)?;
    }
    Ok(exit)
}
