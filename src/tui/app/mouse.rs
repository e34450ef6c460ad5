//! The mouse.

use super::App;
use crate::tui::action::{Action, Mouse, Move, Screen};
use crate::tui::effect::{Effect, Reply};
use ratatui::layout::Rect;

impl App {
    fn click_data(&mut self, body: Rect, column: u16, row: u16) -> Vec<Effect> {
        let mut reply = Reply::default();
        self.data.click(body, column, row, &self.design.sheet, &mut reply);
        self.settle(reply)
    }

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
        match self.screen {
            Screen::Design => self.design.click(body, column, row),
            Screen::Data => return self.click_data(body, column, row),
            Screen::Runs => self.runs.click(body, column, row),
            Screen::Train | Screen::Deploy => {}
        }
        Vec::new()
    }
}
