//! Decoding the images of a source on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::check::DataCheck;
use super::error::DataError;
use super::images::Images;
use super::picture::cache::Cache;
use super::picture::content::Content;
use super::picture::prepare::Preprocessing;
use super::progress::Progress;
use super::source::raw_split::{ImageEntry, RawSplit};
use super::source::skipped::Unreadable;

/// Decoded images with their content hashes and thumbnails.
#[derive(Debug, Default)]
pub(super) struct DecodedImages {
    pub images: Images,
    pub contents: Vec<Content>,
}

impl DecodedImages {
    /// The images at `places`, which are in ascending order.
    pub fn pick(&self, places: &[usize]) -> Self {
        Self { images: self.images.pick(places), contents: pick(&self.contents, places) }
    }

    /// Keeps the images at `places`, which are in ascending order, without a second copy of the pixels.
    pub fn keep(&mut self, places: &[usize]) {
        self.contents = pick(&self.contents, places);
        self.images.keep(places);
    }
}

fn pick(contents: &[Content], places: &[usize]) -> Vec<Content> {
    places.iter().map(|&place| contents[place].clone()).collect()
}

/// Decodes all splits of a source and reports progress.
pub(super) struct ImageDecoder<'a> {
    how: Preprocessing,
    cache: Cache,
    progress: &'a dyn Progress,
    done: AtomicUsize,
    total: usize,
}

impl<'a> ImageDecoder<'a> {
    /// For `total` images in all splits.
    pub fn new(how: Preprocessing, total: usize, progress: &'a dyn Progress) -> Self {
        Self { how, cache: Cache::of_user(), progress, done: AtomicUsize::new(0), total }
    }

    /// Decodes the images of `part`; small and unreadable images are added to `check`.
    pub fn decode(&self, part: &RawSplit, check: &mut DataCheck) -> Result<DecodedImages, DataError> {
        let input = self.how.input;
        let (height, width, channels) = (input.height as usize, input.width as usize, input.channels as usize);
        let mut images = Images { height, width, channels, ..Images::default() };
        let size = images.image_bytes();
        images.pixels = vec![0; part.items.len() * size];
        let outcomes: Vec<Result<Content, String>> = images
            .pixels
            .par_chunks_mut(size.max(1))
            .zip(&part.items)
            .map(|(pixels, item)| self.decode_one(part, item, pixels))
            .collect::<Result<_, _>>()?;
        let mut contents: Vec<Content> = Vec::with_capacity(outcomes.len());
        for (place, (item, outcome)) in part.items.iter().zip(outcomes).enumerate() {
            match outcome {
                Ok(content) => {
                    // Closes the gaps that unreadable images leave.
                    images.pixels.copy_within(place * size..(place + 1) * size, contents.len() * size);
                    images.labels.push(item.label);
                    images.names.push(item.name.clone());
                    images.contents.push(content.hash);
                    let (width, height) = content.size;
                    if width < input.width || height < input.height {
                        check.small.count += 1;
                        check.small.example.get_or_insert_with(|| (item.name.clone(), width, height));
                    }
                    contents.push(content);
                }
                Err(reason) => check.unreadable.push(Unreadable { name: item.name.clone(), reason }),
            }
        }
        images.pixels.truncate(contents.len() * size);
        Ok(DecodedImages { images, contents })
    }

    fn decode_one(
        &self,
        part: &RawSplit,
        item: &ImageEntry,
        pixels: &mut [u8],
    ) -> Result<Result<Content, String>, DataError> {
        if self.progress.cancelled() {
            return Err(DataError::Cancelled);
        }
        let outcome = part.decode(item, self.how, &self.cache, pixels);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // The last call is the loading thread's, after all others.
        if done < self.total {
            self.progress.decoded(done, self.total);
        }
        Ok(outcome)
    }

    /// Reports completion and trims the cache; call it once, after all splits.
    pub fn end(self) {
        self.progress.decoded(self.total, self.total);
        self.cache.trim();
    }
}
