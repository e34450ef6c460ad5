//! Augmented images: which are wanted, and those that are ready.

use super::draw::gallery_in;
use super::{Effect, Reply, State};
use crate::config::{Augment, Input};
use crate::tui::design::Sheet;
use crate::tui::screen::Screen as _;
use crate::tui::widgets::picture::Picture;

/// Images to augment as training does.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRequest {
    /// How training changes images.
    pub augment: Augment,
    /// The seed of the training.
    pub seed: u32,
    /// The epoch, from 1.
    pub epoch: u32,
    /// The size of the images.
    pub input: Input,
    /// The reading that the images come from.
    pub(super) reading: u64,
    /// Places of the images among the training images.
    pub images: Vec<usize>,
}

/// Augmented images.
#[derive(Debug, Clone, Default)]
pub struct Previews {
    /// Marks the last request.
    ticket: u64,
    request: Option<PreviewRequest>,
    /// Images of the last request, by their places among the training images.
    ready: Vec<(usize, Picture)>,
}

impl Previews {
    /// Takes pictures that are ready, if they are those of the last request.
    pub fn take(&mut self, ticket: u64, pictures: Vec<(usize, Picture)>) {
        if ticket == self.ticket {
            self.ready = pictures;
        }
    }

    /// The augmented training image `image`, if it is ready.
    pub fn get(&self, image: usize) -> Option<&Picture> {
        self.ready.iter().find(|(ready, _)| *ready == image).map(|(_, picture)| picture)
    }

    /// Whether `new` asks for images that are augmented in another way.
    fn is_other(&self, new: &PreviewRequest) -> bool {
        let images = Vec::new();
        self.request.as_ref().is_none_or(|old| {
            PreviewRequest { images: images.clone(), ..old.clone() }
                != PreviewRequest { images: images.clone(), ..new.clone() }
        })
    }
}

impl State {
    /// Asks for the augmented images that are in view.
    pub(super) fn preview(&mut self, sheet: &Sheet, reply: &mut Reply) {
        let Some(loaded) = self.loaded.as_ref().filter(|_| self.augmented) else { return };
        let Some(config) = sheet.model().map(|model| &model.spec.config) else { return };
        let (_, _, spots) = gallery_in(&self.view(sheet), loaded, self.body);
        let request = PreviewRequest {
            augment: config.augment.clone(),
            seed: config.train.seed,
            epoch: self.turn.saturating_add(1),
            input: loaded.key.input(),
            reading: loaded.reading,
            images: spots.iter().filter_map(|spot| loaded.image(spot.class, spot.picture)).collect(),
        };
        if self.previews.request.as_ref() == Some(&request) {
            return;
        }
        let dataset = loaded.dataset.clone();
        if self.previews.is_other(&request) {
            self.previews.ready.clear();
        }
        self.previews.ticket += 1;
        self.previews.request = Some(request.clone());
        reply.own(Effect::Preview { ticket: self.previews.ticket, request, dataset });
    }
}
