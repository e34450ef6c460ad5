//! Preprocessed images in memory.

use super::picture::content::ContentHash;

/// Preprocessed images, before normalisation: bytes in camera order, row by row, RGB interleaved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    /// Rows of each image.
    pub height: usize,
    /// Columns of each image.
    pub width: usize,
    /// 1 (luma) or 3 (RGB).
    pub channels: usize,
    /// `len · height · width · channels` bytes, image after image.
    pub pixels: Vec<u8>,
    /// The class of each image.
    pub labels: Vec<u16>,
    /// The name of each image: its path below the source, or for example "train 17".
    pub names: Vec<String>,
    /// The content hash of each image, computed before resizing; empty if unknown.
    pub contents: Vec<ContentHash>,
}

impl Images {
    /// Number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one image.
    #[must_use]
    pub const fn image_bytes(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// The bytes of image `i`, which is below [`len`](Self::len).
    #[must_use]
    pub fn image(&self, i: usize) -> &[u8] {
        let bytes = self.image_bytes();
        &self.pixels[i * bytes..(i + 1) * bytes]
    }

    /// Indices of at most `limit` images, evenly spread.
    #[must_use]
    pub fn spread(&self, limit: usize) -> Vec<usize> {
        let count = self.len().min(limit);
        (0..count).map(|i| i * self.len() / count).collect()
    }

    /// At most `limit` images, evenly spread.
    #[must_use]
    pub fn sample(&self, limit: usize) -> Self {
        self.pick(&self.spread(limit))
    }

    /// Number of images of each class; labels of `classes` and above are not counted.
    #[must_use]
    pub fn counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for &label in &self.labels {
            if let Some(count) = counts.get_mut(usize::from(label)) {
                *count += 1;
            }
        }
        counts
    }

    /// Keeps the images at `places`, which are in ascending order, without a second copy of the pixels.
    pub(super) fn keep(&mut self, places: &[usize]) {
        let bytes = self.image_bytes();
        for (to, &from) in places.iter().enumerate() {
            self.pixels.copy_within(from * bytes..(from + 1) * bytes, to * bytes);
            self.labels.swap(to, from);
            self.names.swap(to, from);
            if !self.contents.is_empty() {
                self.contents.swap(to, from);
            }
        }
        self.pixels.truncate(places.len() * bytes);
        self.labels.truncate(places.len());
        self.names.truncate(places.len());
        self.contents.truncate(places.len());
    }

    /// The images at `places` (each below [`len`](Self::len)), in that order.
    #[must_use]
    pub fn pick(&self, places: &[usize]) -> Self {
        let mut pixels = Vec::with_capacity(places.len() * self.image_bytes());
        for &i in places {
            pixels.extend_from_slice(self.image(i));
        }
        Self {
            pixels,
            labels: places.iter().map(|&i| self.labels[i]).collect(),
            names: places.iter().map(|&i| self.names[i].clone()).collect(),
            contents: places.iter().filter_map(|&i| self.contents.get(i).copied()).collect(),
            ..*self
        }
    }
}
