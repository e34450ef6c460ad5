//! The `Screen` trait of the Data screen.

use super::draw;
use super::messages::{Effect, News};
use super::view::View;
use super::{Reply, State};
use crate::tui::action::Action;
use crate::tui::design::{Model, Sheet};
use crate::tui::keymap::Context;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

impl Screen for State {
    type Effect = Effect;
    type News = News;
    type View<'a> = View<'a>;

    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        match action {
            Action::Data(what) => self.perform(what, sheet, reply),
            other => self.update(other, sheet, reply),
        }
    }

    fn handle_news(&mut self, news: News, sheet: &Sheet, reply: &mut Reply) {
        self.apply_news(news, sheet, reply);
    }

    fn enter(&mut self, sheet: &Sheet, reply: &mut Reply) {
        self.show(sheet, reply);
    }

    fn resized(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        self.fit_into(body, sheet, reply);
    }

    fn click(&mut self, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        self.point(body, at, sheet, reply);
    }

    fn context(&self) -> Context {
        Context::Data
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        View {
            loaded: self.loaded.as_ref(),
            reading: self.reading.as_ref(),
            failure: self.failure.as_ref().map(|(_, error)| error.as_str()),
            source: sheet.model().map(Model::source),
            is_stale: self.is_stale(sheet),
            mismatch: self.mismatch(sheet),
            findings: self.findings(),
            finding: self.finding,
            turn: self.turn,
            class: self.class,
            picture: self.picture,
            zoom: self.zoom,
            pane: self.pane,
            is_augmented: self.augmented,
            previews: &self.previews,
            pixels: &self.pixels,
        }
    }

    fn draw(view: &View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        draw::draw(view, area, buffer, theme);
    }
}
