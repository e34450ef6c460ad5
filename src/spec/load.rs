//! Opening configuration files and the presets embedded in the binary.

use super::check::nearest;
use super::diagnostic::{Diagnostic, Diagnostics, Place, place_in};
use super::key::KeyPath;
use super::read::{MAX_BYTES, Spec};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Name and text of every preset: the family, smallest first, then others.
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

/// The text of the preset that `path` names (`micro`, `micro.toml`, `configs/micro.toml`).
#[must_use]
pub fn preset(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(".toml").unwrap_or(name);
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Opens a configuration: the file at `path`, or, where there is none, the preset of that name.
///
/// # Errors
/// A file that cannot be read or is no text of at most 1 MiB; whatever is wrong inside.
pub fn load(path: &Path, overrides: &[String]) -> Result<Spec, Diagnostics> {
    let text = match text_of(path)? {
        Some(text) => text,
        None => preset(path).ok_or_else(|| missing(path))?.to_owned(),
    };
    Spec::parse(&path.display().to_string(), &text, overrides)
}

/// The text of the file at `path`; `None` where there is no file.
///
/// # Errors
/// A file that cannot be read or is no text of at most 1 MiB.
pub fn text_of(path: &Path) -> Result<Option<String>, Diagnostics> {
    let file = path.display().to_string();
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(Fault::Missing) => Ok(None),
        Err(Fault::Other(message, help)) => Err(fault(Place::File(file), message, help)),
        Err(Fault::NotUtf8(bytes, at)) => {
            let valid = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let place = place_in(&file, &valid, at..at);
            let message = format!("not UTF-8: byte {:#04x} begins no character", bytes[at]);
            Err(fault(place, message, Some("save the file as UTF-8".into())))
        }
    }
}

enum Fault {
    Missing,
    NotUtf8(Vec<u8>, usize),
    Other(String, Option<String>),
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let describe = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Fault::Missing,
        _ => Fault::Other(format!("cannot be read: {error}"), None),
    };
    let about = fs::metadata(path).map_err(describe)?;
    if about.is_dir() {
        let help = "pass a file: --config FOLDER/NAME.toml; pictures go to --data".to_owned();
        return Err(Fault::Other("this is a folder, not a configuration file".into(), Some(help)));
    }
    if !about.is_file() {
        return Err(Fault::Other("this is no regular file".into(), None));
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
        None => format!("presets that need no file: {}", names.join(", ")),
    };
    fault(Place::File(path.display().to_string()), "no such file".into(), Some(help))
}

fn fault(place: Place, message: String, help: Option<String>) -> Diagnostics {
    Diagnostics(vec![Diagnostic { place, key: KeyPath::default(), message, help }])
}
