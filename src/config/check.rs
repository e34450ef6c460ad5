//! Checks TOML values against a JSON schema, that of [`Config`] or of another file: keys, types, ranges,
//! choices.

use super::diagnostic::Problem;
use super::key::KeyPath;
use super::kind::foreign;
use super::sections::Config;
use serde_json::Value as Json;
use std::sync::OnceLock;
use toml::{Table, Value};

/// Pattern of IDs such as `uno-r3`.
pub const ID: &str = r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$";
/// Magnitude from which integers in a file exceed TOML's integers and are read as floats.
const LARGEST_INTEGER: f64 = 9_223_372_036_854_775_807.0;

/// Pattern of display names.
pub const ONE_LINE: &str = r"^[^\x00-\x1f\x7f]{1,60}$";

/// The state of a check: schema and problems.
struct Report {
    /// The schema of the whole file.
    file: &'static Json,
    problems: Vec<Problem>,
}

/// The JSON schema of the configuration file, for editors and for this module.
pub fn schema() -> &'static Json {
    static SCHEMA: OnceLock<Json> = OnceLock::new();
    SCHEMA.get_or_init(schema_of::<Config>)
}

/// The schema of a file. Only [`schema`] may have definitions: types in other files are inline.
#[must_use]
pub fn schema_of<T: schemars::JsonSchema>() -> Json {
    let mut schema = schemars::schema_for!(T).to_value();
    tidy(&mut schema);
    schema
}

/// Removes the bounds of the integer type from fields that list their legal values, and `format`, which most
/// editors do not support.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            // A property of this name is a table, which is kept.
            if map.get("format").is_some_and(Json::is_string) {
                map.remove("format");
            }
            if map.contains_key("enum") {
                map.remove("minimum");
                map.remove("maximum");
            }
            map.values_mut().for_each(tidy);
        }
        Json::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Resolves a `$ref`.
