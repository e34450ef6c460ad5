//! The actions without a screen.

mod classify;
mod console;
mod estimate;
mod evaluate;
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
mod seeds;
mod train;
mod watch;

use crate::config::{Edit, Precision};
use crate::sensors::Sensors;
use crate::train::Governor;
use anyhow::Context as _;
use console::Console;
use project::Project;
use std::path::PathBuf;

/// The configuration where none is named.
pub const DEFAULT_CONFIG: &str = "configs/micro.toml";

/// What is asked for on the command line.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody may give")]
pub struct Request {
    /// Configuration file or preset.
    pub config: Option<PathBuf>,
    /// Show what every layer costs.
    pub estimate: bool,
    /// Train.
    pub train: bool,
    /// Evaluate.
    pub evaluate: bool,
    /// Write C++.
    pub export: bool,
    /// Images to classify, and folders of them.
    pub predict: Vec<PathBuf>,
    /// A folder whose new images are to be classified.
    pub watch: Option<PathBuf>,
    /// Runs to compare.
    pub report: Vec<PathBuf>,
    /// Edits of the configuration, in the order they apply.
    pub overrides: Vec<Edit>,
    /// Run folder.
    pub run: Option<PathBuf>,
    /// Train with so many seeds, one after the other.
    pub seeds: Option<u16>,
    /// Go on with a training.
    pub resume: bool,
    /// The run of a network to learn from.
    pub distill: Option<PathBuf>,
    /// File of weights.
    pub weights: Option<PathBuf>,
    /// Where export and report write.
    pub output: Option<PathBuf>,
    /// The board that the network should fit.
    pub board: Option<String>,
    /// Threads to work with.
    pub threads: Option<usize>,
    /// The temperature, in °C, from which on training waits.
    pub max_temperature: Option<f64>,
    /// The most accuracy, as a fraction, that int8 may lose.
    pub max_accuracy_drop: Option<f64>,
    /// Export without compiling and running the header first.
    pub no_check: bool,
    /// Images to evaluate on.
    pub split: Split,
    /// One epoch on few images.
    pub test: bool,
    /// Machine-readable output.
    pub json: bool,
    /// Say more.
    pub verbose: bool,
}

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Split {
    /// The images held out while training.
    #[default]
    Validation,
    /// The images that the source sets apart for the end.
    Test,
    /// The images to learn from.
    Train,
    /// All labelled images, whatever part they are in; a source of fewer classes serves too.
    All,
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It ran and the answer is no, or it failed on the way.
    No = 1,
    /// Bad usage, configuration or data.
    Usage = 2,
    /// The system failed: output, disk, permission.
    System = 3,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why an action ended early.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    /// Most that can go wrong is in what was passed; else it is the system.
    fn from(error: E) -> Self {
        Self::with(Exit::Usage, error.into())
    }
}

impl Failure {
    /// A failure of something that ran.
    fn on_the_way(error: impl Into<anyhow::Error>) -> Self {
        Self::with(Exit::No, error.into())
    }

    /// Ends with `exit`, if it was not the system that failed.
    fn with(exit: Exit, error: anyhow::Error) -> Self {
        Self { exit: if fault::is_of_system(&error) { Exit::System } else { exit }, error }
    }

    fn interrupted() -> Self {
        Self { exit: Exit::Interrupted, error: anyhow::anyhow!("interrupted") }
    }
}

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

fn act(request: &Request, console: Console) -> Result<Exit, Failure> {
    if !request.report.is_empty() {
        report::compare(request, console)?;
        return Ok(Exit::Done);
    }
    let Request { estimate, train, evaluate, export, ref predict, ref watch, .. } = *request;
    if !(estimate || train || evaluate || export || !predict.is_empty() || watch.is_some()) {
        let usage = "nothing to do: pass --estimate, --train, --evaluate, --export, --predict IMAGE, --watch DIR or --report RUN (see --help)";
        return Err(anyhow::anyhow!(usage).into());
    }
    if let Some(folder) = watch {
        watch::look_at(folder)?;
    }
    if request.max_accuracy_drop.is_some() && !(evaluate || export) {
        let usage = "--max-accuracy-drop judges what --export or --evaluate measures: pass one of them";
        return Err(anyhow::anyhow!(usage).into());
    }
    if request.max_temperature.is_some() && !train {
        return Err(anyhow::anyhow!("--max-temp lets training wait: pass --train as well").into());
    }
    seeds::check(request)?;
    let governor = Governor::new(Sensors::here(), request.max_temperature).context("--max-temp")?;
    let threads = threads(request.threads);
    // It fails only where a pool is there already, which then serves.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let control = interrupt::watch();
    let mut project = Project::open(request, console, control, threads)?;
    if request.max_accuracy_drop.is_some() && project.spec.config.export.precision == Precision::Float {
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
        let exit = train::run(&mut project, governor)?;
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
