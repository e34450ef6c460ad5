//! Augmented images: which are wanted, and those that are ready.

use crate::config::Augment;
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
    /// The ticket for `request`; `None` if it is the last request. Images that are augmented in another way are
    /// dropped.
    pub fn order(&mut self, request: &PreviewRequest) -> Option<u64> {
        if self.request.as_ref() == Some(request) {
            return None;
        }
        if self.is_other(request) {
            self.ready.clear();
        }
        self.ticket += 1;
        self.request = Some(request.clone());
        Some(self.ticket)
    }

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
