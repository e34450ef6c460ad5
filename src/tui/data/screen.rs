//! The `Screen` trait of the Data screen.

use super::draw;
use super::loaded::Loaded;
use super::messages::{Effect, News};
use super::view::View;
use super::{Reply, State};
use crate::tui::action::Action;
use crate::tui::design::{Model, Sheet, command_line};
use crate::tui::keymap::Context;
use crate::tui::screen::{Screen, Step};
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

    fn command(&self, sheet: &Sheet) -> Option<String> {
        Some(command_line(sheet)? + " --train --test")
    }

    fn step(&self, sheet: &Sheet) -> Option<Step> {
        let source = sheet.model()?.source();
        let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
        let classes = sheet.class_count().map(|count| format!("{name}, {count} classes"));
        Some(match (&self.reading, &self.failure, classes) {
            (Some(_), ..) => Step::Busy(format!("reading {name}")),
            (None, Some((key, _)), _) if key.source() == source => Step::Failed(format!("{name}: cannot be read")),
            (None, _, Some(classes)) => Step::Done(classes),
            (None, _, None) => Step::Todo(name.to_owned()),
        })
    }

    fn view<'a>(&'a self, sheet: &'a Sheet) -> View<'a> {
        let wanted = super::wanted(sheet);
        // After an undo, the error is of a source that is no longer wanted.
        let failure = self.failure.as_ref().filter(|(key, _)| wanted.as_ref().is_none_or(|wanted| wanted == key));
        let of_another =
            |loaded: &Loaded| self.reading.as_ref().is_some_and(|reading| reading.key.source() != loaded.key.source());
        View {
            // Never beside the error, or the progress, of another source.
            loaded: self.loaded.as_ref().filter(|loaded| failure.is_none() && !of_another(loaded)),
            reading: self.reading.as_ref(),
            failure: failure.map(|(_, error)| error.as_str()),
            source: sheet.model().map(Model::source),
            is_stale: self.is_stale(sheet),
            mismatch: self.mismatch(sheet),
            findings: self.findings(),
            finding: self.finding,
            turn: self.turn,
            class: self.class,
            rows: &self.rows,
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
