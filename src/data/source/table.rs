//! Tables of labels next to the pictures: CSV with a column of files and one of labels, `_classes.csv` of Roboflow,
//! `metadata.csv` and `metadata.jsonl` of Hugging Face, `info.labels` of Edge Impulse.

use serde_json::Value;

use super::name::{Split, readable};
use super::tree::SourcePath;
use crate::data::error::DataError;
use crate::files::read_limited;

/// The largest file of a table, in bytes.
const MAX_TABLE: u64 = 64 << 20;
/// Names of the column with files, most specific first.
const FILES: [&str; 20] = [
    "file_name",
    "filename",
    "filepath",
    "filepaths",
    "file_path",
    "path",
    "file",
    "image_name",
    "image_path",
    "image_file",
    "image_id",
    "imageid",
    "image",
    "images",
    "img_name",
    "img_path",
    "img",
    "img_id",
    "id",
    "name",
];
/// Names of the column with classes, most specific first.
const LABELS: [&str; 18] = [
    "label_name",
    "class_name",
    "category_name",
    "label",
    "labels",
    "class",
    "classes",
    "category",
    "target",
    "species",
    "breed",
    "variety",
    "diagnosis",
    "dx",
    "tag",
    "class_id",
    "classid",
    "y",
];
/// Names of the column with the split.
const SPLITS: [&str; 6] = ["split", "set", "subset", "data_set", "dataset", "partition"];

/// A table of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub place: SourcePath,
    pub rows: Vec<Row>,
    /// Whether its format is used for labels only, so that it has precedence over class folders.
    pub strong: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its line, counted from 1, or its index.
    pub line: u64,
    /// The file as the table names it.
    pub file: String,
    /// The class, or the reason why it is unknown.
    pub class: Result<String, String>,
    pub split: Option<Split>,
}

/// Whether `file` has the name of a table.
pub(crate) fn is_table(file: &SourcePath) -> bool {
    let name = file.last().to_ascii_lowercase();
    // Sample submissions of Kaggle have meaningless labels.
    name == "info.labels" || ["csv", "tsv", "jsonl"].iter().any(|end| file.ends_in(end)) && !name.contains("submission")
}

/// Reads the table in `file`; `None` if it has no columns of files and labels.
///
/// # Errors
/// If a table that is written for labels cannot be read, or does not have the format that its name implies.
pub(crate) fn read(file: &SourcePath) -> Result<Option<Table>, DataError> {
    let name = file.last().to_ascii_lowercase();
    let strong = ["info.labels", "_classes.csv", "metadata.jsonl", "metadata.csv"].contains(&&name[..]);
    let bytes = match read_limited(&file.path, MAX_TABLE) {
        Ok(bytes) => bytes,
        // Any other file.
        Err(_) if !strong => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let bytes = from_utf16(&bytes).unwrap_or(bytes);
    let problem = |problem: String| DataError::Table { path: file.path.clone(), problem };
    let rows = match &name[..] {
        "info.labels" => Some(edge_impulse(&bytes).map_err(problem)?),
        "_classes.csv" => Some(one_hot(&bytes).map_err(problem)?),
        "metadata.jsonl" => json_lines(&bytes).map_err(problem)?,
        _ if file.ends_in("jsonl") => json_lines(&bytes).ok().flatten(),
        _ => columns(&bytes, file.ends_in("tsv")),
    };
    Ok(rows.map(|rows| Table { place: file.clone(), rows, strong }))
}

/// Converts UTF-16, as spreadsheets write it, to UTF-8; `None` without a byte order mark.
fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let (rest, word): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        _ => return None,
    };
    let words: Vec<u16> = rest.chunks_exact(2).map(|pair| word([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&words).into_bytes())
}

fn plain(header: &str) -> String {
    header.trim().to_lowercase().replace([' ', '-'], "_")
}

fn text(field: &[u8]) -> String {
    readable(field).trim().to_owned()
}

