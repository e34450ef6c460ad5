//! Legal values, defaults and explanations of keys, from the schema.

use super::check::schema;
use super::explain::Explanation;
use super::key::{KeyPath, Step};
use super::kind::BlockKind;
use super::sections::KIND;
use serde_json::Value as Json;

/// The legal values of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Legal {
    /// A number.
    Number(Range),
    /// One of these words or numbers, in TOML notation (words without quotes).
    Choice(Vec<String>),
    /// `true` or `false`.
    Flag,
    /// A string.
    Text,
}

/// The range of a numeric key.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Lower bound, if there is one; exclusive if `is_open`.
    pub least: Option<f64>,
    /// Whether `least` is exclusive.
    pub is_open: bool,
    /// Upper bound, inclusive, if there is one.
    pub most: Option<f64>,
    /// Whether only integers are legal.
    pub is_whole: bool,
    /// A word that is legal instead of a number, such as `auto`.
    pub word: Option<String>,
}

impl Range {
    /// The legal number nearest to `value`.
    #[must_use]
    pub fn clamp(&self, value: f64) -> f64 {
        let value = if self.is_whole { value.round() } else { value };
        let value = self.most.map_or(value, |most| value.min(most));
        self.least.map_or(value, |least| value.max(least))
    }
}

/// A key of the configuration: legal values, explanation and default.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyInfo {
    /// Its legal values.
    pub legal: Legal,
    /// What it is, what it costs, and more.
    pub explanation: Explanation,
    /// Words of [`Legal::Choice`] with an explanation of each in one line.
    pub options: Vec<(String, String)>,
    /// Default value in TOML notation (words without quotes), if there is one.
    pub default: Option<String>,
}

/// The information about `key`, which in a block depends on its kind, from the schema; `None` if there is no such key.
pub(super) fn read(key: &KeyPath, kind: Option<BlockKind>) -> Option<KeyInfo> {
    let mut at = resolve(schema());
    for step in key.steps() {
        at = match step {
            Step::Index(_) => &at["items"],
            Step::Key(name) => &at["properties"][name],
        };
        at = resolve(at);
        if let Some(variants) = at["oneOf"].as_array()
            && variants.iter().all(|variant| variant["properties"].is_object())
        {
            at = variant(kind?)?;
        }
    }
    let legal = legal(at)?;
    if let Some(kind) = kind.filter(|kind| at["const"] == kind.word()) {
        return Some(kind_info(kind));
    }
    let described = |option: &Json| Some((word(&option["const"])?, line_of(option)));
    let options = at["oneOf"].as_array().into_iter().flatten().filter_map(described).collect();
    let explanation = Explanation::of(declared(key, kind)?["description"].as_str().unwrap_or_default());
    Some(KeyInfo { legal, explanation, options, default: default_of(key, kind) })
}

/// The first line of a description.
fn line_of(node: &Json) -> String {
    Explanation::of(node["description"].as_str().unwrap_or_default()).line
}

/// The information about `type` of a block.
fn kind_info(kind: BlockKind) -> KeyInfo {
    let described = |kind: BlockKind| variant(kind).and_then(|node| node["description"].as_str()).unwrap_or_default();
    let mut explanation = Explanation::of(described(kind));
    explanation.line = format!("{KIND} {}: {}", kind.word(), explanation.line);
    let option = |kind: BlockKind| (kind.word().to_owned(), Explanation::of(described(kind)).line);
    let legal = Legal::Choice(BlockKind::ALL.iter().map(|kind| kind.word().to_owned()).collect());
    KeyInfo { legal, explanation, options: BlockKind::ALL.map(option).to_vec(), default: None }
}

/// The schema of a block of `kind`.
fn variant(kind: BlockKind) -> Option<&'static Json> {
    let variants = schema()["$defs"]["Block"]["oneOf"].as_array();
    variants.into_iter().flatten().find(|variant| variant["properties"]["type"]["const"] == kind.word())
}

/// All keys with a value, in the order of the schema; those of blocks, once for each kind, with index 0.
pub(super) fn key_paths() -> Vec<(KeyPath, Option<BlockKind>)> {
    let mut found = Vec::new();
    collect(schema(), &KeyPath::default(), None, &mut found);
    found
}

fn collect(at: &'static Json, path: &KeyPath, kind: Option<BlockKind>, found: &mut Vec<(KeyPath, Option<BlockKind>)>) {
    let at = resolve(at);
    if at["items"]["$ref"].is_string() {
        for kind in BlockKind::ALL {
            if let Some(node) = variant(kind) {
                collect(node, &path.index(0), Some(kind), found);
            }
        }
    } else if let Some(keys) = at["properties"].as_object() {
        keys.iter().for_each(|(name, node)| collect(node, &path.key(name), kind, found));
    } else {
        found.push((path.clone(), kind));
    }
}

/// The keys of a block of `kind`, beginning with `type`.
#[must_use]
pub fn block_keys(kind: BlockKind) -> Vec<&'static str> {
    let keys = variant(kind).and_then(|variant| variant["properties"].as_object());
    keys.into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The schema node that declares `key`, before references are resolved. It has the description and the
/// default.
fn declared(key: &KeyPath, kind: Option<BlockKind>) -> Option<&'static Json> {
    let (last, above) = key.steps().split_last()?;
    let mut at = resolve(schema());
    for step in above {
        at = resolve(match step {
            Step::Index(_) => &at["items"],
            Step::Key(name) => &at["properties"][name],
        });
        if at["oneOf"].is_array() {
            at = variant(kind?)?;
        }
        if let Some(options) = at["anyOf"].as_array() {
            at = resolve(options.iter().find(|option| option["type"] != "null")?);
        }
    }
    match last {
        Step::Key(name) => Some(&at["properties"][name]),
        Step::Index(_) => Some(&at["items"]),
    }
}

