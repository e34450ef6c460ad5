//! The trait of all screens.

use super::action::Action;
use super::design::Sheet;
use super::effect::Reply;
use super::keymap::Context;
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// A screen: a state that actions and news update, and a view of it to draw. Updates do no I/O; they request
/// effects.
pub trait Screen {
    /// Effects that the screen requests.
    type Effect;
    /// Results of those effects.
    type News;
    /// The data to draw.
    type View<'a>
    where
        Self: 'a;

    /// Performs `action`: one of this screen, or a general one while the screen is shown. May change the text
    /// in `sheet`.
    fn act(&mut self, action: &Action, sheet: &mut Sheet, reply: &mut Reply<Self::Effect>);

    /// Updates the state by `news`.
    fn handle_news(&mut self, news: Self::News, sheet: &Sheet, reply: &mut Reply<Self::Effect>);

    /// Called when the screen becomes visible.
    fn enter(&mut self, _sheet: &Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// Called when the area of the screen changes to `body`.
    fn resized(&mut self, _body: Rect, _sheet: &Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// Handles a mouse click at `at`; `body` is the area of the screen.
    fn click(&mut self, _body: Rect, _at: Position, _sheet: &mut Sheet, _reply: &mut Reply<Self::Effect>) {}

    /// Called after the text in `sheet` was changed, except by this screen.
    fn text_changed(&mut self, _sheet: &Sheet) {}

    /// Called after the network in `sheet` has changed without a change of its text, e.g. by the number of
    /// classes of the data or an estimate.
    fn network_changed(&mut self, _sheet: &Sheet) {}

    /// The active context of key bindings.
    fn context(&self) -> Context;

    /// The status of running work, a few words shown beside the tabs.
    fn status(&self) -> Option<String> {
        None
    }

    /// Whether work is running that needs confirmation before the program ends.
    fn is_busy(&self) -> bool {
        false
    }

    /// The data to draw for `sheet`.
    fn view<'a>(&'a self, sheet: &'a Sheet) -> Self::View<'a>;

    /// Draws `view` into `area`.
    fn draw(view: &Self::View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme);
}
