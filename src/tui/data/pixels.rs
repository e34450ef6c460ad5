//! Pictures encoded for terminals with graphics.

use super::messages::PictureKey;
use crate::tui::widgets::picture::Encoded;

/// Pictures encoded for terminals with graphics.
#[derive(Debug, Clone, Default)]
pub struct Pixels {
    /// Whether the terminal supports graphics.
    is_on: bool,
    /// The ticket of the last request.
    ticket: u64,
    /// The pictures of the last request.
    wanted: Vec<PictureKey>,
    /// The encoded pictures.
    ready: Vec<(PictureKey, Encoded)>,
}

impl Pixels {
    /// Records that the terminal supports graphics.
    pub const fn begin(&mut self) {
        self.is_on = true;
    }

    /// Whether the terminal supports graphics.
    pub const fn is_on(&self) -> bool {
        self.is_on
    }

    /// Returns the ticket of a request for the pictures `wanted`; `None` if they are those of the last request.
    pub fn request(&mut self, wanted: Vec<PictureKey>) -> Option<u64> {
        if wanted == self.wanted {
            return None;
        }
        self.ticket += 1;
        self.wanted = wanted;
        Some(self.ticket)
    }

    /// Sets the encoded pictures, if `ticket` is that of the last request.
    pub fn take(&mut self, ticket: u64, pictures: Vec<(PictureKey, Encoded)>) {
        if ticket == self.ticket {
            self.ready = pictures;
        }
    }

    /// The encoded picture, if it is ready.
    pub fn get(&self, shown: PictureKey) -> Option<&Encoded> {
        self.ready.iter().find(|(ready, _)| *ready == shown).map(|(_, encoded)| encoded)
    }
}
