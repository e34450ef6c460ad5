//! Previews of augmented images.

use crate::config::Augment;
use crate::tui::widgets::picture::Picture;

/// A request to augment images as in training.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRequest {
    /// The settings of augmentation.
    pub augment: Augment,
    /// The seed of training.
    pub seed: u32,
    /// The epoch, from 1.
    pub epoch: u32,
    /// The ticket of the request that read the images.
    pub(super) reading: u64,
    /// The indices of the training images.
    pub images: Vec<usize>,
}

/// Augmented images.
#[derive(Debug, Clone, Default)]
pub struct Previews {
    /// The ticket of the last request.
    ticket: u64,
    request: Option<PreviewRequest>,
    /// Images of the last request, with their indices among the training images.
    ready: Vec<(usize, Picture)>,
}

impl Previews {
    /// Returns the ticket of `request`; `None` if it equals the last request. Drops images with other settings of
    /// augmentation.
    pub fn request(&mut self, request: &PreviewRequest) -> Option<u64> {
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

    /// Sets the augmented pictures, if `ticket` is that of the last request.
    pub fn take(&mut self, ticket: u64, pictures: Vec<(usize, Picture)>) {
        if ticket == self.ticket {
            self.ready = pictures;
        }
    }

    /// The augmented picture of the training image `image`, if it is ready.
    pub fn get(&self, image: usize) -> Option<&Picture> {
        self.ready.iter().find(|(ready, _)| *ready == image).map(|(_, picture)| picture)
    }

    /// Whether `new` differs from the last request in more than the list of images.
    fn is_other(&self, new: &PreviewRequest) -> bool {
        let images = Vec::new();
        self.request.as_ref().is_none_or(|old| {
            PreviewRequest { images: images.clone(), ..old.clone() }
                != PreviewRequest { images: images.clone(), ..new.clone() }
        })
    }
}
