//! Reports as a list of blocks, and blocks as Markdown and HTML. Texts are raw; the writers escape them.

use super::page;
use crate::escape;

/// A block of a report.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// The title, once.
    Title(String),
    /// The heading of a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A table of names and values.
    Pairs(Vec<(&'static str, String)>),
    /// A table.
    Table(Table),
    /// A list.
    List(Vec<String>),
    /// An SVG plot.
    Picture {
        /// Its description.
        what: &'static str,
        /// Its file next to the report.
        file: &'static str,
        /// The SVG text, in which names are already escaped.
        svg: String,
    },
    /// Markdown in which names are already escaped.
    Markdown(String),
    /// A code block: language and text.
    Code(&'static str, String),
}

/// A table. Numbers are right-aligned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Column names, and whether each column contains numbers.
    pub head: Vec<(&'static str, bool)>,
    /// Rows with one cell per column.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row has totals.
    pub has_total: bool,
}

/// `blocks` as Markdown; plots are links to the files next to the report.
#[must_use]
pub fn markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(text) => out += &format!("# {}\n\n", escape::markdown(text)),
            Block::Heading(text) => out += &format!("\n## {}\n\n", escape::markdown(text)),
            Block::Text(text) => out += &format!("{}\n\n", escape::markdown(text)),
            Block::Pairs(pairs) => {
                out += "| | |\n|---|---|\n";
                for (name, value) in pairs {
                    out += &format!("| {name} | {} |\n", escape::markdown(value));
                }
            }
            Block::Table(table) => out += &markdown_table(table),
            Block::List(items) => {
                for item in items {
                    out += &format!("- {}\n", escape::markdown(item));
                }
            }
            Block::Picture { what, file, .. } => out += &format!("\n![{what}]({file})\n"),
            Block::Markdown(text) => out += &format!("{}\n", demoted(text.trim())),
            Block::Code(language, text) => out += &fenced(language, text),
        }
    }
    out
}

fn markdown_table(table: &Table) -> String {
    let names: Vec<&str> = table.head.iter().map(|(name, _)| *name).collect();
    let rules: Vec<&str> = table.head.iter().map(|(_, is_number)| if *is_number { "---:" } else { "---" }).collect();
    let mut out = format!("| {} |\n|{}|\n", names.join(" | "), rules.join("|"));
    for (at, row) in table.rows.iter().enumerate() {
        let is_total = table.has_total && at + 1 == table.rows.len();
        let cell = |text: &String| match escape::markdown(text) {
            text if is_total && !text.is_empty() => format!("**{text}**"),
            text => text,
        };
        let cells: Vec<String> = row.iter().map(cell).collect();
        out += &format!("| {} |\n", cells.join(" | "));
    }
    out
}

/// Markdown with headings two levels lower.
fn demoted(markdown: &str) -> String {
    let line = |line: &str| if line.starts_with('#') { format!("##{line}") } else { line.to_owned() };
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// `text` as a fenced code block that nothing in it can end.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}{fence}\n", plain_lines(text))
}

/// `text` line by line, without control characters.
fn plain_lines(text: &str) -> String {
    text.lines().map(|line| escape::terminal(&line.replace('\t', "    ")) + "\n").collect()
}

