//! Compilers and emulators as child processes that fail with what they said and never hang.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a program may run on an emulator: three times what 1,000 images of the largest net take
/// on an AVR.
const LIMIT: Duration = Duration::from_mins(20);

/// What `command` prints; it must not complain.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() && output.stderr.is_empty() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{command:?}\n{}{}", output.status, indented(&output.stderr)))
    }
}

/// Runs `command` in `folder` with the file `images` as its input and the file `answers`, unless
/// the program writes that itself, as its output.
pub fn run(command: &mut Command, folder: &Path, output: &str) -> Result<(), String> {
    let file = |name: &str| File::create(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let input = File::open(folder.join("images")).map_err(|error| format!("images: {error}"))?;
    command.current_dir(folder).stdin(input).stdout(file(output)?).stderr(file("complaints")?);
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{command:?}\ndoes not end"));
            }
            None => sleep(Duration::from_millis(2)),
        }
    };
    let complaints = std::fs::read(folder.join("complaints")).unwrap_or_default();
    if status.success() && complaints.is_empty() {
        Ok(())
    } else {
        Err(format!("{command:?}\n{status}{}", indented(&complaints)))
    }
}

fn indented(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().flat_map(|line| ["\n    ", line]).map(str::to_owned).collect()
}
