//! Images of one part of a source (training, validation, test) before they are decoded.

use std::path::PathBuf;

use super::decode::{Raster, fill, read_into};
use crate::spec::{Input, Resize};

/// One image that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its class.
    pub label: u16,
    /// What it is called.
    pub name: String,
    /// Its place in the store.
    pub place: usize,
}

/// Where a part's images are.
#[derive(Debug)]
pub(super) enum Store {
    /// A file each.
    Files(Vec<PathBuf>),
    /// In memory, all of one size.
    Rasters { width: u32, height: u32, channels: usize, bytes: Vec<u8> },
}

/// One part of a source.
#[derive(Debug)]
pub(super) struct Part {
    pub items: Vec<Item>,
    pub store: Store,
}

impl Part {
    /// Decodes `item` into `out`, of the input's size; gives the width and height it had, or why
    /// it cannot be read.
    pub fn decode(&self, item: &Item, input: Input, resize: Resize, out: &mut [u8]) -> Result<(u32, u32), String> {
        match &self.store {
            Store::Files(paths) => read_into(&paths[item.place], input, resize, out),
            Store::Rasters { width, height, channels, bytes } => {
                let size = *width as usize * *height as usize * channels;
                let bytes = &bytes[item.place * size..(item.place + 1) * size];
                fill(Raster { width: *width, height: *height, channels: *channels, bytes }, input, resize, out);
                Ok((*width, *height))
            }
        }
    }
}
