//! Augments images for the Data screen.

use crate::config::Input;
use crate::data::{Augmenter, Dataset};
use crate::jobs::{Events, Queue, Work, Worker};
use crate::train::Control;
use crate::tui::data::{News, PreviewRequest};
use crate::tui::widgets::picture::Picture;
use std::sync::Arc;

/// A command to augment images.
pub struct Preview {
    /// The number of this command, which its events repeat.
    pub ticket: u64,
    /// The indices of the images, and the settings of augmentation.
    pub request: PreviewRequest,
    /// The data set with the images.
    pub dataset: Arc<Dataset>,
}

/// Augments images as training does.
pub struct ImageAugmenter;

/// Starts the thread that augments images; a new command replaces earlier ones.
#[must_use]
pub fn start(events: Events<News>) -> Worker<ImageAugmenter> {
    Worker::new("augment", Queue::newest(), ImageAugmenter, events)
}

impl Work for ImageAugmenter {
    type Command = Preview;
    type Event = News;

    fn run(&mut self, preview: &Preview, control: &Control, events: &Events<News>) {
        let pictures = augmented(&preview.request, &preview.dataset, control);
        if !control.is_stopped() {
            events.send(News::Previewed { ticket: preview.ticket, pictures });
        }
    }

    fn failed(&self, preview: &Preview, _: &str) -> News {
        News::Previewed { ticket: preview.ticket, pictures: Vec::new() }
    }
}

/// Augments the training images of `request` as training does and returns them with their indices in `dataset`; only
/// the finished ones if `control` is stopped.
#[must_use]
pub fn augmented(request: &PreviewRequest, dataset: &Dataset, control: &Control) -> Vec<(usize, Picture)> {
    let images = &dataset.train;
    let input = Input { height: images.height as u32, width: images.width as u32, channels: images.channels as u32 };
    let augmenter = Augmenter::new(&request.augment, input, request.seed);
    let mut bytes = Vec::new();
    let mut augment = |image: &usize| {
        let original = images.image(*image);
        bytes.resize(original.len(), 0);
        augmenter.apply(request.epoch, *image as u64, original, &mut bytes);
        Some((*image, Picture::new(images.height, images.width, images.channels, &bytes)?))
    };
    request.images.iter().take_while(|_| !control.is_stopped()).filter_map(&mut augment).collect()
}
