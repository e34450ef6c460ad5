//! Content hash and thumbnail of a picture, computed from its decoded pixels before resizing: independent of the input
//! size and channels.

use sha2::{Digest, Sha256};

use super::luma::luma;
use super::raster::Raster;
use super::resize::RowResizer;

/// SHA-256 of the size and pixels of a decoded image.
pub type ContentHash = [u8; 32];

/// Rows and columns of a thumbnail.
pub(crate) const THUMBNAIL_SIDE: usize = 16;
/// Bytes of a thumbnail: RGB, row by row.
pub(crate) const THUMBNAIL_BYTES: usize = THUMBNAIL_SIDE * THUMBNAIL_SIDE * 3;
/// Pictures with fewer rows or columns are only compared byte for byte: digits and icons of one class look alike
/// without being duplicates.
const MIN_COMPARED_SIDE: u32 = 64;

/// An RGB thumbnail; pictures of the same scene have similar thumbnails.
pub(crate) type Thumbnail = [u8; THUMBNAIL_BYTES];

/// Hash, size and thumbnail of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub hash: ContentHash,
    /// Its width and height, in pixels.
    pub size: (u32, u32),
    /// Present if the picture is large enough to be compared by its thumbnail.
    pub look: Option<Box<Thumbnail>>,
}

impl Content {
    pub fn of(raster: Raster<'_>, with_thumbnail: bool) -> Self {
        let Raster { width, height, channels, bytes } = raster;
        let mut digest = Sha256::new();
        digest.update(width.to_le_bytes());
        digest.update(height.to_le_bytes());
        digest.update([channels as u8]);
        digest.update(bytes);
        let large = width.min(height) >= MIN_COMPARED_SIDE;
        let look = (with_thumbnail && large).then(|| look(raster));
        Self { hash: digest.finalize().into(), size: (width, height), look }
    }
}

fn look(raster: Raster<'_>) -> Box<Thumbnail> {
    let Raster { width, height, channels, bytes } = raster;
    let mut small = Vec::with_capacity(THUMBNAIL_BYTES);
    let side = THUMBNAIL_SIDE as u32;
    let mut resizer = RowResizer::new((width, height), (side, side), channels);
    for row in bytes.chunks_exact(width as usize * channels) {
        resizer.push(row, |row| match channels {
            1 => small.extend(row.iter().flat_map(|&grey| [grey; 3])),
            _ => small.extend_from_slice(row),
        });
    }
    let mut look = Box::new([0; THUMBNAIL_BYTES]);
    for (to, from) in look.iter_mut().zip(small) {
        *to = from;
    }
    look
}

/// Brightness of every pixel of a thumbnail.
pub(crate) fn brightness(look: &Thumbnail) -> [u8; THUMBNAIL_SIDE * THUMBNAIL_SIDE] {
    let mut out = [0; THUMBNAIL_SIDE * THUMBNAIL_SIDE];
    for (out, rgb) in out.iter_mut().zip(look.chunks_exact(3)) {
        *out = luma(rgb[0], rgb[1], rgb[2]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(width: u32, height: u32, channels: usize, bytes: &[u8]) -> Raster<'_> {
        Raster { width, height, channels, bytes }
    }

    #[test]
    fn size_and_colour_are_part_of_the_content() {
        let bytes = [7; 12];
        let hashes = [(4, 3, 1), (3, 4, 1), (12, 1, 1), (2, 2, 3)]
            .map(|(width, height, channels)| Content::of(raster(width, height, channels, &bytes), true).hash);
        for (i, hash) in hashes.iter().enumerate() {
            assert!(hashes[..i].iter().all(|other| other != hash));
        }
        assert_eq!(Content::of(raster(4, 3, 1, &bytes), true).hash, hashes[0]);
    }

    #[test]
    fn only_large_pictures_have_a_look_and_gray_ones_that_of_their_rgb() {
        assert!(Content::of(raster(64, 63, 1, &[0; 64 * 63]), true).look.is_none());
        assert!(Content::of(raster(64, 64, 1, &[0; 64 * 64]), false).look.is_none());
        let gray: Vec<u8> = (0..64 * 80_u32).map(|i| (i % 251) as u8).collect();
        let rgb: Vec<u8> = gray.iter().flat_map(|&grey| [grey; 3]).collect();
        let look = Content::of(raster(80, 64, 1, &gray), true).look.unwrap();
        assert_eq!(look, Content::of(raster(80, 64, 3, &rgb), true).look.unwrap());
        assert!(look.iter().any(|&byte| byte > 0));
    }
}
