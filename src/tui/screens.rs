//! All screens: the one place that tells them apart.

use super::action::{Action, Screen as Tab};
use super::design::Sheet;
use super::effect::{self, Reply as AnyReply};
use super::keymap::Context;
use super::screen::Screen as _;
use super::theme::Theme;
use super::{data, deploy, design, runs, train};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// An effect of the program or of a screen.
pub type Effect = effect::Effect<ScreenEffect>;
/// News for the program or for a screen.
pub type News = effect::News<ScreenNews>;
/// What an action leads to, whichever screen it is of.
pub type Reply = AnyReply<ScreenEffect>;

/// An effect of a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum ScreenEffect {
    /// Of the Data screen.
    Data(data::Effect),
    /// Of the Train screen.
    Train(train::Effect),
    /// Of the Deploy screen.
    Deploy(deploy::Effect),
    /// Of the Runs screen.
    Runs(runs::Effect),
}

/// News for a screen.
#[derive(Debug, Clone)]
pub enum ScreenNews {
    /// For the Data screen.
    Data(data::News),
    /// For the Train screen.
    Train(train::News),
    /// For the Deploy screen.
    Deploy(deploy::News),
    /// For the Runs screen.
    Runs(runs::News),
}

impl News {
    /// News for the Data screen.
    #[must_use]
    pub const fn data(news: data::News) -> Self {
        Self::Screen(ScreenNews::Data(news))
    }

    /// News for the Train screen.
    #[must_use]
    pub const fn train(news: train::News) -> Self {
        Self::Screen(ScreenNews::Train(news))
    }

    /// News for the Deploy screen.
    #[must_use]
    pub const fn deploy(news: deploy::News) -> Self {
        Self::Screen(ScreenNews::Deploy(news))
    }

    /// News for the Runs screen.
    #[must_use]
    pub const fn runs(news: runs::News) -> Self {
        Self::Screen(ScreenNews::Runs(news))
    }
}

/// The states of all screens.
#[derive(Debug, Clone)]
pub struct Screens {
    /// The network.
    pub design: design::State,
    /// The images.
    pub data: data::State,
    /// Training.
    pub train: train::State,
    /// The header.
    pub deploy: deploy::State,
    /// The runs.
    pub runs: runs::State,
}

/// Evaluates `$body` with `$state` as the state of the screen `$tab`, `$wrap` as what makes its effects
/// those of all screens.
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
        }
    };
}

/// Evaluates `$body` with `$state` as the state of the screen `$tab`, to be read only.
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
        }
    };
}

impl Screens {
    /// All screens as they begin.
    #[must_use]
    pub fn new(sheet: &Sheet) -> Self {
        Self {
            design: design::State::new(sheet),
            data: data::State::default(),
            train: train::State::default(),
            deploy: deploy::State::default(),
            runs: runs::State::default(),
        }
    }

    /// Another text is open: the Design screen begins anew, the others keep their states.
    pub fn opened(&mut self, sheet: &Sheet) {
        self.design = design::State::new(sheet);
    }

    /// The screen whose own action `action` is; `None` for a general one.
    #[must_use]
    pub const fn owner(action: &Action) -> Option<Tab> {
        match action {
            Action::Design(_) => Some(Tab::Design),
            Action::Data(_) => Some(Tab::Data),
            Action::Train(_) => Some(Tab::Train),
            Action::Deploy(_) => Some(Tab::Deploy),
            Action::Runs(_) => Some(Tab::Runs),
            _ => None,
        }
    }

    /// The screen `tab` carries out `action`; the others hear if that changed the text.
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
    pub fn told(&mut self, news: ScreenNews, sheet: &Sheet, reply: &mut Reply) {
        macro_rules! tell {
            ($state:expr, $news:expr, $wrap:expr) => {{
                let mut own = AnyReply::default();
                $state.told($news, sheet, &mut own);
                reply.extend(own, $wrap);
            }};
        }
        match news {
            ScreenNews::Data(news) => tell!(self.data, news, ScreenEffect::Data),
            ScreenNews::Train(news) => tell!(self.train, news, ScreenEffect::Train),
            ScreenNews::Deploy(news) => tell!(self.deploy, news, ScreenEffect::Deploy),
            ScreenNews::Runs(news) => tell!(self.runs, news, ScreenEffect::Runs),
        }
    }

    /// The screen `tab` comes into view.
    pub fn enter(&mut self, tab: Tab, sheet: &Sheet, reply: &mut Reply) {
        with_screen!(self, tab, |state, wrap| {
            let mut own = AnyReply::default();
            state.enter(sheet, &mut own);
            reply.extend(own, wrap);
        });
    }

    /// All screens are drawn in `body` from now on.
    pub fn resized(&mut self, body: Rect, sheet: &Sheet, reply: &mut Reply) {
        for tab in Tab::ALL {
            with_screen!(self, tab, |state, wrap| {
                let mut own = AnyReply::default();
                state.resized(body, sheet, &mut own);
                reply.extend(own, wrap);
            });
        }
    }

    /// The mouse is clicked at `at` on the screen `tab`, which is drawn in `body`.
    pub fn click(&mut self, tab: Tab, body: Rect, at: Position, sheet: &mut Sheet, reply: &mut Reply) {
        with_screen!(self, tab, |state, wrap| {
            let mut own = AnyReply::default();
            state.click(body, at, sheet, &mut own);
            reply.extend(own, wrap);
        });
    }

    /// The text in `sheet` was changed by no screen.
    pub fn text_changed(&mut self, sheet: &Sheet) {
        for tab in Tab::ALL {
            self.text_changed_for(tab, sheet);
        }
    }

    fn text_changed_for(&mut self, tab: Tab, sheet: &Sheet) {
        with_screen!(self, tab, |state, _wrap| state.text_changed(sheet));
    }

    /// The text in `sheet` has another network without a change of the text.
    pub fn network_changed(&mut self, sheet: &Sheet) {
        for tab in Tab::ALL {
            with_screen!(self, tab, |state, _wrap| state.network_changed(sheet));
        }
    }

    /// The table of keys that holds on the screen `tab`.
    #[must_use]
    pub fn context(&self, tab: Tab) -> Context {
        of_screen!(self, tab, |state| state.context())
    }

    /// What goes on, in a few words.
    #[must_use]
    pub fn status(&self) -> Option<String> {
        Tab::ALL.into_iter().find_map(|tab| of_screen!(self, tab, |state| state.status()))
    }

    /// Whether work is going on that the program should not end without asking.
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
