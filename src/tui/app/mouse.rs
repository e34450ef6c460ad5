//! The mouse.

use super::App;
use crate::tui::action::{Action, Mouse, Move};
use crate::tui::screens::{Effect, Reply};
use ratatui::layout::{Position, Rect};

impl App {
    pub(super) fn mouse(&mut self, what: Mouse, column: u16, row: u16) -> Vec<Effect> {
        match what {
            Mouse::Up => return self.act(&Action::Move(Move::Up)),
            Mouse::Down => return self.act(&Action::Move(Move::Down)),
            Mouse::Click if self.dialog.is_some() => return Vec::new(),
            Mouse::Click => {}
        }
        if row == 0 {
            let hit = super::draw::tabs().find(|(_, from, to)| (*from..*to).contains(&column));
            return hit.map_or_else(Vec::new, |(screen, ..)| self.act(&Action::Show(screen)));
        }
        let body = super::draw::body(Rect::new(0, 0, self.size.0, self.size.1));
        let mut reply = Reply::default();
        self.screens.click(self.screen, body, Position { x: column, y: row }, &mut self.sheet, &mut reply);
        self.settle(reply)
    }
}
