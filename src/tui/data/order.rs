//! Requests for visible pictures: augmentation, and encoding for terminals with graphics.

use super::draw::{gallery_in, picture_of};
use super::messages::{Effect, PictureKey};
use super::previews::PreviewRequest;
use super::{Reply, State};
use crate::tui::design::Sheet;
use crate::tui::screen::Screen as _;
use crate::tui::widgets::picture::Picture;

impl State {
    /// Requests augmentation of the visible images, if it is on.
    pub(super) fn preview(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(loaded) = self.loaded.as_ref().filter(|_| self.augmented) else { return };
        let Some(config) = sheet.model().map(|model| &model.spec.config) else { return };
        let (_, _, spots) = gallery_in(&self.view(sheet), loaded, self.body);
        let request = PreviewRequest {
            augment: config.augment.clone(),
            seed: config.train.seed,
            epoch: self.turn.saturating_add(1),
            reading: loaded.reading,
            images: spots.iter().filter_map(|spot| loaded.image(spot.class, spot.picture)).collect(),
        };
        let dataset = loaded.dataset.clone();
        if let Some(ticket) = self.previews.request(&request) {
            reply.own(Effect::Preview { ticket, request, dataset });
        }
    }

    /// Requests encoding of the visible pictures, if the terminal supports graphics.
    pub(super) fn encode(&mut self, sheet: &Sheet, reply: &mut Reply) {
        if !self.pixels.is_on() {
            return;
        }
        let view = self.view(sheet);
        let Some(loaded) = view.loaded else { return };
        let (_, _, spots) = gallery_in(&view, loaded, self.body);
        let pictures: Vec<(PictureKey, Picture)> = spots
            .into_iter()
            .filter_map(|spot| {
                let (shown, pixels) = picture_of(&view, loaded, spot)?;
                Some((shown, pixels.to_picture()))
            })
            .collect();
        let wanted = pictures.iter().map(|(shown, _)| *shown).collect();
        if let Some(ticket) = self.pixels.request(wanted) {
            reply.own(Effect::Encode { ticket, pictures });
        }
    }
}
