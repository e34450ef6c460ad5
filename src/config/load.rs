//! Opens configuration files and the presets embedded in the binary.

use super::check::nearest;
use super::diagnostic::{Diagnostic, Diagnostics, Place, place_in};
use super::edit::Edit;
use super::key::KeyPath;
use super::paths::folder_of;
use super::read::{ConfigFile, MAX_BYTES};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Names and texts of the presets: the family, smallest first, then others.
pub const PRESETS: [(&str, &str); 9] = [
    ("pico", include_str!("../../configs/pico.toml")),
    ("nano", include_str!("../../configs/nano.toml")),
    ("micro", include_str!("../../configs/micro.toml")),
    ("milli", include_str!("../../configs/milli.toml")),
    ("mobilenet", include_str!("../../configs/mobilenet.toml")),
    ("squeeze", include_str!("../../configs/squeeze.toml")),
    ("meadow", include_str!("../../configs/meadow.toml")),
    ("fashion_small", include_str!("../../configs/fashion_small.toml")),
    ("fashion", include_str!("../../configs/fashion.toml")),
];

/// The default configuration.
pub const DEFAULT_CONFIG: &str = "configs/micro.toml";

/// The text of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Text of a file.
    File(String),
    /// Text of a preset.
    Preset(&'static str),
}

impl Opened {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::File(text) => text,
            Self::Preset(text) => text,
        }
    }
}

/// The text of the preset named by `path`: `micro`, `micro.toml`, `configs/micro.toml`, but not
/// `./micro`.
#[must_use]
pub fn preset(path: &Path) -> Option<&'static str> {
    let parent = path.parent()?;
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let is_name = parent == Path::new("") || parent == Path::new("configs");
    PRESETS.iter().find(|(known, _)| is_name && *known == name).map(|(_, text)| *text)
}

/// The text of the configuration named by `path`. The name of a preset is the preset, even if a file has the
/// same name. Any other path is a file or, if that does not exist, a preset (`micro.toml`).
///
/// # Errors
/// A file that cannot be read, is not UTF-8, or is larger than 1 MiB; a path that is not a file or preset.
pub fn open(path: &Path) -> Result<Opened, Diagnostics> {
    if let Some((_, text)) = PRESETS.iter().find(|(name, _)| path.as_os_str() == *name) {
        return Ok(Opened::Preset(text));
    }
    match text_of(path)? {
        Some(text) => Ok(Opened::File(text)),
        None => preset(path).map(Opened::Preset).ok_or_else(|| missing(path)),
    }
}

/// Opens and reads a configuration as [`open`] does, and makes its paths absolute: paths in a file are
/// relative to its folder, those of a preset and of `overrides` to the working directory.
///
/// # Errors
/// The errors of [`open`], and all errors of the contents.
pub fn load(path: &Path, overrides: &[Edit]) -> Result<ConfigFile, Diagnostics> {
    let opened = open(path)?;
    let file = ConfigFile::parse(&path.display().to_string(), opened.text(), overrides)?;
    let folder = match opened {
        Opened::File(_) => folder_of(path),
        Opened::Preset(_) => Path::new(""),
    };
    Ok(file.absolute(folder))
}

/// The text of the file at `path`; `None` if it does not exist.
///
/// # Errors
/// A file that cannot be read, is not UTF-8, or is larger than 1 MiB.
pub fn text_of(path: &Path) -> Result<Option<String>, Diagnostics> {
    let file = path.display().to_string();
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(Fault::Missing) => Ok(None),
        Err(Fault::Refused(message)) => Err(fault(Place::Refused(file), message, None)),
        Err(Fault::Other(message, help)) => Err(fault(Place::File(file), message, help)),
        Err(Fault::NotUtf8(bytes, at)) => {
            let valid = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let place = place_in(&file, &valid, at..at);
            let message = format!("not UTF-8: invalid byte {:#04x}", bytes[at]);
            Err(fault(place, message, Some("save the file as UTF-8".into())))
        }
    }
}

enum Fault {
    Missing,
    NotUtf8(Vec<u8>, usize),
    Refused(String),
    Other(String, Option<String>),
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let describe = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Fault::Missing,
        ErrorKind::PermissionDenied => Fault::Refused(format!("cannot be read: {error}")),
        _ => Fault::Other(format!("cannot be read: {error}"), None),
    };
    let about = fs::metadata(path).map_err(describe)?;
    if about.is_dir() {
        let help = "pass a file: --config FOLDER/NAME.toml; a folder of images is --data".to_owned();
        return Err(Fault::Other("this is a folder, not a configuration file".into(), Some(help)));
    }
    if !about.is_file() {
        return Err(Fault::Other("not a regular file".into(), None));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(describe)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(describe)?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("too large for a configuration: {} bytes, at most {MAX_BYTES}", about.len());
        return Err(Fault::Other(message, None));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::NotUtf8(error.into_bytes(), at)
    })
}

fn missing(path: &Path) -> Diagnostics {
    let names = PRESETS.map(|(name, _)| name);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let help = match nearest(stem, names.into_iter()) {
        Some(near) => format!("did you mean the preset {near}?"),
        None => format!("presets: {}", names.join(", ")),
    };
    fault(Place::File(path.display().to_string()), "no such file".into(), Some(help))
}

fn fault(place: Place, message: String, help: Option<String>) -> Diagnostics {
    Diagnostics(vec![Diagnostic { place, key: KeyPath::default(), message, help }])
}
