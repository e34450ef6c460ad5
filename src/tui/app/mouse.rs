//! The mouse.

use super::App;
use crate::tui::action::{Action, Mouse, Move};
use crate::tui::dialog;
use crate::tui::screens::{Effect, Reply};
use ratatui::layout::{Position, Rect};

impl App {
    pub(super) fn mouse(&mut self, what: Mouse, column: u16, row: u16) -> Vec<Effect> {
        match what {
            Mouse::Up => return self.act(&Action::Move(Move::Up)),
            Mouse::Down => return self.act(&Action::Move(Move::Down)),
            Mouse::Click => self.notice = None,
        }
        let at = Position { x: column, y: row };
        let body = super::draw::body(Rect::new(0, 0, self.size.0, self.size.1));
        if row + 1 == self.size.1
            && let Some(action) = super::draw::hint_at(self, column)
        {
            return self.act(&action);
        }
        if let Some(dialog) = &mut self.dialog {
            let hit = dialog::hit(dialog, body, at);
            let outcome = dialog.click(hit);
            return self.conclude(outcome);
        }
        if row == 0 {
            let hit = super::draw::tabs(self).find(|(_, from, to)| (*from..*to).contains(&column));
            return hit.map_or_else(Vec::new, |(screen, ..)| self.act(&Action::Show(screen)));
        }
        if row == 1 {
            let screen = super::draw::step_at(self, column);
            return screen.map_or_else(Vec::new, |screen| self.act(&Action::Show(screen)));
        }
        let mut reply = Reply::default();
        self.screens.click(self.screen, body, at, &mut self.sheet, &mut reply);
        self.settle(reply)
    }
}
