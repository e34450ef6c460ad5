//! Dispatch of actions, news and drawing to the screens.

use super::action::{Action, Screen as Tab};
use super::design::Sheet;
use super::effect::{self, Reply as AnyReply};
use super::keymap::Context;
use super::screen::{Screen as _, Step, Topic};
use super::theme::Theme;
use super::{data, deploy, design, runs, start, train};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// An effect of the program or of a screen.
pub type Effect = effect::Effect<ScreenEffect>;
/// News for the program or for a screen.
pub type News = effect::News<ScreenNews>;
/// Consequences of an action of any screen.
pub type Reply = AnyReply<ScreenEffect>;

/// An effect of a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ScreenEffect {
    /// An effect of the Data screen.
    Data(data::Effect),
    /// An effect of the Train screen.
    Train(train::Effect),
    /// An effect of the Deploy screen.
    Deploy(deploy::Effect),
    /// An effect of the Runs screen.
    Runs(runs::Effect),
}

/// News for a screen.
#[derive(Debug, Clone)]
pub enum ScreenNews {
    /// News for the Data screen.
    Data(data::News),
    /// News for the Train screen.
    Train(train::News),
    /// News for the Deploy screen.
    Deploy(deploy::News),
    /// News for the Runs screen.
    Runs(runs::News),
}

impl News {
    /// Wraps news for the Data screen.
    #[must_use]
    pub const fn data(news: data::News) -> Self {
        Self::Screen(ScreenNews::Data(news))
    }

    /// Wraps news for the Train screen.
    #[must_use]
    pub const fn train(news: train::News) -> Self {
        Self::Screen(ScreenNews::Train(news))
    }

    /// Wraps news for the Deploy screen.
    #[must_use]
    pub const fn deploy(news: deploy::News) -> Self {
        Self::Screen(ScreenNews::Deploy(news))
    }

    /// Wraps news for the Runs screen.
    #[must_use]
    pub const fn runs(news: runs::News) -> Self {
        Self::Screen(ScreenNews::Runs(news))
    }
}

/// The states of all screens.
#[derive(Debug, Clone)]
pub struct Screens {
    /// The Design screen.
    pub design: design::State,
    /// The Data screen.
    pub data: data::State,
    /// The Train screen.
    pub train: train::State,
    /// The Deploy screen.
    pub deploy: deploy::State,
    /// The Runs screen.
    pub runs: runs::State,
    /// The start screen.
    pub start: start::State,
}

/// Evaluates `$body` with `$state` as the mutable state of the screen `$tab`, and `$wrap` as the function that
/// wraps its effects in `ScreenEffect`.
macro_rules! with_screen {
    ($screens:expr, $tab:expr, |$state:ident, $wrap:ident| $body:expr) => {
        match $tab {
            Tab::Design => {
                let ($state, $wrap) = (&mut $screens.design, |nothing: design::Nothing| match nothing {});
                $body
            }
            Tab::Data => {
                let ($state, $wrap) = (&mut $screens.data, ScreenEffect::Data);
                $body
            }
            Tab::Train => {
                let ($state, $wrap) = (&mut $screens.train, ScreenEffect::Train);
                $body
            }
            Tab::Deploy => {
                let ($state, $wrap) = (&mut $screens.deploy, ScreenEffect::Deploy);
                $body
            }
            Tab::Runs => {
                let ($state, $wrap) = (&mut $screens.runs, ScreenEffect::Runs);
                $body
            }
            Tab::Start => {
                let ($state, $wrap) = (&mut $screens.start, |nothing: design::Nothing| match nothing {});
                $body
            }
        }
    };
}

/// Evaluates `$body` with `$state` as the state of the screen `$tab`, read-only.
macro_rules! of_screen {
    ($screens:expr, $tab:expr, |$state:ident| $body:expr) => {
        match $tab {
            Tab::Design => {
                let $state = &$screens.design;
                $body
            }
            Tab::Data => {
                let $state = &$screens.data;
                $body
            }
            Tab::Train => {
                let $state = &$screens.train;
                $body
            }
            Tab::Deploy => {
                let $state = &$screens.deploy;
                $body
            }
            Tab::Runs => {
                let $state = &$screens.runs;
                $body
            }
            Tab::Start => {
                let $state = &$screens.start;
                $body
            }
        }
    };
}

impl Screens {
    /// The initial states of all screens.
    #[must_use]
    pub fn new(sheet: &Sheet) -> Self {
        Self {
            design: design::State::new(sheet),
            data: data::State::default(),
            train: train::State::default(),
            deploy: deploy::State::default(),
            runs: runs::State::default(),
            start: start::State::default(),
        }
    }

    /// Called after another file was opened: resets the Design screen; the others keep their states.
    pub fn opened(&mut self, sheet: &Sheet) {
        self.design = design::State::new(sheet);
    }

    /// The screen that `action` belongs to; `None` for a general action.
    #[must_use]
    pub const fn owner(action: &Action) -> Option<Tab> {
        match action {
            Action::Design(_) => Some(Tab::Design),
            Action::Data(_) => Some(Tab::Data),
            Action::Train(_) => Some(Tab::Train),
            Action::Deploy(_) => Some(Tab::Deploy),
            Action::Runs(_) => Some(Tab::Runs),
            Action::Start(_) => Some(Tab::Start),
            _ => None,
        }
    }