/// The style sheet of every page. Pages load no external resources.
const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;color:#222;background:#fff;max-width:61rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;margin:.8rem 0}td,th{border-bottom:1px solid #e2e2e2;padding:.25rem .7rem;text-align:left;vertical-align:top}\
.n{text-align:right;font-variant-numeric:tabular-nums}.t td{font-weight:bold}pre{background:#f6f6f6;padding:.8rem;overflow:auto}\
figure{margin:1rem 0}svg{max-width:100%;height:auto}";

/// `blocks` as a single HTML page with embedded plots and without external resources.
#[must_use]
pub fn html(blocks: &[Block]) -> String {
    let title = blocks.iter().find_map(|block| if let Block::Title(text) = block { Some(text.as_str()) } else { None });
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        text_of(title.unwrap_or_default())
    );
    for block in blocks {
        match block {
            Block::Title(text) => out += &format!("<h1>{}</h1>\n", text_of(text)),
            Block::Heading(text) => out += &format!("<h2>{}</h2>\n", text_of(text)),
            Block::Text(text) => out += &format!("<p>{}</p>\n", text_of(text)),
            Block::Pairs(pairs) => {
                out += "<table>\n";
                for (name, value) in pairs {
                    out += &format!("<tr><th>{name}</th><td>{}</td></tr>\n", text_of(value));
                }
                out += "</table>\n";
            }
            Block::Table(table) => out += &html_table(table),
            Block::List(items) => {
                out += "<ul>\n";
                for item in items {
                    out += &format!("<li>{}</li>\n", text_of(item));
                }
                out += "</ul>\n";
            }
            Block::Picture { what, svg, .. } => {
                out += &format!("<figure aria-label=\"{what}\">\n{}</figure>\n", without_declaration(svg));
            }
            Block::Markdown(text) => out += &page::html(text),
            Block::Code(_, text) => {
                out += &format!("<pre>{}</pre>\n", escape::xml(&plain_lines(text.trim())).replace('\u{fffd}', "\n"));
            }
        }
    }
    out + "</body>\n</html>\n"
}

/// `text` for an element, without control characters.
fn text_of(text: &str) -> String {
    escape::xml(&escape::terminal(text))
}

/// The `svg` element without the XML declaration.
fn without_declaration(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |at| &svg[at..])
}

fn html_table(table: &Table) -> String {
    let class =
        |at: usize| if table.head.get(at).is_some_and(|(_, is_number)| *is_number) { " class=\"n\"" } else { "" };
    let mut out = "<table>\n<tr>".to_owned();
    for (at, (name, _)) in table.head.iter().enumerate() {
        out += &format!("<th{}>{name}</th>", class(at));
    }
    out += "</tr>\n";
    for (row, cells) in table.rows.iter().enumerate() {
        out += if table.has_total && row + 1 == table.rows.len() { "<tr class=\"t\">" } else { "<tr>" };
        for (at, cell) in cells.iter().enumerate() {
            out += &format!("<td{}>{}</td>", class(at), text_of(cell));
        }
        out += "</tr>\n";
    }
    out + "</table>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_all_its_blocks_and_nothing_from_outside_is_markup() {
        let bad = "<img src=x onerror=alert(1)>&\"'\u{1b}";
        let table =
            Table { head: vec![("a", false), ("b", true)], rows: vec![vec![bad.into(), "1".into()]], has_total: true };
        let blocks = [
            Block::Title(bad.into()),
            Block::Heading(bad.into()),
            Block::Text(bad.into()),
            Block::Pairs(vec![("name", bad.into())]),
            Block::Table(table),
            Block::List(vec![bad.into()]),
            Block::Picture {
                what: "A picture",
                file: "a.svg",
                svg: "<?xml?><svg xmlns=\"http://www.w3.org/2000/svg\"/>".into(),
            },
            Block::Markdown(format!("# Check\n{bad}")),
            Block::Code("toml", format!("# {bad}\n[model]\n")),
        ];
        let page = html(&blocks);
        assert_eq!(page.matches("&lt;img src=x onerror=alert(1)&gt;&amp;").count(), 9, "{page}");
        assert!(!page.contains("<img") && !page.contains('\u{1b}') && page.contains("[model]\n"), "{page}");
        let document = page.split_once('\n').unwrap().1;
        let tree = roxmltree::Document::parse(document).unwrap();
        assert_eq!(tree.descendants().filter(|node| node.has_tag_name("tr")).count(), 3);
        let text = markdown(&blocks);
        assert!(
            text.contains("![A picture](a.svg)") && text.contains("| **1** |") && text.contains("### Check"),
            "{text}"
        );
    }
}
