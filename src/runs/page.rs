//! Conversion of the Markdown of `data-check.md` to HTML: tables, lists, headings and lines, with names escaped for
//! HTML.

use crate::escape;

/// A piece of Markdown.
enum Piece<'a> {
    Table(Vec<&'a str>),
    List(Vec<&'a str>),
    Heading(&'a str),
    Lines(Vec<&'a str>),
}

/// Converts `markdown`, escaped by [`escape::markdown`], to HTML. Unsupported syntax is text.
#[must_use]
pub(super) fn html(markdown: &str) -> String {
    pieces(markdown).iter().map(element).collect()
}

/// Splits Markdown into pieces of lines of the same kind; an empty line ends a piece.
fn pieces(markdown: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut continues = false;
    for line in markdown.lines().map(str::trim) {
        let last = pieces.last_mut().filter(|_| continues);
        continues = !line.is_empty();
        if let Some(item) = line.strip_prefix("- ") {
            if let Some(Piece::List(items)) = last {
                items.push(item);
            } else {
                pieces.push(Piece::List(vec![item]));
            }
        } else if line.starts_with('|') {
            if let Some(Piece::Table(rows)) = last {
                rows.push(line);
            } else {
                pieces.push(Piece::Table(vec![line]));
            }
        } else if line.starts_with('#') {
            pieces.push(Piece::Heading(line.trim_start_matches('#').trim_start()));
        } else if continues {
            if let Some(Piece::Lines(lines)) = last {
                lines.push(line);
            } else {
                pieces.push(Piece::Lines(vec![line]));
            }
        }
    }
    pieces
}

fn element(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Table(rows) => table(rows),
        Piece::List(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("<li>{}</li>\n", text(item))).collect();
            format!("<ul>\n{}</ul>\n", items.concat())
        }
        Piece::Heading(line) => format!("<h3>{}</h3>\n", text(line)),
        Piece::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| text(line)).collect();
            format!("<p>{}</p>\n", lines.join("\n"))
        }
    }
}

/// A table; if its second row is a separator with alignments, its first row has the headings.
fn table(rows: &[&str]) -> String {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| cells(row)).collect();
    let is_rule = |cell: &&str| cell.contains('-') && cell.trim_matches(':').bytes().all(|byte| byte == b'-');
    let rule = rows.get(1).filter(|row| row.iter().all(is_rule));
    let mut out = "<table>\n".to_owned();
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| *at != 1 || rule.is_none()) {
        let name = if at == 0 && rule.is_some() { "th" } else { "td" };
        out += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let is_number = rule.and_then(|rule| rule.get(column)).is_some_and(|cell| cell.ends_with(':'));
            let class = if is_number { " class=\"n\"" } else { "" };
            out += &format!("<{name}{class}>{}</{name}>", text(cell));
        }
        out += "</tr>\n";
    }
    out + "</table>\n"
}

/// The cells between the bars of a row; an escaped bar is part of a cell.
fn cells(row: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut begin = 0;
    let mut is_escaped = false;
    for (at, c) in row.char_indices() {
        if c == '|' && !is_escaped {
            cells.push(row[begin..at].trim());
            begin = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    // Nothing precedes the first bar; text after the last bar is a cell without its closing bar.
    let rest = row[begin..].trim();
    cells.extend((!rest.is_empty()).then_some(rest));
    cells.into_iter().skip(1).collect()
}

/// Text of an element: Markdown escapes removed, escaped for HTML.
fn text(markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    let mut letters = markdown.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = (letter == '\\').then(|| letters.next_if(char::is_ascii_punctuation)).flatten();
        plain.push(escaped.unwrap_or(letter));
    }
    escape::xml(&escape::terminal(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [&str; 5] =
        ["asl_alphabet_train", "<img src=x onerror=alert(1)>", "a|b\\|c\\", "- x\n| y |\u{1b}[31m\u{202e}", "---:"];

    /// The texts of all `name` elements.
    fn texts(page: &str, name: &str) -> Vec<String> {
        let document = format!("<body>{page}</body>");
        let tree = roxmltree::Document::parse(&document).unwrap();
        let found = tree.descendants().filter(|node| node.has_tag_name(name));
        found.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_table_and_a_list_hold_every_name_as_it_is() {
        let mut check = "| class | training |\n|---|---:|\n".to_owned();
        check.extend(HOSTILE.map(|name| format!("| {} | 7 |\n", escape::markdown(name))));
        check += "\n# Found\n\n";
        check.extend(HOSTILE.map(|name| format!("- class \"{}\"\n", escape::markdown(name))));
        check.extend(HOSTILE.map(|name| format!("\nof {}\n", escape::markdown(name))));
        let page = html(&check);
        let shown = HOSTILE.map(escape::terminal);
        assert_eq!(texts(&page, "th"), ["class", "training"]);
        let cells = texts(&page, "td");
        assert_eq!(cells.iter().step_by(2).collect::<Vec<_>>(), shown.iter().collect::<Vec<_>>(), "{page}");
        assert!(cells.iter().skip(1).step_by(2).all(|cell| cell == "7"), "{page}");
        assert_eq!(texts(&page, "li"), shown.each_ref().map(|name| format!("class \"{name}\"")));
        assert_eq!(texts(&page, "p"), shown.each_ref().map(|name| format!("of {name}")));
        assert_eq!(texts(&page, "h3"), ["Found"]);
        assert_eq!(page.matches("<td class=\"n\">7</td>").count(), HOSTILE.len());
        assert!(page.contains("<td>asl_alphabet_train</td>") && !page.contains("<img"), "{page}");
        assert!(!page.chars().any(|c| c == '\u{1b}' || c == '\u{202e}'), "{page}");
    }

    #[test]
    fn markup_that_is_not_whole_is_text() {
        assert_eq!(html(""), "");
        assert_eq!(html("No findings.\n"), "<p>No findings.</p>\n");
        assert_eq!(html("a\nb\\"), "<p>a\nb\\</p>\n");
        assert_eq!(html("|"), "<table>\n<tr></tr>\n</table>\n");
        assert_eq!(html("| a | b"), "<table>\n<tr><td>a</td><td>b</td></tr>\n</table>\n");
        assert_eq!(html("- a\n\n- b"), "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n");
    }
}
