//! Train: what is being trained, live.

use super::action::{Action, Train};
use super::design::Sheet;
use super::effect::Reply;
use super::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {}

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct State {}

impl State {
    /// Does `what`.
    pub fn act(&mut self, what: Train, sheet: &Sheet, reply: &mut Reply) {}

    /// Moves, Enter, text.
    pub fn update(&mut self, action: &Action, sheet: &Sheet, reply: &mut Reply) {}

    /// Something happened outside.
    pub fn told(&mut self, news: News, reply: &mut Reply) {}

    /// Whether a network is being trained.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        false
    }

    /// What is being trained and how far it is, in a few words.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        None
    }
}

/// Draws the screen.
pub fn draw(state: &State, sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {}
