//! The Data screen as all screens are: its view, and what it does.

use super::{Effect, Loaded, News, Pane, Reading, Reply, State, Zoom, draw, pixels, previews};
use crate::tui::action::Action;
use crate::tui::design::{Model, Sheet};
use crate::tui::keymap::Context;
use crate::tui::screen::Screen;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The images that are shown.
    pub(super) loaded: Option<&'a Loaded>,
    pub(super) reading: Option<&'a Reading>,
    /// Why the images cannot be loaded.
    pub(super) failure: Option<&'a str>,
    /// The source that the configuration names.
    pub(super) source: Option<&'a str>,
    /// Whether the images shown are not those of the configuration.
    pub(super) is_stale: bool,
    /// Why the network does not go with the images.
    pub(super) mismatch: Option<String>,
    /// Findings about the images.
    pub(super) findings: Vec<String>,
    /// The first finding shown.
    pub(super) finding: usize,
    pub(super) turn: u32,
    pub(super) class: usize,
    pub(super) picture: usize,
    pub(super) zoom: Zoom,
    pub(super) pane: Pane,
    pub(super) is_augmented: bool,
    pub(super) previews: &'a previews::Previews,
    pub(super) pixels: &'a pixels::Pixels,
}

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

    fn told(&mut self, news: News, sheet: &Sheet, reply: &mut Reply) {
        self.hear(news, sheet, reply);
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