fn default_of(key: &KeyPath, kind: Option<BlockKind>) -> Option<String> {
    word(&declared(key, kind)?["default"])
}

/// A value of the schema in TOML notation, words without quotes.
fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn resolve(at: &'static Json) -> &'static Json {
    let found = at["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    let found = found.and_then(|pointer| schema().pointer(pointer)).unwrap_or(at);
    // An optional value has the type of its value.
    match found["anyOf"].as_array() {
        Some(options) if options.len() == 2 && options[1]["type"] == "null" => resolve(&options[0]),
        _ => found,
    }
}

fn legal(at: &'static Json) -> Option<Legal> {
    if let Some(values) = at["enum"].as_array() {
        return Some(Legal::Choice(values.iter().filter_map(word).collect()));
    }
    if let Some(options) = at["oneOf"].as_array() {
        return Some(Legal::Choice(options.iter().filter_map(|option| word(&option["const"])).collect()));
    }
    if let Some(options) = at["anyOf"].as_array() {
        let kinds: Vec<Legal> = options.iter().map(resolve).filter_map(legal).collect();
        let words = kinds.iter().find_map(|kind| if let Legal::Choice(words) = kind { words.first() } else { None });
        return kinds.iter().find_map(|kind| match kind {
            Legal::Number(range) => Some(Legal::Number(Range { word: words.cloned(), ..range.clone() })),
            _ => None,
        });
    }
    if let Some(constant) = word(&at["const"]) {
        return Some(Legal::Choice(vec![constant]));
    }
    let whole = match at["type"].as_str()? {
        "boolean" => return Some(Legal::Flag),
        "string" => return Some(Legal::Text),
        "integer" => true,
        "number" => false,
        _ => return None,
    };
    let open = at["exclusiveMinimum"].as_f64();
    Some(Legal::Number(Range {
        least: open.or_else(|| at["minimum"].as_f64()),
        is_open: open.is_some(),
        most: at["maximum"].as_f64(),
        is_whole: whole,
        word: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key_info;

    fn number(key: &str, kind: Option<BlockKind>) -> Range {
        match key_info(&KeyPath::of(key), kind).unwrap().legal.clone() {
            Legal::Number(range) => range,
            other => panic!("{key}: {other:?}"),
        }
    }

    #[test]
    fn ranges_words_and_choices_are_those_of_the_schema() {
        let filters = number("stem.filters", None);
        assert_eq!((filters.least, filters.most, filters.is_whole), (Some(1.0), Some(4096.0), true));
        assert_eq!(filters.clamp(0.0), 1.0);
        let width = number("model.width_multiplier", None);
        assert!(width.is_open && !width.is_whole);
        assert_eq!(number("model.num_classes", None).word.as_deref(), Some("auto"));
        assert_eq!(number("blocks.3.expansion", Some(BlockKind::Bottleneck)).most, Some(16.0));
        let words = |key: &str, kind| match key_info(&KeyPath::of(key), kind).unwrap().legal.clone() {
            Legal::Choice(words) => words,
            other => panic!("{key}: {other:?}"),
        };
        assert_eq!(words("blocks.0.kernel", Some(BlockKind::Conv)), ["1", "3", "5"]);
        assert_eq!(words("blocks.0.activation", Some(BlockKind::Conv)), ["none", "relu", "relu6"]);
        assert_eq!(words("export.plan", None), ["smallest", "lowest-latency"]);
        let se = Some(BlockKind::Bottleneck);
        assert_eq!(words("blocks.0.squeeze_excite.after", se), ["depthwise", "project"]);
        assert_eq!(number("blocks.0.squeeze_excite.ratio", se).most, Some(64.0));
        assert_eq!(key_info(&KeyPath::of("model.batch_norm"), None).unwrap().legal, Legal::Flag);
    }

    #[test]
    fn keys_that_a_kind_of_block_lacks_are_unknown() {
        assert_eq!(key_info(&KeyPath::of("blocks.0.expansion"), Some(BlockKind::Conv)), None);
        assert_eq!(key_info(&KeyPath::of("blocks.0.filters"), None), None);
        assert_eq!(key_info(&KeyPath::of("model.nothing"), None), None);
        assert_eq!(
            block_keys(BlockKind::Separable),
            ["type", "filters", "kernel", "stride", "padding", "activation", "repeat"]
        );
    }

    #[test]
    fn every_key_has_its_help_and_default() {
        let info = key_info(&KeyPath::of("blocks.0.kernel"), Some(BlockKind::Separable)).unwrap();
        assert_eq!(info.default.as_deref(), Some("3"));
        assert!(info.explanation.line.contains("Kernel size"), "{info:?}");
        let padding = key_info(&KeyPath::of("blocks.0.padding"), Some(BlockKind::Separable)).unwrap();
        assert_eq!(padding.default.as_deref(), Some("same"));
        let pool = key_info(&KeyPath::of("head.pool"), None).unwrap();
        assert_eq!((pool.default.as_deref(), pool.explanation.line.is_empty()), (Some("avg"), false));
        assert_eq!(pool.options[0], ("max".to_owned(), "Maximum of each channel.".to_owned()));
        let kind = key_info(&KeyPath::of("blocks.7.type"), Some(BlockKind::Bottleneck)).unwrap();
        assert!(kind.options[0].1.starts_with("Depthwise") && kind.explanation.paper.is_some(), "{kind:?}");
    }
}
