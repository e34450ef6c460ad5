//! Which runs are shown, in which order, and which are pinned.

use super::column::Column;
use super::row::Row;
use super::{Reply, State};
use crate::tui::action::{Action, Move};
use crate::tui::dialog::moved;
use crate::tui::line::Line;
use std::path::Path;

/// Maximum number of pinned runs: more curves are hard to distinguish.
pub(super) const MAX_PINNED: usize = 5;

impl State {
    /// The displayed runs, in order.
    pub(super) fn visible(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.as_deref().unwrap_or_default();
        self.shown.iter().filter_map(move |index| rows.get(*index))
    }

    pub(super) fn selected(&self) -> Option<&Row> {
        self.visible().nth(self.at)
    }

    /// The pinned runs that are there.
    fn pins(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.as_deref().unwrap_or_default();
        self.pinned.iter().filter_map(|path| rows.iter().find(|row| row.path == *path))
    }

    /// The runs whose curves are drawn: the pinned ones, then the one under the cursor.
    pub(super) fn compared(&self) -> Vec<&Row> {
        let mut found: Vec<&Row> = self.pins().collect();
        found.extend(self.selected().filter(|row| row.found.is_ok() && !self.pinned.contains(&row.path)));
        found
    }

    pub(super) fn pin(&mut self, reply: &mut Reply) {
        let Some(row) = self.selected() else {
            reply.warn("there is no run to pin");
            return;
        };
        let path = row.path.clone();
        if let Err(error) = &row.found {
            reply.warn(error.clone());
        } else if let Some(place) = self.pinned.iter().position(|pinned| *pinned == path) {
            self.pinned.remove(place);
        } else if self.pins().count() >= MAX_PINNED {
            reply.warn(format!("{MAX_PINNED} runs are pinned, which is the maximum; Esc unpins all"));
        } else {
            self.pinned.push(path);
        }
    }

    /// Sorts by `column`; reverses the order if it is sorted by that already.
    pub(super) fn sort_by(&mut self, column: Column) {
        self.is_reversed = column == self.sorted && !self.is_reversed;
        self.sorted = column;
        self.arrange();
    }

    /// Handles `action` while the words of the filter are typed.
    pub(super) fn type_filter(&mut self, action: &Action) {
        match action {
            Action::Type(input) => {
                self.filter.input(input);
                self.arrange();
            }
            Action::Paste(text) => {
                self.filter.insert(text);
                self.arrange();
            }
            Action::Enter => self.is_typing = false,
            Action::Back => self.show_all(),
            Action::Move(to @ (Move::Up | Move::Down | Move::PageUp | Move::PageDown)) => {
                self.at = moved(self.at, *to, self.shown.len(), 10);
            }
            _ => {}
        }
    }

    /// Ends filtering.
    pub(super) fn show_all(&mut self) {
        (self.filter, self.is_typing) = (Line::default(), false);
        self.arrange();
    }

    pub(super) fn arrange(&mut self) {
        let before = self.selected().map(|row| row.path.clone());
        self.arrange_around(before.as_deref());
    }

    /// Filters and sorts the runs; the cursor stays on the run in the folder `before`.
    pub(super) fn arrange_around(&mut self, before: Option<&Path>) {
        let rows = self.rows.as_deref().unwrap_or_default();
        let words = self.filter.text().to_lowercase();
        let mut shown: Vec<usize> =
            rows.iter().enumerate().filter(|(_, row)| row.has(&words)).map(|(index, _)| index).collect();
        shown.sort_by(|a, b| {
            let order = self.sorted.order(&rows[*a], &rows[*b]);
            if self.is_reversed { order.reverse() } else { order }
        });
        let same = shown.iter().position(|index| Some(rows[*index].path.as_path()) == before);
        self.at = same.unwrap_or(self.at).min(shown.len().saturating_sub(1));
        self.shown = shown;
    }
}
