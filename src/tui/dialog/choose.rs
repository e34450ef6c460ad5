//! A list to select from, filtered by typing.

use super::{Outcome, moved};
use crate::tui::action::Action;
use crate::tui::line::Line;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Its description.
    pub help: String,
    /// The action of selecting it.
    pub action: Action,
}

/// A list to select from, filtered by fuzzy matching.
#[derive(Debug, Clone)]
pub struct Choose {
    /// Its title.
    pub title: String,
    /// Headings of the columns of descriptions; empty if they have none.
    pub heading: String,
    /// All items.
    pub choices: Vec<Choice>,
    /// The text to filter by.
    pub filter: Line,
    /// The cursor, an index into `shown`.
    pub at: usize,
    /// The items that match the filter, best first, as indices into `choices`.
    pub shown: Vec<usize>,
}

impl Choose {
    /// Creates a list with the cursor on item `at`.
    #[must_use]
    pub fn new(title: &str, choices: Vec<Choice>, at: usize) -> Self {
        let shown = (0..choices.len()).collect();
        Self { title: title.to_owned(), heading: String::new(), choices, filter: Line::default(), at, shown }
    }

    /// Adds headings of the columns of descriptions.
    #[must_use]
    pub fn headed(mut self, heading: &str) -> Self {
        heading.clone_into(&mut self.heading);
        self
    }

    pub(super) fn update(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Move(to) => self.at = moved(self.at, *to, self.shown.len(), 10),
            Action::Enter => {
                let chosen = self.shown.get(self.at).and_then(|index| self.choices.get(*index));
                return chosen.map_or(Outcome::Stay, |choice| Outcome::Do(choice.action.clone()));
            }
            Action::Type(input) => {
                let has_changed = self.filter.input(input);
                if has_changed {
                    self.narrow();
                }
            }
            Action::Text(edit) if self.filter.edit(*edit) => self.narrow(),
            Action::Paste(text) => {
                self.filter.insert(text);
                self.narrow();
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn narrow(&mut self) {
        let pattern = Pattern::parse(self.filter.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut score = |choice: &Choice| {
            let name = pattern.score(Utf32Str::new(&choice.name, &mut letters), &mut matcher);
            // Matches in names rank above matches in descriptions.
            let help = pattern.score(Utf32Str::new(&choice.help, &mut letters), &mut matcher);
            name.map(|score| score * 2).max(help)
        };
        let mut found: Vec<(u32, usize)> =
            self.choices.iter().enumerate().filter_map(|(index, choice)| Some((score(choice)?, index))).collect();
        found.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.shown = found.into_iter().map(|(_, index)| index).collect();
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Program;

    fn list() -> Choose {
        let choice = |name: &str, action| Choice { name: name.into(), help: "what it does".into(), action };
        Choose::new(
            "Commands",
            vec![
                choice("save", Action::Program(Program::Redraw)),
                choice("save as", Action::Program(Program::Help)),
                choice("quit", Action::Program(Program::Quit)),
            ],
            0,
        )
    }

    #[test]
    fn typing_narrows_and_enter_chooses() {
        let mut list = list();
        list.update(&Action::Paste("qt".into()));
        assert_eq!(list.shown, [2]);
        assert_eq!(list.update(&Action::Enter), Outcome::Do(Action::Program(Program::Quit)));
        list.update(&Action::Paste("zzz".into()));
        assert_eq!((list.shown.len(), list.update(&Action::Enter)), (0, Outcome::Stay));
    }
}
