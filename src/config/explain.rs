//! Explanations of keys: the documentation of their fields, in parts.

use super::key::{KeyPath, Step};
use super::kind::BlockKind;
use super::legal::{KeyInfo, key_paths, read};
use std::sync::OnceLock;

/// An explanation of a key. The documentation of its field has a paragraph for each part: the line, `Cost:`,
/// `Measured:`, others, `Paper:`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What it is, in one line.
    pub line: String,
    /// What it costs on the board or in training.
    pub cost: String,
    /// What it did to the accuracy, where that was measured.
    pub measured: Option<String>,
    /// Further paragraphs.
    pub more: Vec<String>,
    /// Authors, year, title and number of the paper that introduced it.
    pub paper: Option<String>,
}

impl Explanation {
    /// Divides a description into its parts.
    #[must_use]
    pub(super) fn of(description: &str) -> Self {
        let mut paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        let mut explanation = Self { line: paragraphs.next().unwrap_or_default(), ..Self::default() };
        for paragraph in paragraphs {
            match paragraph.split_once(": ") {
                Some(("Cost", cost)) => cost.clone_into(&mut explanation.cost),
                Some(("Measured", measured)) => explanation.measured = Some(measured.to_owned()),
                Some(("Paper", paper)) => explanation.paper = Some(paper.to_owned()),
                _ => explanation.more.push(paragraph),
            }
        }
        explanation
    }
}

/// A key with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its path; in blocks with index 0.
    pub path: KeyPath,
    /// The kind of block that has it; `None` outside of blocks.
    pub kind: Option<BlockKind>,
    /// Legal values, explanation and default.
    pub info: KeyInfo,
}

/// A key, whose information is read from the schema when it is needed.
struct KnownKey {
    path: KeyPath,
    kind: Option<BlockKind>,
    info: OnceLock<Option<KeyInfo>>,
}

impl KnownKey {
    fn info(&self) -> Option<&KeyInfo> {
        self.info.get_or_init(|| read(&self.path, self.kind)).as_ref()
    }
}

fn known_keys() -> &'static [KnownKey] {
    static KNOWN: OnceLock<Vec<KnownKey>> = OnceLock::new();
    let of = |(path, kind)| KnownKey { path, kind, info: OnceLock::new() };
    KNOWN.get_or_init(|| key_paths().into_iter().map(of).collect())
}

/// All keys with a value, in the order of the schema; those of blocks once for each kind.
pub fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    let of = |known: &KnownKey| Some(Key { info: known.info()?.clone(), path: known.path.clone(), kind: known.kind });
    KEYS.get_or_init(|| known_keys().iter().filter_map(of).collect())
}

/// The information about `key`, which in a block depends on its kind; `None` if there is no such key.
#[must_use]
pub fn key_info(key: &KeyPath, kind: Option<BlockKind>) -> Option<&'static KeyInfo> {
    let is_same =
        |(own, other): (&Step, &Step)| own == other || matches!((own, other), (Step::Index(_), Step::Index(_)));
    let is_key = |known: &&KnownKey| {
        let (own, other) = (known.path.steps(), key.steps());
        known.kind == kind && own.len() == other.len() && own.iter().zip(other).all(is_same)
    };
    known_keys().iter().find(is_key).and_then(KnownKey::info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_is_and_what_it_costs() {
        let keys = keys();
        assert!(keys.len() > 70, "{}", keys.len());
        for Key { path, info, .. } in keys {
            let Explanation { line, cost, measured, more, paper } = &info.explanation;
            assert!(line.ends_with('.') && line.chars().count() <= 160, "{path}: {line}");
            assert!(cost.ends_with('.') && cost.chars().count() <= 160, "{path}: {cost}");
            assert!(measured.as_ref().is_none_or(|text| text.contains('%') || text.contains("points")), "{path}");
            assert!(more.iter().all(|text| text.ends_with('.')), "{path}: {more:?}");
            let is_cited = |paper: &String| paper.contains(" 20") && !paper.ends_with('.');
            assert!(paper.as_ref().is_none_or(is_cited), "{path}: {paper:?}");
        }
    }

    #[test]
    fn every_word_that_can_be_chosen_has_a_line() {
        use crate::config::Legal;
        for Key { path, info, .. } in keys() {
            let Legal::Choice(words) = &info.legal else { continue };
            if words.iter().all(|word| word.parse::<u32>().is_err()) {
                assert_eq!(words.len(), info.options.len(), "{path}");
            }
            for (word, line) in &info.options {
                assert!(words.contains(word) && line.len() > 4, "{path}: {word} {line}");
            }
        }
    }

    #[test]
    fn a_default_is_written_as_in_a_file() {
        let default = |key: &str| key_info(&KeyPath::of(key), None).unwrap().default.as_deref();
        assert_eq!((default("train.learning_rate"), default("train.epochs")), (Some("0.001"), Some("60")));
        assert_eq!((default("model.input.width"), default("target.board")), (Some("96"), Some("")));
    }
}
