//! Escaping of untrusted names, one function per output format.

/// For a terminal or a log: control characters and bidirectional formatting characters become visible escapes.
#[must_use]
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if reorders(c) => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// As [`terminal`], for a text with several lines.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split('\n').map(terminal).collect::<Vec<_>>().join("\n")
}

/// For serialised JSON on a terminal: control and bidirectional formatting characters, which JSON allows in strings,
/// become escapes. They do not occur outside of strings.
#[must_use]
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || reorders(c) {
            // All of them have 16-bit code points.
            out += &format!("\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Bidirectional formatting characters, which change the order of displayed text.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// For text or attributes of SVG, HTML and XML: markup characters become entities, characters that XML does not allow
/// become U+FFFD.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// For a cell of a Markdown table or a line of Markdown: markup is escaped, line breaks become
/// spaces.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | '/' | ':' | '%' | '+' | '=' | '(' | ')' | ';') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For a field of a CSV file (RFC 4180): quoted if necessary, with quotes doubled. A leading `=`, `+`, `-` or `@` is
/// prefixed with an apostrophe so that no spreadsheet evaluates it.
#[must_use]
pub fn csv(text: &str) -> String {
    let text = terminal(text);
    let guarded = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if guarded.contains([',', '"', '\'']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// For a C or C++ string literal, quotes included. Bytes outside printable ASCII are octal
/// escapes of three digits (which, unlike `\x`, cannot include the next characters); `?` is escaped
/// because of trigraphs.
#[must_use]
pub fn c_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.extend(['\\', octal(byte >> 6), octal(byte >> 3), octal(byte)]),
        }
    }
    out.push('"');
    out
}

/// The lowest three bits as a digit.
fn octal(bits: u8) -> char {
    char::from(b'0' + (bits & 7))
}

/// For a line comment of C or C++: one line of printable ASCII that ends no comment and
/// continues on no next line.
#[must_use]
pub fn c_comment(text: &str) -> String {
    let ascii: String = text.chars().flat_map(char::escape_default).collect();
    let ascii = ascii.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?");
    match ascii.strip_suffix('\\') {
        Some(_) => ascii + ".",
        None => ascii,
    }
}

/// For one argument of a shell command.
#[must_use]
pub fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '+' | ',' | '=' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// For a file or folder name: letters, digits, `.`, `-` and `_`; others become `_`. Never empty,
/// never hidden, at most 64 characters.
#[must_use]
pub fn file_name(text: &str) -> String {
    let mut name: String = text
        .chars()
        .take(64)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    if name.is_empty() || name.starts_with('.') {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\"b\\c*/d\u{1b}[31m\r\nx??/<&>|`é\u{202e}";

    #[test]
    fn no_control_byte_survives_any_escaper() {
        for escaped in [
            terminal(HOSTILE),
            lines(&HOSTILE.replace('\n', " ")),
            json(HOSTILE),
            xml(HOSTILE),
            markdown(HOSTILE),
            csv(HOSTILE),
            c_string(HOSTILE),
            c_comment(HOSTILE),
            file_name(HOSTILE),
        ] {
            assert!(!escaped.chars().any(char::is_control), "{escaped:?}");
        }
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = serde_json::to_string(HOSTILE).unwrap();
        let back: String = serde_json::from_str(&json(&text)).unwrap();
        assert_eq!(back, HOSTILE);
        assert!(!json(&text).contains('\u{202e}'));
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a\u{1b}\n\tb"), "a\\u{1b}\n\\tb");
    }

    #[test]
    fn c_strings_hold_no_raw_quote_and_no_trigraph() {
        assert_eq!(c_string("a\"b\\?\n9"), "\"a\\\"b\\\\\\?\\0129\"");
    }

    #[test]
    fn comments_cannot_end_or_continue() {
        assert_eq!(c_comment("x */ y"), "x * / y");
        assert!(!c_comment("x\\").ends_with('\\'));
        assert!(!c_comment("a\nb").contains('\n'));
    }

    #[test]
    fn words_for_the_shell_are_quoted_where_they_must_be() {
        assert_eq!(shell("runs/a-1"), "runs/a-1");
        assert_eq!(shell("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("../a b"), "_.._a_b");
        assert_eq!(file_name(""), "_");
    }

    #[test]
    fn csv_fields_are_quoted_where_they_must_be() {
        assert_eq!(csv("rose"), "rose");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv("=1+1"), "\"'=1+1\"");
    }
}
