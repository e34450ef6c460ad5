//! The panes of the Data screen, and the data to draw it.

use super::loaded::{Loaded, Reading};
use super::pixels::Pixels;
use super::previews::Previews;

/// The zoom level of the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// Some images of every class.
    #[default]
    All,
    /// The images of one class.
    Class,
    /// One image, as large as possible.
    One,
}

impl Zoom {
    /// The next larger level.
    pub const fn closer(self) -> Self {
        match self {
            Self::All => Self::Class,
            Self::Class | Self::One => Self::One,
        }
    }

    /// The keys of this level, for the title of the gallery.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::All => "Enter: one class",
            Self::Class => "Enter: one image, Esc: all classes",
            Self::One => "←→ next image, Esc: back",
        }
    }
}

/// A pane of the screen that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The images.
    #[default]
    Images,
    /// Findings about the images.
    Findings,
}

/// The data to draw the screen.
#[derive(Debug)]
pub struct View<'a> {
    /// The images that are shown.
    pub(super) loaded: Option<&'a Loaded>,
    pub(super) reading: Option<&'a Reading>,
    /// The error message if the images could not be read.
    pub(super) failure: Option<&'a str>,
    /// The source of images in the configuration.
    pub(super) source: Option<&'a str>,
    /// Whether the images shown are not those of the configuration.
    pub(super) is_stale: bool,
    /// The diagnostic if the numbers of classes of network and images differ.
    pub(super) mismatch: Option<String>,
    /// Findings about the images.
    pub(super) findings: Vec<String>,
    /// The index of the first finding shown.
    pub(super) finding: usize,
    pub(super) turn: u32,
    pub(super) class: usize,
    /// The indices of the classes in the order of the list.
    pub(super) rows: &'a [usize],
    pub(super) picture: usize,
    pub(super) zoom: Zoom,
    pub(super) pane: Pane,
    pub(super) is_augmented: bool,
    pub(super) previews: &'a Previews,
    pub(super) pixels: &'a Pixels,
}
