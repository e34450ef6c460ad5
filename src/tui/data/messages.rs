//! What the Data screen asks of the world, and what the world reports.

use super::previews::PreviewRequest;
use crate::config::ConfigFile;
use crate::data::Dataset;
use crate::tui::widgets::picture::{Encoded, Picture};
use std::sync::Arc;

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read the images; whatever is being read is given up.
    Read {
        /// What the news are marked with.
        ticket: u64,
        /// The configuration.
        spec: Box<ConfigFile>,
        /// Even if they were read before.
        again: bool,
    },
    /// Give up what is being read.
    Stop,
    /// Augment images as training does.
    Preview {
        /// What the news are marked with.
        ticket: u64,
        /// The images, and how they are augmented.
        request: PreviewRequest,
        /// Holds the images.
        dataset: Arc<Dataset>,
    },
    /// Make pictures ready for a terminal that draws pixels.
    Encode {
        /// What the news are marked with.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(Shown, Picture)>,
    },
}

/// Which picture is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The reading it comes from.
    pub(super) reading: u64,
    /// The training image.
    pub(super) image: usize,
    /// The epoch whose changes it has; `None`: as it is.
    pub(super) epoch: Option<u32>,
    /// Columns and lines.
    pub size: (u16, u16),
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// So many images are decoded.
    Progress {
        /// Of which reading.
        ticket: u64,
        /// Decoded.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// They are read, or cannot be.
    Read {
        /// Of which reading.
        ticket: u64,
        /// The images, or why there are none.
        found: Result<Arc<Dataset>, String>,
    },
    /// Augmented images are ready.
    Previewed {
        /// Which request.
        ticket: u64,
        /// The images, by their places among the training images.
        pictures: Vec<(usize, Picture)>,
    },
    /// The terminal draws pixels.
    Pixels,
    /// Pictures are ready for it.
    Encoded {
        /// Which order.
        ticket: u64,
        /// The pictures.
        pictures: Vec<(Shown, Encoded)>,
    },
}