fn records(bytes: &[u8], tabs: bool) -> csv::Reader<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let has = |wanted: u8| first.contains(&wanted);
    let delimiter = match tabs || has(b'\t') && !has(b',') {
        true => b'\t',
        false if has(b';') && !has(b',') => b';',
        false => b',',
    };
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes)
}

fn columns(bytes: &[u8], tabs: bool) -> Option<Vec<Row>> {
    let mut reader = records(bytes, tabs);
    let headers: Vec<String> = reader.byte_headers().ok()?.iter().map(|field| plain(&text(field))).collect();
    let column = |names: &[&str]| names.iter().find_map(|name| headers.iter().position(|header| header == name));
    let (file, label) = (column(&FILES)?, column(&LABELS)?);
    let split = column(&SPLITS);
    let rows = reader.byte_records().enumerate().filter_map(|(number, record)| {
        let record = record.ok()?;
        let field = |column: usize| record.get(column).map(text).unwrap_or_default();
        let class = Some(field(label)).filter(|class| !class.is_empty()).ok_or_else(|| "no label".to_owned());
        let split = split.and_then(|split| Split::named(&field(split)));
        let line = record.position().map_or(number as u64 + 2, csv::Position::line);
        Some(Row { line, file: field(file), class, split })
    });
    Some(rows.filter(|row| !row.file.is_empty()).collect())
}

/// A column of files, then one for each class with a 1 in one of them.
fn one_hot(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let mut reader = records(bytes, false);
    let headers: Vec<String> = reader.byte_headers().map_err(|error| error.to_string())?.iter().map(text).collect();
    if headers.len() < 2 {
        return Err("expected a column of files and one column per class".into());
    }
    let mut rows = Vec::new();
    for (number, record) in reader.byte_records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let fields: Vec<String> = record.iter().map(text).collect();
        let Some((file, marks)) = fields.split_first().filter(|(file, _)| !file.is_empty()) else { continue };
        let is_marked = |mark: &String| mark.parse().is_ok_and(|mark: f64| mark != 0.0);
        let marked: Vec<&String> =
            headers[1..].iter().zip(marks).filter(|(_, mark)| is_marked(mark)).map(|(class, _)| class).collect();
        let class = match marked[..] {
            [class] => Ok(class.clone()),
            [] => Err("no label".to_owned()),
            _ => Err(format!("{} labels", marked.len())),
        };
        let line = record.position().map_or(number as u64 + 2, csv::Position::line);
        rows.push(Row { line, file: file.clone(), class, split: None });
    }
    Ok(rows)
}

/// The text of a JSON value that is not a list or object.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn json_lines(bytes: &[u8]) -> Result<Option<Vec<Row>>, String> {
    let mut rows = Vec::new();
    for (line, bytes) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let line = line as u64 + 1;
        let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("line {line}: {error}"))?;
        let field = |names: &[&str]| names.iter().find_map(|name| value.get(*name));
        let (Some(file), Some(label)) = (field(&FILES).and_then(scalar), field(&LABELS)) else { return Ok(None) };
        let split = field(&SPLITS).and_then(scalar).and_then(|split| Split::named(&split));
        rows.push(Row { line, file, class: scalar(label).ok_or_else(|| "no label".to_owned()), split });
    }
    Ok(Some(rows))
}

