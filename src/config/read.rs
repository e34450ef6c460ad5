//! From text to a typed configuration, or to everything that is wrong with it.

use super::check::{self, Finding};
use super::diagnostic::{Diagnostic, Diagnostics, Place, place_in};
use super::edit::Document;
use super::key::{KeyPath, Step};
use super::paths::absolute;
use super::sections::{Config, Data};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The largest configuration file, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// The key of a path.
const SOURCE: &str = "data.source";

/// The largest share of the images that is not learned from.
const MOST_HELD_OUT: f64 = 0.9;

/// A configuration, the text it was read from and where that came from.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile {
    /// What the text says.
    pub config: Config,
    /// The text, with overrides applied.
    pub text: String,
    origin: Origin,
}

/// Where a text came from, for diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    file: String,
    original: String,
    overrides: Vec<(KeyPath, String)>,
}

impl ConfigFile {
    /// Reads `text`, which stands in `file`, with `overrides` (`KEY=VALUE`) applied to it. A path in
    /// an override is made absolute: it is relative to the working directory, not to the file.
    ///
    /// # Errors
    /// Everything that is wrong: syntax; else keys, types and ranges.
    pub fn parse(file: &str, text: &str, overrides: &[String]) -> Result<Self, Diagnostics> {
        let mut origin = Origin { file: file.to_owned(), original: text.to_owned(), overrides: Vec::new() };
        origin.syntax(text)?;
        let mut edited = text.to_owned();
        if !overrides.is_empty() {
            let mut document = Document::parse(text).map_err(|message| origin.whole_file(message))?;
            for argument in overrides {
                let (key, value) = split_override(argument)?;
                let value = if key == KeyPath::of(SOURCE) { absolute_value(&value) } else { value };
                document.set(&key, &value).map_err(|message| override_error(argument, &key, message))?;
                origin.overrides.push((key, argument.clone()));
            }
            edited = document.to_string();
            origin.syntax(&edited)?;
        }
        let config = origin.checked(&edited, check::schema())?;
        let spec = Self { config, text: edited, origin };
        spec.leaves_training_images()?;
        Ok(spec)
    }

    fn leaves_training_images(&self) -> Result<(), Diagnostics> {
        let Data { validation_split, test_split, .. } = self.config.data;
        let held_out = validation_split + test_split;
        if held_out <= MOST_HELD_OUT {
            return Ok(());
        }
        let message = format!(
            "validation_split and test_split together hold out {held_out:.2} of the images; at most {MOST_HELD_OUT} leaves enough to learn from"
        );
        Err(Diagnostics(vec![self.diagnose(&KeyPath::of("data.test_split"), message, None)]))
    }

    /// A diagnostic about `key`, placed where the user wrote it (or the nearest table above it).
    #[must_use]
    pub fn diagnose(&self, key: &KeyPath, message: String, help: Option<String>) -> Diagnostic {
        let place = self.origin.place(&self.text, key, None);
        Diagnostic { place, key: key.clone(), message, help }
    }

    /// The same with absolute paths, in the text too, where relative ones begin in `folder`.
    #[must_use]
    pub fn absolute(mut self, folder: &Path) -> Self {
        let source = absolute(&self.config.data.source, folder);
        if source != self.config.data.source
            && let Ok(mut document) = Document::parse(&self.text)
            && document.set(&KeyPath::of(SOURCE), &quoted(&source)).is_ok()
        {
            self.text = document.to_string();
            self.config.data.source = source;
        }
        self
    }

    /// What is wrong with the source of images, placed where it was written.
    #[must_use]
    pub fn diagnose_source(&self, message: String) -> Diagnostics {
        let key = KeyPath::of(SOURCE);
        let given = self.origin.overrides.iter().rev().find(|(set, _)| *set == key);
        let (written, base) = if let Some((_, value)) = given.and_then(|(_, argument)| argument.split_once('=')) {
            (value, "the path is relative to the folder you are in")
        } else {
            let value = self.origin.original.get(locate(&self.origin.original, &key)).unwrap_or_default();
            (value, "a path in a configuration is relative to the configuration's folder")
        };
        let help = is_relative(&text_in(written)).then_some(base);
        Diagnostics(vec![self.diagnose(&key, message, help.map(ToOwned::to_owned))])
    }

    /// The name of the file the text came from.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.origin.file
    }
}

/// Another file than the configuration, and where everything in it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// What it says.
    pub value: T,
    origin: Origin,
}

impl<T: DeserializeOwned> Parsed<T> {
    /// Reads `text`, which stands in `file` and should be as `schema` says.
    ///
    /// # Errors
    /// Everything that is wrong: syntax; else keys, types and ranges.
    pub fn parse(file: &str, text: &str, schema: &'static Json) -> Result<Self, Diagnostics> {
        let origin = Origin { file: file.to_owned(), original: text.to_owned(), overrides: Vec::new() };
        origin.syntax(text)?;
        Ok(Self { value: origin.checked(text, schema)?, origin })
    }

