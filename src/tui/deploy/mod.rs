//! Deploy: float beside int8, and the header.

use super::action::{Action, Deploy};
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
    pub fn act(&mut self, what: Deploy, sheet: &Sheet, reply: &mut Reply) {}

    /// Moves, Enter, text.
    pub fn update(&mut self, action: &Action, sheet: &Sheet, reply: &mut Reply) {}

    /// The screen comes into view.
    pub fn shown(&mut self, sheet: &Sheet, reply: &mut Reply) {}

    /// Something happened outside.
    pub fn told(&mut self, news: News, reply: &mut Reply) {}
}

/// Draws the screen.
pub fn draw(state: &State, sheet: &Sheet, area: Rect, buffer: &mut Buffer, theme: Theme) {}
