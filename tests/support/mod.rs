//! What several integration tests need: whether a tool, with the pieces of it that a test wants, works here.
//!
//! Each question is asked once in a process. Where the answer is no, [`skipped`] says why, and the test, or
//! the part of it that wants the tool, is left out.

pub mod skipped;

use skipped::skipped;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What headers and their drivers use of a compiler and its C library: where this becomes a program, a header
/// that does not is a failure. `start` is the entry point where no library starts a program.
pub const TRIAL: &str = "
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVR__
#include <avr/pgmspace.h>
#endif
extern \"C\" int start();
int start() {
    volatile float zero = 0;
    const uint8_t from[4] = {1, 2, 3, 4};
    volatile size_t count = sizeof from;
    uint8_t to[4] = {0, 0, 0, 0};
    memcpy(to, from, count);
    return expf(zero) > 0.5f && to[3] == 4 ? 0 : 1;
}
int main() { return start(); }
";

/// The compilers whose programs run here.
const NATIVE: [&str; 2] = ["g++", "clang++"];

type Answer = Arc<OnceLock<Result<(), String>>>;

/// Whether `trial`, which is made once for each `question`, is passed. Where it is not, its error, a reason in
/// a line, is what the test is [`skipped`] for.
pub fn passes(question: &str, trial: impl FnOnce() -> Result<(), String>) -> bool {
    static ANSWERS: Mutex<BTreeMap<String, Answer>> = Mutex::new(BTreeMap::new());
    let answer = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).entry(question.to_owned()).or_default().clone();
    match answer.get_or_init(trial) {
        Ok(()) => true,
        Err(why) => {
            skipped(why);
            false
        }
    }
}

/// Whether the command `tool` is there.
pub fn has(tool: &str) -> bool {
    passes(tool, || match Command::new(tool).arg("--version").stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!("{tool} is not installed")),
        Err(error) => Err(format!("{tool} cannot be run: {error}")),
        Ok(output) => Err(format!("{tool} does not run: {}", reason(&String::from_utf8_lossy(&output.stderr)))),
    })
}

/// Whether `compiler` with `flags`, those of the test, makes of [`TRIAL`] what it is told to, and, where that is
/// a program for this computer, whether it runs.
pub fn usable(compiler: &str, flags: &[&str]) -> bool {
    let told = [&[compiler], flags].concat().join(" ");
    has(compiler)
        && passes(&told, || {
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            let [source, program] = ["trial.cpp", "trial"].map(|name| folder.path().join(name));
            fs::write(&source, TRIAL).map_err(|error| error.to_string())?;
            done(Command::new(compiler).arg(&source).args(flags).arg("-o").arg(&program))
                .map_err(|said| format!("`{told}` makes no program here: {said}"))?;
            let runs = NATIVE.contains(&compiler) && is_program(&program);
            if runs { done(&mut Command::new(&program)).map_err(|said| format!("`{told}`: {said}")) } else { Ok(()) }
        })
}

/// Runs `command`; an error is the part of what it says that tells why it failed.
fn done(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    match reason(&said) {
        _ if output.status.success() => Ok(()),
        "" => Err(output.status.to_string()),
        why => Err(why.to_owned()),
    }
}

/// The part of what a compiler says that tells why it failed, without the name of a temporary file.
pub fn reason(said: &str) -> &str {
    let telling = ["cannot find", "undefined reference", "error: ", "ERROR: "];
    let line = said.lines().find(|line| telling.iter().any(|words| line.contains(words)));
    let line = line.or_else(|| said.lines().last()).unwrap_or_default();
    line.find("error: ").map_or(line, |at| &line[at..]).trim()
}

fn is_program(path: &Path) -> bool {
    // The type in an ELF header: neither an object nor nothing at all.
    fs::read(path).is_ok_and(|bytes| bytes.get(16).is_some_and(|kind| matches!(kind, 2 | 3)))
}
