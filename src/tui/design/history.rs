//! Undo and redo of a text, for changes of any source: each step is the part that was replaced.

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// The first byte that differs.
    at: usize,
    /// The text that was replaced.
    old: String,
    /// Its replacement.
    new: String,
    /// Consecutive changes with the same tag form one step.
    tag: Option<u64>,
}

/// The steps that can be undone, followed by those that can be redone.
#[derive(Debug, Clone, Default)]
pub struct History {
    changes: Vec<Change>,
    done: usize,
}

impl History {
    /// Records a change from `before` to `after`, and drops the steps that could be redone. A change with the
    /// same `tag` as the last step is merged into it.
    pub fn record(&mut self, before: &str, after: &str, tag: Option<u64>) {
        if before == after {
            return;
        }
        self.changes.truncate(self.done);
        if tag.is_some()
            && let Some(last) = self.changes.pop_if(|last| last.tag == tag)
        {
            let first = last.undone(before);
            let (merged, is_change) = (Change::between(&first, after, tag), first != after);
            self.changes.extend(is_change.then_some(merged));
        } else {
            self.changes.push(Change::between(before, after, tag));
        }
        self.done = self.changes.len();
    }

    /// Ends the current step, so that the next change is a step of its own.
    pub fn close(&mut self) {
        if let Some(last) = self.changes.last_mut() {
            last.tag = None;
        }
    }

    /// Undoes the last step of `text`; `None` if there is none.
    pub fn undo(&mut self, text: &str) -> Option<String> {
        self.close();
        let change = self.changes.get(self.done.checked_sub(1)?)?;
        self.done -= 1;
        Some(change.undone(text))
    }

    /// Redoes the step of `text` undone last; `None` if there is none.
    pub fn redo(&mut self, text: &str) -> Option<String> {
        let change = self.changes.get(self.done)?;
        self.done += 1;
        Some(replaced(text, change.at, change.old.len(), &change.new))
    }

    /// The number of steps that can be undone.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.done
    }
}

impl Change {
    /// The smallest replacement that turns `before` into `after`.
    fn between(before: &str, after: &str, tag: Option<u64>) -> Self {
        let mut at = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
        while !before.is_char_boundary(at) || !after.is_char_boundary(at) {
            at -= 1;
        }
        let ends = before.as_bytes()[at..].iter().rev().zip(after.as_bytes()[at..].iter().rev());
        let mut tail = ends.take_while(|(a, b)| a == b).count();
        while !before.is_char_boundary(before.len() - tail) || !after.is_char_boundary(after.len() - tail) {
            tail -= 1;
        }
        let part = |text: &str| text[at..text.len() - tail].to_owned();
        Self { at, old: part(before), new: part(after), tag }
    }

    fn undone(&self, text: &str) -> String {
        replaced(text, self.at, self.new.len(), &self.old)
    }
}

/// `text` with `length` bytes from `at` on replaced by `by`.
fn replaced(text: &str, at: usize, length: usize, by: &str) -> String {
    [text.get(..at).unwrap_or(text), by, text.get(at + length..).unwrap_or_default()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_of_one_tag_are_undone_together() {
        let mut history = History::default();
        for (before, after) in [("a", "ab"), ("ab", "abc"), ("abc", "abcd")] {
            history.record(before, after, Some(1));
        }
        history.record("abcd", "abcde", Some(2));
        assert_eq!(history.depth(), 2);
        assert_eq!(history.undo("abcde").as_deref(), Some("abcd"));
        assert_eq!(history.undo("abcd").as_deref(), Some("a"));
        assert_eq!(history.undo("a"), None);
        assert_eq!(history.redo("a").as_deref(), Some("abcd"));
        history.record("abcd", "", None);
        assert_eq!(history.redo(""), None);
    }

    #[test]
    fn a_step_that_comes_back_to_where_it_began_is_none() {
        let mut history = History::default();
        history.record("12", "1", Some(7));
        history.record("1", "12", Some(7));
        assert_eq!((history.depth(), history.undo("12")), (0, None));
    }

    proptest! {
        #[test]
        fn undoing_everything_restores_the_first_text(texts in prop::collection::vec(("[aé日\n]{0,12}", 0u64..3), 1..40)) {
            let mut history = History::default();
            let first = texts[0].0.clone();
            let mut text = first.clone();
            for (next, tag) in &texts {
                history.record(&text, next, Some(*tag).filter(|tag| *tag > 0));
                text.clone_from(next);
            }
            let last = text.clone();
            while let Some(before) = history.undo(&text) {
                text = before;
            }
            prop_assert_eq!(&text, &first);
            while let Some(after) = history.redo(&text) {
                text = after;
            }
            prop_assert_eq!(text, last);
        }
    }
}