fn resolve(schema: &'static Json) -> &'static Json {
    schema["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix('#'))
        .and_then(|pointer| self::schema().pointer(pointer))
        .unwrap_or(schema)
}

/// All deviations of `root` from `schema`.
pub(super) fn check(schema: &'static Json, root: &Table) -> Vec<Problem> {
    let mut report = Report { file: schema, problems: Vec::new() };
    table(schema, root, &KeyPath::default(), &mut report);
    report.problems
}

fn value(schema: &'static Json, item: &Value, key: &KeyPath, out: &mut Report) {
    let schema = resolve(schema);
    if let Some(options) = schema["anyOf"].as_array() {
        // A list or table is checked by the branch for its type, so that the problem names the wrong value
        // inside it.
        let kind = if item.is_array() { "array" } else { "object" };
        let inside = options.iter().find(|option| resolve(option)["type"] == kind);
        if let Some(option) = inside.filter(|_| item.is_array() || item.is_table()) {
            return value(option, item, key, out);
        }
        if !options.iter().any(|option| accepts(option, item, out.file)) {
            out.problems.push(wrong(schema, item, key));
        }
    } else if let (Some(variants), Some(entries)) = (tagged(schema), item.as_table()) {
        variant(variants, entries, key, out);
    } else if let (Some("object"), Some(entries)) = (schema["type"].as_str(), item.as_table()) {
        table(schema, entries, key, out);
    } else if let (Some("array"), Some(items)) = (schema["type"].as_str(), item.as_array()) {
        let length = items.len() as u64;
        if schema["minItems"].as_u64().is_some_and(|least| length < least)
            || schema["maxItems"].as_u64().is_some_and(|most| length > most)
        {
            out.problems.push(wrong(schema, item, key));
        }
        for (i, element) in items.iter().enumerate() {
            value(&schema["items"], element, &key.index(i), out);
        }
    } else if !scalar(schema, item) {
        out.problems.push(wrong(schema, item, key));
    }
}

fn accepts(schema: &'static Json, item: &Value, file: &'static Json) -> bool {
    let mut report = Report { file, problems: Vec::new() };
    value(schema, item, &KeyPath::default(), &mut report);
    report.problems.is_empty()
}

/// The variants of a table that its `type` key selects.
fn tagged(schema: &'static Json) -> Option<&'static Vec<Json>> {
    schema["oneOf"].as_array().filter(|variants| variants.iter().all(|v| v["properties"]["type"]["const"].is_string()))
}

fn variant(variants: &'static [Json], entries: &Table, key: &KeyPath, out: &mut Report) {
    let names: Vec<&str> = variants.iter().filter_map(|v| v["properties"]["type"]["const"].as_str()).collect();
    let choices = format!("type must be one of {}", quoted(&names));
    let Some(tag) = entries.get("type") else {
        out.problems.push(Problem::of(key.clone(), "this block has no type".into(), Some(choices)));
        return;
    };
    let chosen = tag.as_str().and_then(|name| names.iter().position(|known| *known == name));
    if let Some(index) = chosen {
        table(&variants[index], entries, key, out);
        return;
    }
    if let Some(layer) = tag.as_str().and_then(foreign) {
        let message = format!("{layer} cannot be written: a network is a chain of convolutions with skip connections");
        out.problems.push(Problem::of(key.key("type"), message, Some(choices)));
        return;
    }
    let help = tag.as_str().and_then(|name| nearest(name, names.iter().copied()));
    let help = help.map_or(choices, |near| format!("did you mean \"{near}\"?"));
    let message = format!("type must be {}, not {}", quoted(&names), show(tag));
    out.problems.push(Problem::of(key.key("type"), message, Some(help)));
}

fn table(schema: &'static Json, entries: &Table, key: &KeyPath, out: &mut Report) {
    let empty = serde_json::Map::new();
    let properties = schema["properties"].as_object();
    for (name, item) in entries {
        let here = key.key(name);
        match properties.and_then(|known| known.get(name)) {
            Some(field) if field["const"].is_string() => {}
            Some(field) => value(field, item, &here, out),
            None => {
                let known = properties.unwrap_or(&empty).keys().map(String::as_str);
                out.problems.push(Problem {
                    message: format!("unknown key `{name}`{}", within(schema, key)),
                    help: Some(suggest(name, known, key, out.file)),
                    key: here,
                    is_name: true,
                });
            }
        }
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        if !entries.contains_key(required) {
            let message = format!("`{required}` is missing{}", within(schema, key));
            let help = format!("{required} is {}", describe(&schema["properties"][required]));
            out.problems.push(Problem::of(key.clone(), message, Some(help)));
        }
    }
}

/// " in `[train]`", " in a separable block".
fn within(schema: &Json, key: &KeyPath) -> String {
    match schema["properties"]["type"]["const"].as_str() {
        Some(kind) => format!(" in a {kind} block"),
        None if key.steps().is_empty() => String::new(),
        None => format!(" in {key}"),
    }
}

fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone, key: &KeyPath, file: &'static Json) -> String {
    if let Some(near) = nearest(name, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let sections = file["properties"].as_object().into_iter().flatten();
    let home =
        sections.filter(|(_, section)| !resolve(section)["properties"][name].is_null()).map(|(home, _)| home).next();
    if let Some(home) = home.filter(|home| key.to_string() != **home) {
        return format!("`{name}` belongs in [{home}]");
    }
    let known: Vec<&str> = known.collect();
    format!("valid keys: {}", known.join(", "))
}

/// The most similar name to `name`, if one is similar.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = name.chars().take(64).collect();
    known
        .map(|candidate| (strsim::jaro_winkler(&name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn wrong(schema: &'static Json, item: &Value, key: &KeyPath) -> Problem {
    let name = key.steps().iter().rev().find_map(|step| match step {
        super::key::Step::Key(name) => Some(name.as_str()),
        super::key::Step::Index(_) => None,
    });
    let near = item.as_str().and_then(|text| nearest(text, choices(schema).into_iter()));
    let message = format!("{} must be {}, not {}", name.unwrap_or("this"), describe(schema), show(item));
    let help = near
        .map(|near| format!("did you mean \"{near}\"?"))
        .or_else(|| nearest_number(schema, item).map(|near| format!("the nearest is {near}")));
    Problem::of(key.clone(), message, help)
}

/// The legal number nearest to `found`, if `found` is a number and `schema` has a nearest one.
fn nearest_number(schema: &'static Json, found: &Value) -> Option<Json> {
    let schema = resolve(schema);
    let value = number(found).filter(|value| value.is_finite())?;
    if let Some(options) = schema["anyOf"].as_array() {
        return options.iter().find_map(|option| nearest_number(option, found));
    }
    if let Some(legal) = schema["enum"].as_array() {
        let legal = legal.iter().filter(|legal| legal.is_number());
        let distance = |legal: &Json| (legal.as_f64().unwrap_or(f64::MAX) - value).abs();
        return legal.min_by(|a, b| distance(a).total_cmp(&distance(b))).cloned();
    }
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    match schema["type"].as_str() {
        Some("integer") => {
            let (least, most) = (least.unwrap_or(0.0), most.unwrap_or(u32::MAX.into()));
            Some((value.round().clamp(least, most) as i64).into())
        }
        Some("number") => {
            let is_open = schema["exclusiveMinimum"].as_f64().is_some_and(|least| value <= least);
            let clamped = value.max(least.unwrap_or(value)).min(most.unwrap_or(value));
            (!is_open).then(|| clamped.into())
        }
        _ => None,
    }
}

/// Whether a scalar value satisfies `schema`.
fn scalar(schema: &'static Json, found: &Value) -> bool {
    let names = choices(schema);
    if !names.is_empty() {
        return found.as_str().is_some_and(|text| names.contains(&text));
    }
    if let Some(numbers) = schema["enum"].as_array() {
        return integer(found).is_some_and(|n| numbers.iter().any(|legal| legal.as_i64() == Some(n)));
    }
    match schema["type"].as_str() {
        Some("boolean") => found.is_bool(),
        Some("integer") => integer(found).is_some_and(|n| {
            schema["minimum"].as_i64().is_none_or(|least| n >= least)
                && schema["maximum"].as_i64().is_none_or(|most| n <= most)
                && u32::try_from(n).is_ok()
        }),
        Some("number") => number(found).is_some_and(|n| {
            schema["minimum"].as_f64().is_none_or(|least| n >= least)
                && schema["exclusiveMinimum"].as_f64().is_none_or(|least| n > least)
                && schema["maximum"].as_f64().is_none_or(|most| n <= most)
        }),
        Some("string") => found.as_str().is_some_and(|text| {
            schema["pattern"]
                .as_str()
                .is_none_or(|pattern| regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)))
        }),
        _ => false,
    }
}

fn integer(found: &Value) -> Option<i64> {
    found.as_integer()
}

fn number(found: &Value) -> Option<f64> {
    found.as_float().or_else(|| integer(found).map(|n| n as f64))
}

/// The words that `schema` allows.
fn choices(schema: &'static Json) -> Vec<&'static str> {
    let schema = resolve(schema);
    let one = schema["const"].as_str().into_iter();
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let branches = ["oneOf", "anyOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    one.chain(listed).chain(branches.flat_map(choices)).collect()
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Description of the values that `schema` allows.
pub(super) fn describe(schema: &'static Json) -> String {
    let schema = resolve(schema);
    if let Some(options) = schema["anyOf"].as_array() {
        let options = options.iter().filter(|option| option["type"] != "null");
        return options.map(describe).collect::<Vec<_>>().join(" or ");
    }
    let names = choices(schema);
    if !names.is_empty() {
        return quoted(&names);
    }
    if let Some(numbers) = schema["enum"].as_array() {
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        return match numbers.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => numbers.concat(),
        };
    }
    let most = &schema["maximum"];
    match schema["type"].as_str() {
        Some("boolean") => "true or false".into(),
        Some("integer") => match (&schema["minimum"], most) {
            (least, Json::Null) if least == 0 => "a whole number from 0".into(),
            (least, most) => format!("a whole number from {least} to {most}"),
        },
        Some("number") => match schema["exclusiveMinimum"].as_f64() {
            Some(least) => format!("a number above {least} and at most {most}"),
            None => format!("a number from {} to {most}", schema["minimum"]),
        },
        Some("string") => match schema["pattern"].as_str() {
            Some(pattern) => in_words(pattern).into(),
            None => "text in quotes".into(),
        },
        Some("array") => match (schema["minItems"].as_u64(), schema["maxItems"].as_u64()) {
            (Some(least), Some(most)) => format!("a list of {least} to {most}, each {}", describe(&schema["items"])),
            _ => "a list of tables".into(),
        },
        _ => "a table".into(),
    }
}

/// Description of the strings that a pattern of the schema allows.
fn in_words(pattern: &str) -> &'static str {
    match pattern {
        ID => "lower-case letters and digits, with single hyphens between them, at most 32 characters",
        ONE_LINE => "text of 1 to 60 characters without control characters",
        _ => "a letter, then letters, digits or _, at most 32 characters",
    }
}

fn show(found: &Value) -> String {
    let shorten = |text: &str| {
        let short: String = text.chars().take(40).collect();
        if short.len() < text.len() { short + "…" } else { short }
    };
    match found {
        Value::String(text) => format!("\"{}\"", shorten(text)),
        Value::Float(n) if n.is_finite() && n.abs() >= LARGEST_INTEGER => "a number beyond 64 bits".into(),
        Value::Integer(_) | Value::Float(_) => shorten(&found.to_string()),
        Value::Boolean(flag) => flag.to_string(),
        Value::Datetime(_) => "a date".into(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Table(_) => "a table".into(),
    }
}
