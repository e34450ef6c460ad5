//! Configurations on disk.

use super::claims::Claims;
use super::memory::Memory;
use crate::config::{self, Diagnostics, Opened, from_home, text_of};
use crate::files::write_atomic;
use crate::runs::{Run, config_hash};
use crate::tui::action::OpenRequest;
use crate::tui::design::Origin;
use crate::tui::effect::{Expected, Found, OpenedFile};
use crate::tui::screens::News;
use anyhow::{Context as _, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Opens a configuration: a file, a preset, or the configuration of a run. The latter two are opened as new files,
/// to be saved in the working folder under a name that is free.
///
/// # Errors
/// Those of [`config::open`].
pub fn open(request: OpenRequest, claims: &mut Claims, memory: &Memory) -> Result<OpenedFile, Diagnostics> {
    let OpenRequest { path, edits } = request;
    let path = path.to_str().map_or_else(|| path.clone(), from_home);
    let (path, text, origin) = match config::open(&path)? {
        Opened::File(text) => match run_of(&path) {
            // The configuration of a run documents its training and is not overwritten.
            Some(name) => (free(name.as_ref()), text, Origin::New),
            None => (path, text, Origin::File),
        },
        // An existing file of that name is not the preset and is not overwritten.
        Opened::Preset(text) => (free(path.file_stem().unwrap_or(path.as_os_str())), text.to_owned(), Origin::New),
    };
    let Found { left, holder } = claims.claim(&path);
    let recent = memory.of(&path).filter(|_| origin == Origin::File);
    Ok(OpenedFile { path, text, origin, left, holder, edits, recent })
}

/// Returns the name of the run's network if `path` is the configuration of a run.
fn run_of(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|_| path.file_name().is_some_and(|name| name == Run::CONFIG))?;
    let info = Run::open(folder).and_then(|run| run.info()).ok()?;
    Some(crate::escape::file_name(&info.name))
}

/// Returns the path of a file in the working folder that does not exist yet, for a configuration called `name`.
fn free(name: &std::ffi::OsStr) -> PathBuf {
    let path = PathBuf::from(format!("{}.toml", name.to_string_lossy()));
    if path.exists() { free_name(name) } else { path }
}

/// Returns the first of `micro-2.toml`, `micro-3.toml`, … that does not exist.
fn free_name(name: &std::ffi::OsStr) -> PathBuf {
    let name = name.to_string_lossy();
    let numbered = (2..).map(|number| PathBuf::from(format!("{name}-{number}.toml")));
    numbered.into_iter().find(|path| !path.exists()).unwrap_or_default()
}

/// Writes a configuration if the file has the `expected` contents; else reports a conflict.
#[must_use]
pub fn save(path: PathBuf, text: String, expected: &Expected) -> News {
    let found = match text_of(&path) {
        Ok(found) => found,
        Err(error) => return News::Failed(error.to_string()),
    };
    let is_expected = match (expected, &found) {
        (Expected::Nothing, None) => true,
        (Expected::Hash(hash), Some(found)) => config_hash(found) == *hash,
        (Expected::Nothing, Some(found)) => *found == text,
        (Expected::Hash(_), None) => false,
    };
    if !is_expected {
        return News::Conflict { path, found };
    }
    match write_atomic(&path, text.as_bytes()) {
        Ok(()) => News::Saved { path, text },
        Err(error) => News::Failed(error.to_string()),
    }
}

/// Opens `text` in the user's editor and returns the edited text.
///
/// # Errors
/// If the editor cannot be started or fails.
pub fn edit(text: &str) -> anyhow::Result<String> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty());
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let path = std::env::temp_dir().join(format!("micromobilenet-{}.toml", std::process::id()));
    write_atomic(&path, text.as_bytes())?;
    // The variable may contain arguments, which a shell splits.
    let script = format!("{editor} \"$1\"");
    let done = Command::new("sh").args(["-c", &script, "sh"]).arg(&path).status().context(editor.clone());
    let edited = text_of(&path).map_err(anyhow::Error::from);
    let _ = std::fs::remove_file(&path);
    let status = done?;
    ensure!(status.success(), "{editor} ended with {status}; the text was not changed");
    edited?.context("the edited file was deleted")
}
