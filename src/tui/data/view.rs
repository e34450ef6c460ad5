//! The parts of the Data screen, and the data for drawing it.

use super::loaded::{Loaded, Reading};
use super::pixels::Pixels;
use super::previews::Previews;

/// How many images are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// Some of every class.
    #[default]
    All,
    /// Those of one class.
    Class,
    /// One, as large as can be.
    One,
}

/// The part of the screen that has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The images.
    #[default]
    Images,
    /// Findings about the images.
    Findings,
}

/// All that is drawn of the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The images that are shown.
    pub(super) loaded: Option<&'a Loaded>,
    pub(super) reading: Option<&'a Reading>,
    /// Why the images cannot be loaded.
    pub(super) failure: Option<&'a str>,
    /// The source that the configuration names.
    pub(super) source: Option<&'a str>,
    /// Whether the images shown are not those of the configuration.
    pub(super) is_stale: bool,
    /// Why the network does not go with the images.
    pub(super) mismatch: Option<String>,
    /// Findings about the images.
    pub(super) findings: Vec<String>,
    /// The first finding shown.
    pub(super) finding: usize,
    pub(super) turn: u32,
    pub(super) class: usize,
    pub(super) picture: usize,
    pub(super) zoom: Zoom,
    pub(super) pane: Pane,
    pub(super) is_augmented: bool,
    pub(super) previews: &'a Previews,
    pub(super) pixels: &'a Pixels,
}