fn edge_impulse(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let files = value.get("files").and_then(Value::as_array).ok_or("expected a list \"files\"")?;
    let row = |(number, file): (usize, &Value)| {
        let path = file.get("path").or_else(|| file.get("name")).and_then(scalar)?;
        let label = file.get("label").and_then(|label| label.get("label").and_then(scalar).or_else(|| scalar(label)));
        let split = file.get("category").and_then(scalar).and_then(|split| Split::named(&split));
        Some(Row { line: number as u64 + 1, file: path, class: label.ok_or_else(|| "no label".to_owned()), split })
    };
    Ok(files.iter().enumerate().filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn table(name: &str, bytes: &[u8]) -> Result<Option<Table>, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let place = SourcePath { name: name.to_owned(), path };
        assert!(is_table(&place));
        read(&place)
    }

    /// Line, file and class of each row.
    fn rows(name: &str, text: &str) -> Vec<(u64, String, String)> {
        let table = table(name, text.as_bytes()).unwrap().unwrap();
        let class = |row: Row| (row.line, row.file, row.class.unwrap_or_else(|why| format!("({why})")));
        table.rows.into_iter().map(class).collect()
    }

    fn row(line: u64, file: &str, class: &str) -> (u64, String, String) {
        (line, file.to_owned(), class.to_owned())
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let text = "\u{feff}Class ID;File Name;Label\n3; a b.jpg ;rose\n4;b.jpg;\n";
        assert_eq!(rows("x.csv", text), [row(2, "a b.jpg", "rose"), row(3, "b.jpg", "(no label)")]);
        assert_eq!(rows("x.tsv", "id\tbreed\n1\t\"a\n b\"\n2\tc"), [row(2, "1", "a\n b"), row(4, "2", "c")]);
        assert_eq!(rows("x.csv", "image_id,dx,id\na,nv,9"), [row(2, "a", "nv")]);
        assert!(table("x.csv", b"file,width\na,3").unwrap().is_none());
        assert!(table("x.csv", b"").unwrap().is_none());
        let split = table("x.csv", b"path,label,data set\na,b,valid\nc,d,other").unwrap().unwrap();
        assert_eq!(split.rows.iter().map(|row| row.split).collect::<Vec<_>>(), [Some(Split::Validation), None]);
        assert!(!is_table(&SourcePath::top(Path::new("x"))));
        assert!(!is_table(&SourcePath { name: "a/sample_submission.csv".into(), path: "x".into() }));
    }

    #[test]
    fn the_tables_of_roboflow_hugging_face_and_edge_impulse_are_read() {
        let text = "filename, daisy, rose\na.jpg, 1, 0\nb.jpg, 0, 1\nc.jpg,0,0\nd.jpg, 1, 1\n";
        let wanted = [("a", "daisy"), ("b", "rose"), ("c", "(no label)"), ("d", "(2 labels)")];
        let wanted: Vec<_> =
            (2..).zip(wanted).map(|(line, (file, class))| row(line, &format!("{file}.jpg"), class)).collect();
        assert_eq!(rows("_classes.csv", text), wanted);
        let text = "{\"file_name\": \"a.png\", \"label\": 3}\n\n{\"file_name\": \"b.png\", \"label\": null}\n";
        assert_eq!(rows("metadata.jsonl", text), [row(1, "a.png", "3"), row(3, "b.png", "(no label)")]);
        let text = r#"{"version": 1, "files": [
            {"path": "training/a.jpg", "category": "training", "label": {"type": "label", "label": "cat"}},
            {"path": "testing/b.jpg", "category": "testing", "label": "dog"}, {"path": "c.jpg", "label": {"type": "unlabeled"}}
        ]}"#;
        assert_eq!(
            rows("info.labels", text),
            [row(1, "training/a.jpg", "cat"), row(2, "testing/b.jpg", "dog"), row(3, "c.jpg", "(no label)")]
        );
        for (name, text) in [("info.labels", "{}"), ("metadata.jsonl", "{"), ("_classes.csv", "filename\n")] {
            let error = table(name, text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_table_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0_usize..5, name in 0_usize..5) {
            let start: &[u8] = [&b""[..], b"file,label\n", b"{\"files\": [", b"{\"file_name\":\"a\",\"label\":", b"id,class;\"\n"][start];
            let name = ["x.csv", "_classes.csv", "metadata.jsonl", "info.labels", "y.tsv"][name];
            let _ = table(name, &[start, &bytes].concat());
        }
    }
}
