//! Reads a typed configuration from TOML, or returns all of its errors.

use super::check;
use super::diagnostic::{Diagnostic, Diagnostics, Place, Problem, place_in};
use super::document::Document;
use super::edit::Edit;
use super::key::KeyPath;
use super::paths::absolute;
use super::positions::{beyond_integers, locate};
use super::sections::Config;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::path::Path;

/// Maximum size of a configuration file, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// The key of a path.
const SOURCE: &str = "data.source";

/// A configuration with its document and the origin of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile {
    /// The typed configuration.
    pub config: Config,
    /// The document, with overrides applied.
    pub text: String,
    origin: Origin,
}

/// Origin of a text, for diagnostics.
#[derive(Debug, Clone, PartialEq)]
struct Origin {
    file: String,
    original: String,
    overrides: Vec<Edit>,
}

impl ConfigFile {
    /// Parses `text`, the contents of `file`, and applies `edits` in order. Paths that edits set are made
    /// absolute, since they are relative to the working directory and not to the file.
    ///
    /// # Errors
    /// A syntax error, or all errors of keys, types and ranges.
    pub fn parse(file: &str, text: &str, edits: &[Edit]) -> Result<Self, Diagnostics> {
        let mut origin = Origin::of(file, text);
        let mut document = origin.document(check::schema())?;
        for edit in edits {
            document.apply(&with_absolute_source(edit)).map_err(|message| override_error(edit, message))?;
            origin.overrides.push(edit.clone());
        }
        Self::of_document(&document, origin)
    }

    /// The configuration that `document`, the contents of `file`, describes.
    ///
    /// # Errors
    /// All errors of keys, types and ranges.
    pub fn of(file: &str, document: &Document) -> Result<Self, Diagnostics> {
        Self::of_document(document, Origin::of(file, &document.to_string()))
    }

    fn of_document(document: &Document, origin: Origin) -> Result<Self, Diagnostics> {
        let text = document.to_string();
        let config = Config::of_tree(document.tree()).map_err(|problems| origin.diagnostics(problems.0))?;
        Ok(Self { config, text, origin })
    }

    /// A diagnostic about `key`, at its position in the text (or at that of the nearest table above it).
    #[must_use]
    pub fn diagnose(&self, key: &KeyPath, message: String, help: Option<String>) -> Diagnostic {
        self.origin.diagnostic(Problem::of(key.clone(), message, help))
    }

    /// Diagnostics of `problems`, each at the position of its key (or of the nearest table above it).
    #[must_use]
    pub fn diagnose_all(&self, problems: Vec<Problem>) -> Diagnostics {
        self.origin.diagnostics(problems)
    }

    /// Makes paths absolute, in the text too. Relative paths are relative to `folder`.
    #[must_use]
    pub fn absolute(mut self, folder: &Path) -> Self {
        let source = absolute(&self.config.data.source, folder);
        if source != self.config.data.source
            && let Ok(mut document) = Document::parse(&self.text)
            && document.apply(&Edit::set(SOURCE, source.as_str())).is_ok()
        {
            self.text = document.to_string();
            self.config.data.source = source;
        }
        self
    }

    /// A diagnostic about the source of images, at its position.
    #[must_use]
    pub fn diagnose_source(&self, message: String) -> Diagnostics {
        let key = KeyPath::of(SOURCE);
        let given = self.origin.overrides.iter().rev().find_map(|edit| match edit {
            Edit::Set(set, value) if *set == key => Some(value.to_string()),
            _ => None,
        });
        let (written, base) = if let Some(value) = given {
            (value, "the path is relative to the current folder")
        } else {
            let value = self.origin.original.get(locate(&self.origin.original, &key, false)).unwrap_or_default();
            (value.to_owned(), "a path in a configuration is relative to the configuration's folder")
        };
        let help = is_relative(&text_in(&written)).then_some(base);
        Diagnostics(vec![self.diagnose(&key, message, help.map(ToOwned::to_owned))])
    }

    /// Name of the file of the text.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.origin.file
    }
}

/// A configuration that was built in code, with the TOML text of every key.
impl From<Config> for ConfigFile {
    fn from(config: Config) -> Self {
        let text = config.to_toml();
        Self { origin: Origin::of(&format!("{}.toml", config.model.name), &text), config, text }
    }
}

impl Config {
    /// Parses a TOML text.
    ///
    /// # Errors
    /// A syntax error, or all errors of keys, types and ranges.
    pub fn from_toml(text: &str) -> Result<Self, Diagnostics> {
        ConfigFile::parse("configuration", text, &[]).map(|file| file.config)
    }
}

