//! The C++ compiler of this machine: the first that is there and works.

use super::process::{Bounds, Finished, Unfinished, ending, run};
use crate::codegen;
use crate::escape;
use crate::files::write_atomic;
use crate::quant::Stop;
use crate::text;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Compilers that are looked for when nobody names one.
const USUAL: [&str; 3] = ["c++", "g++", "clang++"];
/// How headers are compiled: quickly, and so that the program is quick enough. Warnings depend on
/// the compiler and are no difference.
const FLAGS: [&str; 3] = ["-std=c++11", "-O1", "-w"];
/// The longest that a compiler or a program may take: a small board needs a fraction of it.
const PATIENCE: Duration = Duration::from_mins(2);
/// The most bytes of a compiler's messages.
const MAX_MESSAGES: u64 = 1 << 20;
/// The most characters of a message that are shown.
const MAX_SHOWN: usize = 200;
/// What a compiler says that failed for a reason of its own, whatever the text it compiles.
const ITS_OWN_TROUBLE: [&str; 5] =
    ["internal compiler error", "Killed signal", "out of memory", "memory exhausted", "No space left on device"];

/// Where a C++ compiler is looked for.
#[derive(Debug, Clone)]
pub struct Compilers {
    /// Commands, each with its arguments behind it, split at blanks as `make` does.
    commands: Vec<String>,
    patience: Duration,
}

impl Compilers {
    /// `$CXX` if it is set, then `c++`, `g++` and `clang++` on the path.
    #[must_use]
    pub fn here() -> Self {
        let named = std::env::var("CXX").ok().filter(|command| !command.trim().is_empty());
        Self::of(named.into_iter().chain(USUAL.map(str::to_owned)), PATIENCE)
    }

    /// These commands; a compiler, and the program that it makes, may each take `patience`.
    #[must_use]
    pub fn of(commands: impl IntoIterator<Item = String>, patience: Duration) -> Self {
        Self { commands: commands.into_iter().collect(), patience }
    }

    /// The commands in turn.
    pub(super) fn each(&self) -> impl Iterator<Item = Compiler<'_>> {
        self.commands.iter().map(|command| Compiler { command, patience: self.patience })
    }

    /// All commands, for people.
    pub(super) fn names(&self) -> String {
        escape::terminal(&self.commands.join(", "))
    }
}

/// A command that may be a compiler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compiler<'a> {
    command: &'a str,
    patience: Duration,
}

/// A folder with the program to compile, and what it reads.
#[derive(Debug)]
pub(super) struct Task<'a> {
    /// Where everything is and goes.
    pub folder: &'a Path,
    /// The text of the program, in that folder.
    pub source: &'a str,
    /// What it reads, in that folder.
    pub input: &'a str,
    /// The most bytes that it writes.
    pub output: u64,
}

/// Why there is no output of the program.
#[derive(Debug)]
pub(super) enum NoOutput {
    /// There is no such compiler.
    Missing,
    /// The compiler cannot make any program that runs; why, in a line.
    Broken(String),
    /// It could not be found out; why, in a line.
    Unknown(String),
    /// The compiler, which works, does not compile the program; what it says, in a line.
    NotCompiled(String),
    /// The program does not come to a good end; how it ends, in words.
    Failed(String),
    /// Somebody asked to stop.
    Stopped,
}

impl Compiler<'_> {
    /// What it is called, for people.
    pub fn name(self) -> String {
        escape::terminal(self.command)
    }

    /// What the program of `task` writes. Only where that fails does a trial find out whose fault it is.
    pub fn output(self, task: &Task<'_>, stop: Stop<'_>) -> Result<Vec<u8>, NoOutput> {
        let bounds = |output| Bounds { folder: task.folder, time: self.patience, output, stop };
        let compiled = self.program(&task.folder.join(task.source), bounds(MAX_MESSAGES));
        let fault = match compiled.and_then(|program| {
            let input = task.folder.join(task.input);
            run(&mut Command::new(&program), Some(&input), bounds(task.output)).map_err(or(NoOutput::Failed))
        }) {
            Ok(Finished { status, stdout, .. }) if status.success() => return Ok(stdout),
            Ok(Finished { status, .. }) if status.code() == Some(codegen::OUTPUT_FAILED) => {
                return Err(NoOutput::Unknown(format!("{} is full", text::path(task.folder))));
            }
            Ok(Finished { status, .. }) => NoOutput::Failed(ending(status)),
            Err(fault @ (NoOutput::NotCompiled(_) | NoOutput::Failed(_))) => fault,
            Err(other) => return Err(other),
        };
        self.trial(bounds(MAX_MESSAGES))?;
        Err(fault)
    }

    /// Compiles and runs a program that only needs what every header needs.
    fn trial(self, bounds: Bounds<'_>) -> Result<(), NoOutput> {
        let source = bounds.folder.join("trial.cpp");
        write_atomic(&source, codegen::trial().as_bytes()).map_err(|error| NoOutput::Unknown(error.to_string()))?;
        let program = self.program(&source, bounds).map_err(|fault| match fault {
            NoOutput::NotCompiled(said) => NoOutput::Broken(said),
            other => other,
        })?;
        let broken = |how: String| NoOutput::Broken(format!("what it compiles to {} {how}", text::path(&program)));
        match run(&mut Command::new(&program), None, bounds).map_err(or(broken))?.status {
            status if status.success() => Ok(()),
            status => Err(broken(ending(status))),
        }
    }

    /// The program that it makes of the text `source`.
    fn program(self, source: &Path, bounds: Bounds<'_>) -> Result<PathBuf, NoOutput> {
        let program = source.with_extension("program");
        let mut words = self.command.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(FLAGS).arg("-o").arg(&program).arg(source);
        // So that messages can be understood, here and by who gets a report.
        command.env("LC_ALL", "C");
        let ended = run(&mut command, None, bounds).map_err(|unfinished| match unfinished {
            Unfinished::NotStarted(error) if error.kind() == ErrorKind::NotFound => NoOutput::Missing,
            Unfinished::NotStarted(error) => NoOutput::Broken(error.to_string()),
            Unfinished::TooSlow(_) => NoOutput::Unknown(format!("it {unfinished}")),
            other => or(NoOutput::NotCompiled)(other),
        })?;
        if ended.status.success() && program.is_file() {
            return Ok(program);
        }
        let messages = String::from_utf8_lossy(&ended.stderr).replace(&format!("{}/", bounds.folder.display()), "");
        let line = first_line(&messages).unwrap_or_else(|| ending(ended.status));
        let is_its_own = ITS_OWN_TROUBLE.iter().any(|trouble| messages.contains(trouble));
        Err(if is_its_own { NoOutput::Unknown(line) } else { NoOutput::NotCompiled(line) })
    }
}

/// What it means that a program has no end of its own: a `fault` of it, unless the reason lies elsewhere.
fn or(fault: impl Fn(String) -> NoOutput) -> impl Fn(Unfinished) -> NoOutput {
    move |unfinished| match unfinished {
        Unfinished::Stopped => NoOutput::Stopped,
        Unfinished::Files(why) => NoOutput::Unknown(why),
        other => fault(other.to_string()),
    }
}

/// The first line of a compiler's messages that names an error; if none does, the first one.
fn first_line(messages: &str) -> Option<String> {
    let mut lines = messages.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next()?;
    let line = lines.find(|line| line.contains("error")).unwrap_or(first);
    Some(escape::terminal(&line.chars().take(MAX_SHOWN).collect::<String>()))
}
