//! Writer of C++ text. Only this module knows line breaks, indentation, braces and the syntax of
//! comments.

use crate::escape;

/// Maximum width of the lines of a list, in columns.
const WIDTH: usize = 100;
const INDENT: &str = "    ";

/// Collects the lines of a file.
#[derive(Debug, Default)]
pub struct CWriter {
    text: String,
    depth: usize,
}

impl CWriter {
    /// The text so far.
    pub fn finish(self) -> String {
        self.text
    }

    /// Writes a line of code. Untrusted text must be escaped by [`escape::c_string`] first.
    pub fn line(&mut self, code: &str) {
        debug_assert!(!code.contains(['\n', '\r']), "a line of code is one line: {code:?}");
        for _ in 0..self.depth {
            self.text.push_str(INDENT);
        }
        self.text.push_str(code);
        self.text.push('\n');
    }

    /// Writes an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes a comment line; `text` is escaped.
    pub fn comment(&mut self, text: &str) {
        let line = format!("// {}", escape::c_comment(text));
        self.line(line.trim_end());
    }

    /// Writes a preprocessor directive, without indentation.
    pub(crate) fn directive(&mut self, directive: &str) {
        debug_assert!(!directive.contains(['\n', '\r', '\\']), "a directive is one line: {directive:?}");
        self.text.push('#');
        self.text.push_str(directive);
        self.text.push('\n');
    }

    /// Writes `opening { … }` with an indented `body`.
    pub fn block(&mut self, opening: &str, body: impl FnOnce(&mut Self)) {
        self.braces(opening, "}", body);
    }

    /// Writes `opening { … };` with an indented `body`, for types.
    pub fn declaration(&mut self, opening: &str, body: impl FnOnce(&mut Self)) {
        self.braces(opening, "};", body);
    }

    /// Writes a namespace; its `body` is not indented.
    pub fn namespace(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("namespace {name} {{"));
        body(self);
        self.line(&format!("}}  // namespace {name}"));
    }

    /// Writes `declaration = { items };`, with as many items per line as fit.
    pub fn array(&mut self, declaration: &str, items: &[String]) {
        self.list(declaration, items, INDENT, " ");
    }

    /// Writes `declaration = { {fields}, … };`, with a line per entry below its comment, if that is not empty.
    pub fn table(&mut self, declaration: &str, lines: impl Iterator<Item = (Vec<String>, String)>) {
        self.line(&format!("{declaration} = {{"));
        for (fields, comment) in lines {
            if !comment.is_empty() {
                self.line(&format!("{INDENT}// {}", escape::c_comment(&comment)));
            }
            self.line(&format!("{INDENT}{{{}}},", fields.join(", ")));
        }
        self.line("};");
    }

    /// Writes `lines` unchanged.
    pub fn text(&mut self, lines: &[String]) {
        for line in lines {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// Writes an array of bytes without spaces, which makes the text a third shorter than [`Self::array`].
    pub fn data(&mut self, declaration: &str, bytes: &[u8]) {
        let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
        self.list(declaration, &items, "", "");
    }

    fn list(&mut self, declaration: &str, items: &[String], indent: &str, gap: &str) {
        self.line(&format!("{declaration} = {{"));
        let room = WIDTH - self.depth * INDENT.len() - indent.len();
        let mut row = indent.to_owned();
        for (index, item) in items.iter().enumerate() {
            let comma = if index + 1 < items.len() { "," } else { "" };
            if row.len() > indent.len() {
                if row.len() - indent.len() + gap.len() + item.len() + comma.len() > room {
                    self.line(&row);
                    row.truncate(indent.len());
                } else {
                    row.push_str(gap);
                }
            }
            row.push_str(item);
            row.push_str(comma);
        }
        if row.len() > indent.len() {
            self.line(&row);
        }
        self.line("};");
    }

    fn braces(&mut self, opening: &str, closing: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{opening} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line(closing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_indent_and_close() {
        let mut w = CWriter::default();
        w.block("void f()", |w| {
            w.block("for (;;)", |w| w.line("g();"));
            w.directive("if X");
        });
        assert_eq!(w.finish(), "void f() {\n    for (;;) {\n        g();\n    }\n#if X\n}\n");
    }

    #[test]
    fn arrays_wrap_under_the_margin_and_lose_nothing() {
        let items: Vec<String> = (0..200).map(|i| (i * 37).to_string()).collect();
        let bytes: Vec<u8> = (0..=255).collect();
        let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
        for (dense, items) in [(false, items), (true, numbers)] {
            let mut w = CWriter::default();
            let declaration = "static const int a[]";
            if dense {
                w.data(declaration, &bytes);
            } else {
                w.array(declaration, &items);
            }
            let text = w.finish();
            assert!(text.lines().all(|line| line.len() <= WIDTH && !line.ends_with(' ')), "{text}");
            let inner = &text[text.find('{').unwrap() + 1..text.rfind('}').unwrap()];
            assert_eq!(inner.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>(), items);
        }
    }

    #[test]
    fn comments_stay_on_their_line() {
        let mut w = CWriter::default();
        w.comment("a */ b\nint x; ??/");
        w.comment("ends in \\");
        w.comment("");
        let text = w.finish();
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| line.starts_with("//") && !line.ends_with('\\')), "{text}");
    }
}
