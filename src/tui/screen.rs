//! The trait of all screens.

use super::action::Action;
use super::design::Sheet;
use super::effect::Reply;
use super::keymap::Context;
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The state of a step on the way from a board to a sketch, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is still to be done.
    Todo(String),
    /// It is being done.
    Busy(String),
    /// It is done.
    Done(String),
    /// It has failed, or its result does not do.
    Failed(String),
}

/// An explanation of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topic {
    /// The name of the item.
    pub title: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
}

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

    /// Whether `action` finds what it acts on. Hints name no keys of actions that do not, and a question with an answer
    /// that does not is closed.
    fn can(&self, _action: &Action, _sheet: &Sheet) -> bool {
        true
    }

    /// The active context of key bindings.
    fn context(&self) -> Context;

    /// The explanation of the item under the cursor, for the help page; `None` if there is none.
    fn topic(&self, _sheet: &Sheet) -> Option<Topic> {
        None
    }

    /// The status of running work, a few words shown beside the tabs.
    fn status(&self) -> Option<String> {
        None
    }

    /// Whether work is running that needs confirmation before the program ends.
    fn is_busy(&self) -> bool {
        false
    }

    /// The complete command line that does what the screen shows; `None` if there is none.
    fn command(&self, _sheet: &Sheet) -> Option<String> {
        None
    }

    /// The state of the step from a board to a sketch that belongs to the screen; `None` if none does.
    fn step(&self, _sheet: &Sheet) -> Option<Step> {
        None
    }

    /// The data to draw for `sheet`.
    fn view<'a>(&'a self, sheet: &'a Sheet) -> Self::View<'a>;

    /// Draws `view` into `area`.
    fn draw(view: &Self::View<'_>, area: Rect, buffer: &mut Buffer, theme: Theme);
}
