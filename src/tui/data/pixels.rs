//! Pictures in pixels: which are wanted, and those that are ready.

use super::messages::Shown;
use crate::tui::widgets::picture::Encoded;

/// Pictures that the terminal draws in pixels.
#[derive(Debug, Clone, Default)]
pub struct Pixels {
    /// Whether it does.
    is_on: bool,
    /// The last order.
    ticket: u64,
    /// What was ordered.
    wanted: Vec<Shown>,
    /// What is ready.
    ready: Vec<(Shown, Encoded)>,
}

impl Pixels {
    /// The terminal draws pixels.
    pub const fn begin(&mut self) {
        self.is_on = true;
    }

    /// Whether the terminal draws pixels.
    pub const fn is_on(&self) -> bool {
        self.is_on
    }

    /// The ticket for the pictures `wanted`; `None` if they are those of the last order.
    pub fn order(&mut self, wanted: Vec<Shown>) -> Option<u64> {
        if wanted == self.wanted {
            return None;
        }
        self.ticket += 1;
        self.wanted = wanted;
        Some(self.ticket)
    }

    /// Takes what is ready, if it is of the last order.
    pub fn take(&mut self, ticket: u64, pictures: Vec<(Shown, Encoded)>) {
        if ticket == self.ticket {
            self.ready = pictures;
        }
    }

    /// The picture, where it is ready.
    pub fn get(&self, shown: Shown) -> Option<&Encoded> {
        self.ready.iter().find(|(ready, _)| *ready == shown).map(|(_, encoded)| encoded)
    }
}
