//! The C++ texts of `runtime/`, with what a network does not need left out.
//!
//! A line `//@if name` begins a part that stays where the flag is set, `//@else` the part that
//! stays where it is not, `//@end` ends both; parts nest. `@name@` stands for a value.

use std::collections::{BTreeMap, BTreeSet};

/// What a network needs, and the values of its texts.
#[derive(Debug, Default)]
pub struct Template {
    flags: BTreeSet<&'static str>,
    values: BTreeMap<&'static str, String>,
}

impl Template {
    /// Keeps what depends on `flag` where `is_set`.
    pub fn flag(&mut self, flag: &'static str, is_set: bool) {
        if is_set {
            self.flags.insert(flag);
        } else {
            self.flags.remove(flag);
        }
    }

    /// What `@name@` stands for.
    pub fn value(&mut self, name: &'static str, value: &(impl ToString + ?Sized)) {
        self.values.insert(name, value.to_string());
    }

    /// The lines of `text` that stay.
    pub fn lines(&self, text: &str) -> Vec<String> {
        // For each open part: whether it stays.
        let mut open: Vec<bool> = Vec::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            match line.trim().strip_prefix("//@").map(|directive| directive.split_once(' ').unwrap_or((directive, "")))
            {
                Some(("if", flag)) => open.push(self.flags.contains(flag)),
                Some(("else", _)) => {
                    if let Some(last) = open.last_mut() {
                        *last = !*last;
                    }
                }
                Some(_) => {
                    open.pop();
                }
                None if open.iter().all(|stays| *stays) => lines.push(self.filled(line)),
                None => {}
            }
        }
        debug_assert!(open.is_empty(), "a part is not closed");
        lines
    }

    fn filled(&self, line: &str) -> String {
        let mut out = line.to_owned();
        for (name, value) in &self.values {
            out = out.replace(&format!("@{name}@"), value);
        }
        debug_assert!(!out.contains('@'), "a value is missing: {out}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_or_go_and_values_are_filled_in() {
        let text = "a\n//@if x\nb @n@\n//@if y\nc\n//@else\nd\n//@end\n//@else\ne\n//@end\nf";
        let mut template = Template::default();
        template.value("n", &7);
        assert_eq!(template.lines(text), ["a", "e", "f"]);
        template.flag("x", true);
        assert_eq!(template.lines(text), ["a", "b 7", "d", "f"]);
        template.flag("y", true);
        assert_eq!(template.lines(text), ["a", "b 7", "c", "f"]);
        template.flag("x", false);
        assert_eq!(template.lines(text), ["a", "e", "f"]);
    }
}
