//! `layers.csv`: parameters, MACs and memory of each layer.

use super::RunError;
use crate::escape;
use crate::files::read_limited;
use std::path::Path;

const HEADER: &str = "name,output,params,deployed_params,macs,activation_bytes";
/// Far larger than the table of the largest network.
const MAX_BYTES: u64 = 16 << 20;

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRow {
    /// Its name: `block3.depthwise`.
    pub name: String,
    /// Output shape: `48x48x6`, rows x columns x channels.
    pub output: String,
    /// Trainable parameters.
    pub params: u64,
    /// Deployed parameters, after folding batch normalisation.
    pub deployed_params: u64,
    /// Multiply-accumulate operations per image.
    pub macs: u64,
    /// Size of its output in memory, in bytes.
    pub activation_bytes: u64,
}

/// The text of `layers.csv`.
#[must_use]
pub fn layers_csv(rows: &[LayerRow]) -> String {
    let mut out = format!("{HEADER}\n");
    for row in rows {
        let LayerRow { name, output, params, deployed_params, macs, activation_bytes } = row;
        let (name, output) = (escape::csv(name), escape::csv(output));
        out += &format!("{name},{output},{params},{deployed_params},{macs},{activation_bytes}\n");
    }
    out
}

/// Reads a `layers.csv`.
///
/// # Errors
/// If the file cannot be read or a line is no layer.
pub fn layers_from_csv(path: &Path) -> Result<Vec<LayerRow>, RunError> {
    let bytes = read_limited(path, MAX_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let fault = |at: usize, why: String| RunError::Content { path: path.to_owned(), line: at + 1, why };
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, header)| header != HEADER) {
        return Err(fault(0, format!("the columns should be {HEADER}")));
    }
    lines
        .map(|(at, line)| {
            let fields: Vec<String> = fields(line);
            let [name, output, counts @ ..] = fields.as_slice() else {
                return Err(fault(at, format!("a layer has 6 columns, {HEADER}")));
            };
            let counts: Result<Vec<u64>, _> = counts.iter().map(|count| count.parse()).collect();
            match counts.as_deref() {
                Ok(&[params, deployed_params, macs, activation_bytes]) => {
                    let (name, output) = (name.clone(), output.clone());
                    Ok(LayerRow { name, output, params, deployed_params, macs, activation_bytes })
                }
                _ => Err(fault(at, format!("a layer has two text and four integer columns, {HEADER}"))),
            }
        })
        .collect()
}

/// The fields of one line, quotes removed.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                fields.last_mut().into_iter().for_each(|field| field.push('"'));
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().into_iter().for_each(|field| field.push(c)),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> LayerRow {
        let output = "47x47x3".to_owned();
        LayerRow { name: name.into(), output, params: 33, deployed_params: 30, macs: 59_643, activation_bytes: 26_508 }
    }

    #[test]
    fn layers_read_back_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layers.csv");
        let rows = [row("stem"), row("a,\"b\""), row("head")];
        std::fs::write(&path, layers_csv(&rows)).unwrap();
        assert_eq!(layers_from_csv(&path).unwrap(), rows);
        assert!(layers_csv(&rows).contains("\nstem,47x47x3,33,30,59643,26508\n"));
    }

    #[test]
    fn a_line_that_is_no_layer_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layers.csv");
        std::fs::write(&path, format!("{HEADER}\nstem,1x1x1,1,1,1,1\nstem,1x1x1,1,1,x,1\n")).unwrap();
        let error = layers_from_csv(&path).unwrap_err().to_string();
        assert!(error.contains("layers.csv:3: "), "{error}");
        std::fs::write(&path, "").unwrap();
        assert!(layers_from_csv(&path).unwrap_err().to_string().contains(":1: the columns should be"));
    }
}
