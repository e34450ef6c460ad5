//! Effects and news of the Data screen.

use super::previews::PreviewRequest;
use crate::config::ConfigFile;
use crate::data::Dataset;
use crate::tui::widgets::picture::{Encoded, Picture};
use std::sync::Arc;

/// Effects of the Data screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the images; cancels the reading in progress.
    Read {
        /// The ticket that its news carry.
        ticket: u64,
        /// The configuration.
        spec: Box<ConfigFile>,
        /// Whether to read them again if they have been read before.
        again: bool,
    },
    /// Cancel the reading in progress.
    Stop,
    /// Augment images as training does.
    Preview {
        /// The ticket that its news carry.
        ticket: u64,
        /// The images, and how they are augmented.
        request: PreviewRequest,
        /// The data set with the images.
        dataset: Arc<Dataset>,
    },
    /// Encode pictures for a terminal with graphics.
    Encode {
        /// The ticket that its news carry.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(PictureKey, Picture)>,
    },
}

/// The identity of a picture as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureKey {
    /// The ticket of the request that read it.
    pub(super) reading: u64,
    /// The index of the training image.
    pub(super) image: usize,
    /// The epoch of its augmentation; `None` if it is not augmented.
    pub(super) epoch: Option<u32>,
    /// Its size in columns and lines.
    pub size: (u16, u16),
}

/// News for the Data screen.
#[derive(Debug, Clone)]
pub enum News {
    /// The progress of reading.
    Progress {
        /// The ticket of the request.
        ticket: u64,
        /// Number of decoded images.
        done: usize,
        /// Number of all images.
        total: usize,
    },
    /// Reading has finished or failed.
    Read {
        /// The ticket of the request.
        ticket: u64,
        /// The images, or an error message.
        found: Result<Arc<Dataset>, String>,
    },
    /// Augmented images are ready.
    Previewed {
        /// The ticket of the request.
        ticket: u64,
        /// The images, with their indices among the training images.
        pictures: Vec<(usize, Picture)>,
    },
    /// The terminal supports graphics.
    Pixels,
    /// Encoded pictures are ready.
    Encoded {
        /// The ticket of the request.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(PictureKey, Encoded)>,
    },
}
