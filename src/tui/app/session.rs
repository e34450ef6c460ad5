//! What is remembered of a file between sessions: screen, cursor, pins.

use super::App;
use crate::tui::action::{Action, Screen};
use crate::tui::memory::Recent;
use crate::tui::screens::Effect;

impl App {
    /// Where the open file is left now; `None` if it is not on disk.
    #[must_use]
    pub fn recent(&self) -> Option<Recent> {
        self.sheet.on_disk()?;
        Some(Recent {
            path: self.sheet.path().to_owned(),
            left_at: 0,
            screen: if self.screen == Screen::Start { Screen::Design } else { self.screen },
            row: self.screens.design.row,
            cell: self.screens.design.cell,
            pins: self.screens.runs.pinned_folders().to_vec(),
            baseline: self.sheet.baseline(),
        })
    }

    /// Goes back to where the open file was left in an earlier session.
    pub fn resume(&mut self, recent: &Recent) -> Vec<Effect> {
        self.restore(recent);
        self.act(&Action::Show(recent.screen))
    }

    /// Goes back to where the open file was left, except the screen.
    pub(super) fn restore(&mut self, recent: &Recent) {
        self.screens.design.place_cursor(recent.row, recent.cell, &self.sheet);
        self.screens.runs.set_pins(recent.pins.clone());
        if let (Some(baseline), None) = (&recent.baseline, self.sheet.pinned()) {
            self.sheet.set_baseline(baseline);
        }
    }
}
