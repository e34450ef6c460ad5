//! Runs external programs with limits of time and output.

use crate::files::read_limited;
use crate::quant::Stop;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, File};
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The maximum interval between two polls of a running program.
const MAX_INTERVAL: Duration = Duration::from_millis(20);

/// The output of a finished program.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its stdout.
    pub stdout: Vec<u8>,
    /// Its stderr.
    pub stderr: Vec<u8>,
}

/// A program did not finish.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// It cannot be started.
    #[error("does not start: {0}")]
    NotStarted(io::Error),
    /// It took too long.
    #[error("did not finish within {} s", .0.as_secs_f32())]
    TooSlow(Duration),
    /// It wrote more bytes than this.
    #[error("wrote more than {0} bytes")]
    TooMuch(u64),
    /// Stopped by the user.
    #[error("was stopped")]
    Stopped,
    /// A file for its input or output cannot be used.
    #[error("{0}")]
    Files(String),
}

/// Limits of a program.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// A folder for its output, which no other program uses at the same time.
    pub folder: &'a Path,
    /// The maximum run time.
    pub time: Duration,
    /// The maximum size of stdout, and of stderr, in bytes.
    pub output: u64,
    /// Polled while the program runs: `true` ends it.
    pub stop: Stop<'a>,
}

/// Runs `command` to its end with the file `input` (else nothing) as stdin, in a separate process group, which is
/// killed if it exceeds `bounds`. Output goes into files: with a pipe, a process that the program leaves running
/// would delay its end.
///
/// # Errors
/// See [`Unfinished`].
pub fn run(command: &mut Command, input: Option<&Path>, bounds: Bounds<'_>) -> Result<Finished, Unfinished> {
    let files = |error: io::Error| Unfinished::Files(format!("{}: {error}", bounds.folder.display()));
    let paths = ["stdout", "stderr"].map(|name| bounds.folder.join(name));
    let [stdout, stderr] = [File::create(&paths[0]).map_err(files)?, File::create(&paths[1]).map_err(files)?];
    let stdin = match input {
        Some(path) => Stdio::from(File::open(path).map_err(files)?),
        None => Stdio::null(),
    };
    let started = command.stdin(stdin).stdout(stdout).stderr(stderr).process_group(0).spawn();
    let mut child = started.map_err(Unfinished::NotStarted)?;
    let status = wait(&mut child, &paths, bounds).inspect_err(|_| kill(&mut child))?;
    let read = |path: &Path| read_limited(path, bounds.output).map_err(|error| Unfinished::Files(error.to_string()));
    Ok(Finished { status, stdout: read(&paths[0])?, stderr: read(&paths[1])? })
}

fn wait(child: &mut Child, outputs: &[impl AsRef<Path>], bounds: Bounds<'_>) -> Result<ExitStatus, Unfinished> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        let ended = child.try_wait().map_err(Unfinished::NotStarted)?;
        if outputs.iter().any(|path| fs::metadata(path).is_ok_and(|about| about.len() > bounds.output)) {
            return Err(Unfinished::TooMuch(bounds.output));
        }
        if let Some(status) = ended {
            return Ok(status);
        }
        if (bounds.stop)() {
            return Err(Unfinished::Stopped);
        }
        if begun.elapsed() > bounds.time {
            return Err(Unfinished::TooSlow(bounds.time));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(MAX_INTERVAL);
    }
}

/// Kills `child` and the processes that it started, unless it has ended.
fn kill(child: &mut Child) {
    if matches!(child.try_wait(), Ok(None)) {
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        let _ = child.kill();
    }
    let _ = child.wait();
}

/// A description of a program's exit status.
pub fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