    /// A diagnostic about `key`, placed where it was written.
    #[must_use]
    pub fn diagnose(&self, key: &KeyPath, message: String, help: Option<String>) -> Diagnostic {
        let place = self.origin.place(&self.origin.original, key, None);
        Diagnostic { place, key: key.clone(), message, help }
    }
}

impl Origin {
    /// What `text`, which is TOML, says.
    fn checked<T: DeserializeOwned>(&self, text: &str, schema: &'static Json) -> Result<T, Diagnostics> {
        let root = DeTable::parse(text).map_err(|error| self.whole_file(error.message().to_owned()))?;
        let findings = check::check(schema, &root);
        if !findings.is_empty() {
            return Err(Diagnostics(findings.into_iter().map(|finding| self.diagnostic(text, finding)).collect()));
        }
        T::deserialize(toml::de::Deserializer::from(root)).map_err(|error| self.whole_file(error.message().to_owned()))
    }

    fn syntax(&self, text: &str) -> Result<(), Diagnostics> {
        let (_, errors) = DeTable::parse_recoverable(text);
        // One mistake often makes many: the first is the one to mend.
        let Some(error) = errors.first() else { return Ok(()) };
        let span = error.span().unwrap_or(0..0);
        Err(Diagnostics(vec![Diagnostic {
            place: place_in(&self.file, text, span),
            key: KeyPath::default(),
            message: format!("not valid TOML: {}", error.message()),
            help: None,
        }]))
    }

    fn whole_file(&self, message: String) -> Diagnostics {
        let place = Place::File(self.file.clone());
        Diagnostics(vec![Diagnostic { place, key: KeyPath::default(), message, help: None }])
    }

    fn diagnostic(&self, text: &str, finding: Finding) -> Diagnostic {
        let place = self.place(text, &finding.key, Some(finding.span));
        Diagnostic { place, key: finding.key, message: finding.message, help: finding.help }
    }

    /// Where `key` was written: on the command line, or in the file. Overrides shift lines, so a
    /// place in the file is looked up in the text as it was before them.
    fn place(&self, text: &str, key: &KeyPath, span: Option<std::ops::Range<usize>>) -> Place {
        if let Some((_, argument)) = self.overrides.iter().rev().find(|(set, _)| key.is_within(set)) {
            return Place::Argument(shown(argument));
        }
        match span {
            Some(span) if text == self.original => place_in(&self.file, text, span),
            _ => place_in(&self.file, &self.original, locate(&self.original, key)),
        }
    }
}

/// The bytes of the value of `key`, or of the nearest table above it that is there.
fn locate(text: &str, key: &KeyPath) -> std::ops::Range<usize> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found = 0..0;
    let mut here: Option<&Spanned<DeValue<'_>>> = None;
    for step in key.steps() {
        let table = here.map_or(Some(root.get_ref()), |value| value.get_ref().as_table());
        let next = match step {
            Step::Key(name) => table.and_then(|table| table.get(name.as_str())),
            Step::Index(index) => here.and_then(|value| value.get_ref().as_array()).and_then(|items| items.get(*index)),
        };
        let Some(next) = next else { break };
        found = next.span();
        here = Some(next);
    }
    found
}

/// A path as the value of an override, absolute where it is a text.
fn absolute_value(value: &str) -> String {
    match value.parse::<toml_edit::Value>() {
        Ok(value) if !value.is_str() => value.to_string(),
        _ => quoted(&absolute(&text_in(value), Path::new(""))),
    }
}

/// The text that `value` says, in quotes or without.
fn text_in(value: &str) -> String {
    let parsed = value.trim().parse::<toml_edit::Value>().ok();
    parsed.as_ref().and_then(toml_edit::Value::as_str).unwrap_or(value.trim()).to_owned()
}

fn is_relative(path: &str) -> bool {
    !path.starts_with(['/', '~'])
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// An override as it is given on the command line.
fn shown(argument: &str) -> String {
    match argument.split_once('=') {
        // The option that stands for it is what most people pass.
        Some((key, value)) if key.trim() == SOURCE => format!("--data {}", text_in(value)),
        _ => format!("--set {argument}"),
    }
}

fn split_override(argument: &str) -> Result<(KeyPath, String), Diagnostics> {
    let fault = |message| override_error(argument, &KeyPath::default(), message);
    let (key, value) = argument
        .split_once('=')
        .ok_or_else(|| fault("an override is KEY=VALUE, like train.epochs=5 or blocks.2.filters=8".to_owned()))?;
    Ok((KeyPath::parse(key).map_err(fault)?, value.trim().to_owned()))
}

fn override_error(argument: &str, key: &KeyPath, message: String) -> Diagnostics {
    let place = Place::Argument(shown(argument));
    Diagnostics(vec![Diagnostic { place, key: key.clone(), message, help: None }])
}
