//! The images of one split of a source (training, validation or test) before decoding.

use std::path::PathBuf;

use crate::data::picture::cache::{Cache, Entry};
use crate::data::picture::content::Content;
use crate::data::picture::decode::{Picture, read};
use crate::data::picture::prepare::{Preprocessing, fill};
use crate::data::picture::raster::Raster;

/// One image of the split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageEntry {
    /// Its class.
    pub label: u16,
    /// Its name.
    pub name: String,
    /// Its index in the store.
    pub place: usize,
}

/// Storage of the images.
#[derive(Debug)]
pub(crate) enum ImageStore {
    /// One file per image.
    Files(Vec<PathBuf>),
    /// In memory, all of the same size.
    Rasters { width: u32, height: u32, channels: usize, bytes: Vec<u8> },
}

/// One split of a source.
#[derive(Debug)]
pub(crate) struct RawSplit {
    pub items: Vec<ImageEntry>,
    pub store: ImageStore,
}

/// Converts images of `planes` planes of `size` bytes each to interleaved pixels.
pub(crate) fn interleaved(planar: &[u8], planes: usize, size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(planar.len());
    for image in planar.chunks_exact((planes * size).max(1)) {
        for pixel in 0..size {
            out.extend((0..planes).map(|plane| image[plane * size + pixel]));
        }
    }
    out
}

impl RawSplit {
    /// Images in memory, named `what 0`, `what 1` and so on: `labels` has the class of each, `bytes` as many images of
    /// `(width, height, channels)`.
    pub(crate) fn of_rasters(what: &str, labels: Vec<u16>, size: (u32, u32, usize), bytes: Vec<u8>) -> Self {
        let named = |(place, label)| ImageEntry { label, name: format!("{what} {place}"), place };
        let items = labels.into_iter().enumerate().map(named).collect();
        let (width, height, channels) = size;
        Self { items, store: ImageStore::Rasters { width, height, channels, bytes } }
    }

    /// Transposes images in memory: rows become columns.
    pub fn transpose(&mut self) {
        let ImageStore::Rasters { width, height, channels, bytes } = &mut self.store else { return };
        let (columns, rows) = (*width as usize, *height as usize);
        let mut image = Vec::with_capacity(columns * rows * *channels);
        for pixels in bytes.chunks_exact_mut((columns * rows * *channels).max(1)) {
            image.clear();
            for column in 0..columns {
                for row in 0..rows {
                    image.extend_from_slice(&pixels[(row * columns + column) * *channels..][..*channels]);
                }
            }
            pixels.copy_from_slice(&image);
        }
        std::mem::swap(width, height);
    }

    /// Decodes `item` into `out`, which has the input size, or takes it from `cache`; returns its content hash, size
    /// and thumbnail.
    ///
    /// # Errors
    /// The reason why it cannot be decoded.
    pub fn decode(
        &self,
        item: &ImageEntry,
        how: Preprocessing,
        cache: &Cache,
        out: &mut [u8],
    ) -> Result<Content, String> {
        match &self.store {
            ImageStore::Files(paths) => {
                let path = &paths[item.place];
                let file = read(path)?;
                let key = cache.key(&file, how);
                if let Some(content) = key.as_ref().and_then(|key| cache.get(key, out)) {
                    return Ok(content);
                }
                let picture = Picture::decode(&file, path, how.background)?;
                fill(picture.raster(), how.input, how.resize, out);
                let content = picture.content();
                if let Some(key) = key {
                    cache.put(&key, Entry { content: &content, pixels: out });
                }
                Ok(content)
            }
            ImageStore::Rasters { width, height, channels, bytes } => {
                let size = *width as usize * *height as usize * channels;
                let bytes = &bytes[item.place * size..(item.place + 1) * size];
                let raster = Raster { width: *width, height: *height, channels: *channels, bytes };
                fill(raster, how.input, how.resize, out);
                Ok(Content::of(raster, false))
            }
        }
    }
}
