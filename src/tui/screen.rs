//! The trait of all screens.

use super::action::Action;
use super::design::Sheet;
use super::effect::Reply;
use super::keymap::Context;
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// A screen: a state that actions and news change, and what is drawn of it. Changes do no I/O; what the
/// world has to do is asked for by effects.
pub trait Screen {
    /// Work that the screen asks for.
    type Effect;
    /// Results of that work.
    type News;
    /// All that is drawn, as plain data.
    type View<'a>
    where
        Self: 'a;

    /// Carries out `action`: one of this screen's own, or a general one while the screen is shown. It may
    /// change the text in `sheet`.
    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply<Self::Effect>);

    /// Takes in `news`.
    fn told(&mut self, news: Self::News, sheet: &Sheet, reply: &mut Reply<Self::Effect>);

    /// The screen comes into view.
    fn enter(&mut self, _sheet: &Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// The screen is drawn in `body` from now on.
    fn resized(&mut self, _body: Rect, _sheet: &Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// The mouse is clicked at `at`; the screen is drawn in `body`.
    fn click(&mut self, _body: Rect, _at: Position, _sheet: &mut Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// Something other than this screen changed the text in `sheet`.
    fn text_changed(&mut self, _sheet: &Sheet) {}

    /// The text in `sheet` has another network without a change of the text.
    fn network_changed(&mut self, _sheet: &Sheet) {}

    /// The table of keys that holds now.
    fn context(&self) -> Context;

    /// A few words beside the tabs about work that is going on.
    fn status(&self) -> Option<String> {
        None
    }

    /// Whether work is going on that the program should not end without asking.
    fn is_busy(&self) -> bool {
        false
    }

    /// All that is drawn of the screen for `sheet`.
    fn view<'a>(&'a self, sheet: &'a Sheet) -> Self::View<'a>;

    /// Draws `view` into `area`.
    fn draw(view: &Self::View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme);
}
