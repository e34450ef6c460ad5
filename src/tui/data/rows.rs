//! The order of the classes in the list.

use super::{Reply, State};
use crate::data::ClassCount;
use crate::escape;
use crate::tui::action::{Action, Data};
use crate::tui::dialog::{Choice, Choose, Dialog};

/// The order of the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// That of the outputs of the network.
    #[default]
    Outputs,
    /// By the number of training images, the most first.
    Images,
    /// By name.
    Name,
}

impl Sort {
    /// The next order.
    pub const fn next(self) -> Self {
        match self {
            Self::Outputs => Self::Images,
            Self::Images => Self::Name,
            Self::Name => Self::Outputs,
        }
    }

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Outputs => "output",
            Self::Images => "number of images",
            Self::Name => "name",
        }
    }
}

/// The indices of `classes` in this order, from last to first if `is_reversed`. Equal classes stay in the order of the
/// outputs.
pub fn sorted(classes: &[ClassCount], sort: Sort, is_reversed: bool) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..classes.len()).collect();
    match sort {
        Sort::Outputs => {}
        Sort::Images => rows.sort_by_key(|class| std::cmp::Reverse(classes[*class].train)),
        Sort::Name => rows.sort_by_key(|class| classes[*class].label.to_lowercase()),
    }
    if is_reversed {
        rows.reverse();
    }
    rows
}

impl State {
    /// Sorts the classes.
    pub(super) fn list(&mut self, reply: &mut Reply) {
        let Some(loaded) = &self.loaded else { return };
        self.rows = sorted(&loaded.dataset.check.classes, self.sort, self.is_reversed);
        let reversed = if self.is_reversed { ", reversed" } else { "" };
        reply.good(format!("classes by {}{reversed}", self.sort.word()));
    }

    /// Asks for a class in a list that typing filters.
    pub(super) fn find(&self, reply: &mut Reply) {
        let Some(loaded) = &self.loaded else { return reply.warn("no images are loaded") };
        let classes = &loaded.dataset.check.classes;
        let choice = |class: &usize| {
            let ClassCount { label, train, validation, test } = classes.get(*class)?;
            let help = format!("{train} training, {validation} validation, {test} test images");
            Some(Choice { name: escape::terminal(label), help, action: Action::Data(Data::Class(*class)) })
        };
        let at = self.rows.iter().position(|class| *class == self.class).unwrap_or(0);
        let choices = self.rows.iter().filter_map(choice).collect();
        reply.dialog = Some(Dialog::Choose(Choose::new("Find a class", choices, at)));
    }
}
