//! Images that have been read, and the progress of reading.

use crate::data::Dataset;
use crate::jobs::ImagesKey;
use crate::random::{Purpose, Stream};
use std::sync::Arc;

/// Images that have been read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The ticket of the request that read them.
    pub reading: u64,
    /// The parts of the configuration that they depend on.
    pub key: ImagesKey,
    /// The images and their class names.
    pub dataset: Arc<Dataset>,
    /// The indices of the training images of each class, in display order.
    pub order: Vec<Vec<u32>>,
}

/// The progress of reading images.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The parts of the configuration that they depend on.
    pub key: ImagesKey,
    /// Number of decoded images.
    pub done: usize,
    /// Number of all images; 0 until they are counted.
    pub total: usize,
}

impl Loaded {
    /// The index of the training image at position `picture` of `class`; `None` if there is none.
    pub fn image(&self, class: usize, picture: usize) -> Option<usize> {
        let image = *self.order.get(class)?.get(picture)? as usize;
        (image < self.dataset.train.len()).then_some(image)
    }

    /// Shuffles the images of each class, deterministically by `turn`.
    pub fn shuffle(&mut self, turn: u32) {
        let mut order = vec![Vec::new(); self.dataset.labels.len()];
        for (image, label) in self.dataset.train.labels.iter().enumerate() {
            if let Some(class) = order.get_mut(usize::from(*label)) {
                class.push(image as u32);
            }
        }
        for (class, images) in order.iter_mut().enumerate() {
            Stream::new(0, Purpose::Order, turn, class as u64).shuffle(images);
        }
        self.order = order;
    }
}
