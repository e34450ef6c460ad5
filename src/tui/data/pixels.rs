//! Pictures in pixels: which are wanted, and those that are ready.

use super::draw::{gallery_in, picture_of};
use super::{Effect, Reply, Shown, State};
use crate::tui::design::Sheet;
use crate::tui::screen::Screen as _;
use crate::tui::widgets::picture::{Encoded, Picture};

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

impl State {
    /// Orders the pictures that are in view, where the terminal draws pixels.
    pub(super) fn encode(&mut self, sheet: &Sheet, reply: &mut Reply) {
        if !self.pixels.is_on {
            return;
        }
        let view = self.view(sheet);
        let Some(loaded) = view.loaded else { return };
        let (_, _, spots) = gallery_in(&view, loaded, self.body);
        let pictures: Vec<(Shown, Picture)> = spots
            .into_iter()
            .filter_map(|spot| {
                let (shown, pixels) = picture_of(&view, loaded, spot)?;
                Some((shown, pixels.to_picture()))
            })
            .collect();
        let wanted: Vec<Shown> = pictures.iter().map(|(shown, _)| *shown).collect();
        if wanted == self.pixels.wanted {
            return;
        }
        self.pixels.ticket += 1;
        self.pixels.wanted = wanted;
        reply.own(Effect::Encode { ticket: self.pixels.ticket, pictures });
    }
}