/// A TOML file other than the configuration, with the positions of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// Its contents.
    pub value: T,
    origin: Origin,
}

impl<T: DeserializeOwned> Parsed<T> {
    /// Parses `text`, the contents of `file`, and checks it against `schema`.
    ///
    /// # Errors
    /// A syntax error, or all errors of keys, types and ranges.
    pub fn parse(file: &str, text: &str, schema: &'static Json) -> Result<Self, Diagnostics> {
        let origin = Origin::of(file, text);
        let tree = origin.document(schema)?.tree();
        let problems = check::check(schema, &tree);
        if !problems.is_empty() {
            return Err(origin.diagnostics(problems));
        }
        let value = T::deserialize(tree).map_err(|error| {
            origin.diagnostics(vec![Problem::of(KeyPath::default(), error.message().to_owned(), None)])
        })?;
        Ok(Self { value, origin })
    }

    /// A diagnostic about `key`, at its position.
    #[must_use]
    pub fn diagnose(&self, key: &KeyPath, message: String, help: Option<String>) -> Diagnostic {
        self.origin.diagnostic(Problem::of(key.clone(), message, help))
    }
}

impl Origin {
    fn of(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), original: text.to_owned(), overrides: Vec::new() }
    }

    fn document(&self, schema: &'static Json) -> Result<Document, Diagnostics> {
        let text = &self.original;
        Document::read(text).map_err(|error| {
            let problems = beyond_integers(text, schema);
            if !problems.is_empty() {
                return self.diagnostics(problems);
            }
            Diagnostics(vec![Diagnostic {
                place: place_in(&self.file, text, error.span().unwrap_or(0..0)),
                key: KeyPath::default(),
                message: format!("not valid TOML: {}", error.message()),
                help: None,
            }])
        })
    }

    fn diagnostics(&self, problems: Vec<Problem>) -> Diagnostics {
        Diagnostics(problems.into_iter().map(|problem| self.diagnostic(problem)).collect())
    }

    fn diagnostic(&self, problem: Problem) -> Diagnostic {
        let place = self.place(&problem);
        Diagnostic { place, key: problem.key, message: problem.message, help: problem.help }
    }

    /// The position of `key` on the command line or in the file. Overrides and absolute paths change the text, so
    /// positions are those in the file as it was read.
    fn place(&self, problem: &Problem) -> Place {
        let Problem { key, is_name, .. } = problem;
        if let Some(edit) = self.overrides.iter().rev().find(|edit| key.is_within(&edit.key())) {
            return Place::Argument(shown(edit));
        }
        if key.steps().is_empty() {
            return Place::File(self.file.clone());
        }
        place_in(&self.file, &self.original, locate(&self.original, key, *is_name))
    }
}

/// `edit`, with an absolute path if it sets the source of images.
fn with_absolute_source(edit: &Edit) -> Edit {
    match edit {
        Edit::Set(key, value) if *key == KeyPath::of(SOURCE) => {
            let text = value.as_str();
            text.map_or_else(
                || edit.clone(),
                |text| Edit::Set(key.clone(), absolute(text, Path::new("")).as_str().into()),
            )
        }
        _ => edit.clone(),
    }
}

/// The string in `value`, with or without quotes.
fn text_in(value: &str) -> String {
    let parsed = value.trim().parse::<toml_edit::Value>().ok();
    parsed.as_ref().and_then(toml_edit::Value::as_str).unwrap_or(value.trim()).to_owned()
}

fn is_relative(path: &str) -> bool {
    !path.starts_with(['/', '~'])
}

/// The command-line form of an edit.
fn shown(edit: &Edit) -> String {
    match edit {
        // Most users pass the equivalent option.
        Edit::Set(key, value) if *key == KeyPath::of(SOURCE) => format!("--data {}", text_in(&value.to_string())),
        _ => format!("--set {edit}"),
    }
}

fn override_error(edit: &Edit, message: String) -> Diagnostics {
    let place = Place::Argument(shown(edit));
    Diagnostics(vec![Diagnostic { place, key: edit.key(), message, help: None }])
}

/// Parses overrides of the form `KEY=VALUE`.
///
/// # Errors
/// The first invalid override.
pub fn overrides(arguments: &[impl AsRef<str>]) -> Result<Vec<Edit>, Diagnostics> {
    let read = |argument: &str| {
        Edit::parse(argument).map_err(|message| {
            let place = Place::Argument(format!("--set {argument}"));
            Diagnostics(vec![Diagnostic { place, key: KeyPath::default(), message, help: None }])
        })
    };
    arguments.iter().map(|argument| read(argument.as_ref())).collect()
}
