//! Images of one part of a source (training, validation, test) before they are decoded.

use std::path::PathBuf;

use super::cache::{Cache, Entry};
use super::content::Content;
use super::decode::{Picture, Raster, fill, read};
use crate::spec::{Background, Input, Resize};

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

/// How images are made ready for the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preparation {
    pub input: Input,
    pub resize: Resize,
    pub background: Background,
}

impl Part {
    /// Decodes `item` into `out`, of the input's size, or takes it from `cache`; gives what it shows,
    /// or why it cannot be read.
    pub fn decode(&self, item: &Item, how: Preparation, cache: &Cache, out: &mut [u8]) -> Result<Content, String> {
        match &self.store {
            Store::Files(paths) => {
                let path = &paths[item.place];
                let file = read(path)?;
                let key = cache.key(&file, how);
                if let Some(content) = key.as_ref().and_then(|key| cache.get(key, out)) {
                    return Ok(content);
                }
                let picture = Picture::decode(&file, path, how.background)?;
                fill(picture.raster(), how.input, how.resize, out);
                let content = Content::of(picture.raster(), true);
                if let Some(key) = key {
                    cache.put(&key, Entry { content: &content, pixels: out });
                }
                Ok(content)
            }
            Store::Rasters { width, height, channels, bytes } => {
                let size = *width as usize * *height as usize * channels;
                let bytes = &bytes[item.place * size..(item.place + 1) * size];
                let raster = Raster { width: *width, height: *height, channels: *channels, bytes };
                fill(raster, how.input, how.resize, out);
                Ok(Content::of(raster, false))
            }
        }
    }
}
