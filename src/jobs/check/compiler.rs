//! The C++ compiler of this machine: the first that is installed and works.

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

/// The compilers that are tried after `$CXX`.
const USUAL: [&str; 3] = ["c++", "g++", "clang++"];
/// The compiler flags: `-O1` is a compromise between the times to compile and to run. Warnings depend on the compiler
/// and are ignored.
const FLAGS: [&str; 3] = ["-std=c++11", "-O1", "-w"];
/// The time limit of a compiler or program; a single-board computer needs a fraction of it.
const TIMEOUT: Duration = Duration::from_mins(2);
/// The maximum size of a compiler's messages, in bytes.
const MAX_MESSAGES: u64 = 1 << 20;
/// The maximum length of a displayed message, in characters.
const MAX_SHOWN: usize = 200;
/// Messages of compilers that fail independently of the compiled text.
const COMPILER_FAILURES: [&str; 5] =
    ["internal compiler error", "Killed signal", "out of memory", "memory exhausted", "No space left on device"];

/// The C++ compilers to try.
#[derive(Debug, Clone)]
pub struct Compilers {
    /// Commands with their arguments, split at whitespace as by `make`.
    commands: Vec<String>,
    /// The time limit of a compiler, and of a compiled program.
    timeout: Duration,
}

impl Compilers {
    /// Returns the compilers of this machine: `$CXX` if it is set, then `c++`, `g++` and `clang++` on the path.
    #[must_use]
    pub fn here() -> Self {
        let named = std::env::var("CXX").ok().filter(|command| !command.trim().is_empty());
        Self::of(named.into_iter().chain(USUAL.map(str::to_owned)), TIMEOUT)
    }

    /// Returns these compilers, with a time limit for each compiler and each compiled program.
    #[must_use]
    pub fn of(commands: impl IntoIterator<Item = String>, timeout: Duration) -> Self {
        Self { commands: commands.into_iter().collect(), timeout }
    }

    /// Returns the compilers in order.
    pub(super) fn each(&self) -> impl Iterator<Item = Compiler<'_>> {
        self.commands.iter().map(|command| Compiler { command, timeout: self.timeout })
    }

    /// Formats all commands for messages.
    pub(super) fn names(&self) -> String {
        escape::terminal(&self.commands.join(", "))
    }
}

/// A command that may be a working compiler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compiler<'a> {
    command: &'a str,
    timeout: Duration,
}

/// A program to compile, and its input.
#[derive(Debug)]
pub(super) struct Task<'a> {
    /// The folder of all files.
    pub folder: &'a Path,
    /// The source file of the program in that folder.
    pub source: &'a str,
    /// The file of its stdin in that folder.
    pub input: &'a str,
    /// The maximum size of its stdout, in bytes.
    pub output: u64,
}

/// The program has no output.
#[derive(Debug)]
pub(super) enum NoOutput {
    /// The compiler is not installed.
    Missing,
    /// The compiler makes no program that runs, with the reason in a line.
    Broken(String),
    /// The program could not be tried, with the reason in a line.
    Unknown(String),
    /// The compiler works, but does not compile the program, with a line of its messages.
    NotCompiled(String),
    /// The program fails, with a description of its end.
    Failed(String),
    /// Stopped by the user.
    Stopped,
}

impl Compiler<'_> {
    /// Formats the command for messages.
    pub fn name(self) -> String {
        escape::terminal(self.command)
    }

    /// Compiles and runs the program of `task` and returns its stdout. If that fails, a minimal program is tried, to
    /// distinguish a broken compiler from a wrong header.
    pub fn output(self, task: &Task<'_>, stop: Stop<'_>) -> Result<Vec<u8>, NoOutput> {
        let bounds = |output| Bounds { folder: task.folder, time: self.timeout, output, stop };
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

    /// Compiles and runs a minimal program with the includes of every header.
    fn trial(self, bounds: Bounds<'_>) -> Result<(), NoOutput> {
        let source = bounds.folder.join("trial.cpp");
        write_atomic(&source, codegen::trial().as_bytes()).map_err(|error| NoOutput::Unknown(error.to_string()))?;
        let program = self.program(&source, bounds).map_err(|fault| match fault {
            NoOutput::NotCompiled(said) => NoOutput::Broken(said),
            other => other,
        })?;
        let broken = |how: String| NoOutput::Broken(format!("the compiled program {} {how}", text::path(&program)));
        match run(&mut Command::new(&program), None, bounds).map_err(or(broken))?.status {
            status if status.success() => Ok(()),
            status => Err(broken(ending(status))),
        }
    }

    /// Compiles the file `source` and returns the path of the program.
    fn program(self, source: &Path, bounds: Bounds<'_>) -> Result<PathBuf, NoOutput> {
        let program = source.with_extension("program");
        let mut words = self.command.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(FLAGS).arg("-o").arg(&program).arg(source);
        // Untranslated messages, for the search below and for bug reports.
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
        let is_compiler_failure = COMPILER_FAILURES.iter().any(|failure| messages.contains(failure));
        Err(if is_compiler_failure { NoOutput::Unknown(line) } else { NoOutput::NotCompiled(line) })
    }
}

/// Converts the error of a program that did not finish: to `fault`, unless it was stopped or its files cannot be used.
fn or(fault: impl Fn(String) -> NoOutput) -> impl Fn(Unfinished) -> NoOutput {
    move |unfinished| match unfinished {
        Unfinished::Stopped => NoOutput::Stopped,
        Unfinished::Files(why) => NoOutput::Unknown(why),
        other => fault(other.to_string()),
    }
}

/// Returns the first line of a compiler's messages with an error, else the first line, escaped for terminals.
fn first_line(messages: &str) -> Option<String> {
    let mut lines = messages.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next()?;
    let line = lines.find(|line| line.contains("error")).unwrap_or(first);
    Some(escape::terminal(&line.chars().take(MAX_SHOWN).collect::<String>()))
}