    /// Performs `action` on the screen `tab`, and notifies the other screens if that changed the text.
    pub fn act(&mut self, tab: Tab, action: &Action, sheet: &mut Sheet, reply: &mut Reply) {
        let before = sheet.text().to_owned();
        with_screen!(self, tab, |state, wrap| {
            let mut own = AnyReply::default();
            state.act(action, sheet, &mut own);
            reply.extend(own, wrap);
        });
        if before != sheet.text() {
            Tab::ALL.into_iter().filter(|other| *other != tab).for_each(|other| self.text_changed_for(other, sheet));
        }
    }

    /// Passes `news` to the screen that it is for.
    pub fn handle_news(&mut self, news: ScreenNews, sheet: &Sheet, reply: &mut Reply) {
        macro_rules! pass {
            ($state:expr, $news:expr, $wrap:expr) => {{
                let mut own = AnyReply::default();
                $state.handle_news($news, sheet, &mut own);
                reply.extend(own, $wrap);
            }};
        }
        match news {
            ScreenNews::Data(news) => pass!(self.data, news, ScreenEffect::Data),
            ScreenNews::Train(news) => pass!(self.train, news, ScreenEffect::Train),
            ScreenNews::Deploy(news) => pass!(self.deploy, news, ScreenEffect::Deploy),
            ScreenNews::Runs(news) => pass!(self.runs, news, ScreenEffect::Runs),
        }
    }

    /// Notifies the screen `tab` that it has become visible.
    pub fn enter(&mut self, tab: Tab, sheet: &Sheet, reply: &mut Reply) {
        with_screen!(self, tab, |state, wrap| {
            let mut own = AnyReply::default();
            state.enter(sheet, &mut own);
            reply.extend(own, wrap);
        });
    }

    /// Notifies all screens that their area is `body` now.
    pub fn resized(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        for tab in Tab::ALL {
            with_screen!(self, tab, |state, wrap| {
                let mut own = AnyReply::default();
                state.resized(body, sheet, &mut own);
                reply.extend(own, wrap);
            });
        }
    }

    /// Passes a mouse click at `at` to the screen `tab`, whose area is `body`.
    pub fn click(&mut self, tab: Tab, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        with_screen!(self, tab, |state, wrap| {
            let mut own = AnyReply::default();
            state.click(body, at, sheet, &mut own);
            reply.extend(own, wrap);
        });
    }

    /// Notifies all screens of a change of the text in `sheet` that none of them made.
    pub fn text_changed(&mut self, sheet: &Sheet) {
        for tab in Tab::ALL {
            self.text_changed_for(tab, sheet);
        }
    }

    fn text_changed_for(&mut self, tab: Tab, sheet: &Sheet) {
        with_screen!(self, tab, |state, _wrap| state.text_changed(sheet));
    }

    /// Notifies all screens that the network in `sheet` has changed without a change of its text.
    pub fn network_changed(&mut self, sheet: &Sheet) {
        for tab in Tab::ALL {
            with_screen!(self, tab, |state, _wrap| state.network_changed(sheet));
        }
    }

    /// The active context of key bindings on the screen `tab`.
    #[must_use]
    pub fn context(&self, tab: Tab) -> Context {
        of_screen!(self, tab, |state| state.context())
    }

    /// Whether `action` finds what it acts on, on its own screen or else on the screen `tab`.
    #[must_use]
    pub fn can(&self, tab: Tab, action: &Action, sheet: &Sheet) -> bool {
        of_screen!(self, Self::owner(action).unwrap_or(tab), |state| state.can(action, sheet))
    }

    /// The complete command line that does what the screen `tab` shows.
    #[must_use]
    pub fn command(&self, tab: Tab, sheet: &Sheet) -> Option<String> {
        of_screen!(self, tab, |state| state.command(sheet))
    }

    /// The state of the step of the screen `tab`.
    #[must_use]
    pub fn step(&self, tab: Tab, sheet: &Sheet) -> Option<Step> {
        let step = of_screen!(self, tab, |state| state.step(sheet));
        match step {
            // Runs of earlier sessions count too.
            Some(Step::Todo(_)) if tab == Tab::Train => self.runs.trained(sheet).or(step),
            step => step,
        }
    }

    /// The explanation of the item under the cursor of the screen `tab`; `None` if there is none.
    #[must_use]
    pub fn topic(&self, tab: Tab, sheet: &Sheet) -> Option<Topic> {
        of_screen!(self, tab, |state| state.topic(sheet))
    }

    /// The status of running work, in a few words; `None` if there is none.
    #[must_use]
    pub fn status(&self) -> Option<String> {
        Tab::ALL.into_iter().find_map(|tab| of_screen!(self, tab, |state| state.status()))
    }

    /// Whether work is running that needs confirmation before the program ends.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        Tab::ALL.into_iter().any(|tab| of_screen!(self, tab, |state| state.is_busy()))
    }

    /// Draws the screen `tab` into `area`.
    pub fn draw(&self, tab: Tab, sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {
        fn draw<S: super::screen::Screen>(state: &S, sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {
            S::draw(&state.view(sheet), area, buffer, theme);
        }
        of_screen!(self, tab, |state| draw(state, sheet, area, buffer, theme));
    }
}
