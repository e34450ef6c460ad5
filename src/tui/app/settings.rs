//! The settings form, which can be opened from every screen and leads back there.

use super::App;
use crate::tui::action::{Action, Design, Screen};
use crate::tui::keymap::Context;
use crate::tui::screens::Reply;

impl App {
    /// Performs an action of the Design screen on settings; whether nothing else is to be done for it.
    pub(super) fn open_settings(&mut self, action: &Action, reply: &mut Reply) -> bool {
        if !matches!(action, Action::Design(Design::Settings | Design::GoTo(_))) {
            return false;
        }
        let before = self.screen;
        let is_open = self.screens.context(Screen::Design) == Context::Settings;
        // The form was left open when another screen was shown.
        let is_shown = *action == Action::Design(Design::Settings) && is_open && before != Screen::Design;
        if is_shown {
            self.show(Screen::Design, reply);
        }
        if !is_open || before != Screen::Design {
            self.before_settings = Some(before);
        }
        is_shown
    }

    /// Goes back to the screen from which the settings were opened, if `action` has closed them; `before` is the
    /// context of the keys before it.
    pub(super) fn leave_settings(&mut self, before: Context, action: &Action, reply: &mut Reply) {
        let closes = matches!(action, Action::Design(Design::Cancel | Design::Settings));
        let is_closed = before == Context::Settings && self.screens.context(self.screen) != Context::Settings;
        if closes
            && is_closed
            && let Some(screen) = self.before_settings.take()
        {
            self.show(screen, reply);
        }
    }
}
