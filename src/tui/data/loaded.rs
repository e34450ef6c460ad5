//! Images that are read, and those that are being read.

use crate::data::Dataset;
use crate::jobs::ImagesKey;
use crate::random::{Purpose, Stream};
use std::sync::Arc;

/// Images that were read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The number of the reading that brought them.
    pub reading: u64,
    /// The parts of the configuration that they depend on.
    pub key: ImagesKey,
    /// The images, and the names of their classes.
    pub dataset: Arc<Dataset>,
    /// The training images of each class, in the order in which they are shown.
    pub order: Vec<Vec<u32>>,
}

/// Images that are being read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The parts of the configuration that they depend on.
    pub key: ImagesKey,
    /// Images that are decoded.
    pub done: usize,
    /// All images; 0 until they are counted.
    pub total: usize,
}

impl Loaded {
    /// The training image that is shown as the `picture`th of `class`.
    pub fn image(&self, class: usize, picture: usize) -> Option<usize> {
        let image = *self.order.get(class)?.get(picture)? as usize;
        (image < self.dataset.train.len()).then_some(image)
    }

    /// Puts the images of each class in another order, always the same for the same `turn`.
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
