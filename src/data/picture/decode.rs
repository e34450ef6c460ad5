//! Decoding one picture file.
//!
//! The steps, in this order: decode (the first frame of an animation), reduce 16 bits to 8, blend transparent pixels
//! with the background, apply the EXIF orientation, convert to luma if the input has one channel, resize. The format
//! is detected from the content; the file name does not matter.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use sha2::{Digest, Sha256};

use super::content::{Content, ContentHash};
use super::heic;
use super::kind::{FileKind, HEAD, PictureFormat};
use super::prepare::fill;
use super::raster::Raster;
use crate::config::{Background, Input, Resize};
use crate::data::error::DataError;
use crate::data::limits::{MAX_SIDE, check_size};
use crate::files::read_limited;

/// The largest file of a picture, in bytes.
const MAX_FILE: u64 = 512 << 20;

/// Decodes and preprocesses one picture file as [`load`](crate::data::load()) does: `height · width · channels` bytes,
/// row by row.
///
/// # Errors
/// If the file cannot be read, is no picture or has more than `MAX_PIXELS`.
pub fn load_image(path: &Path, input: Input, resize: Resize, background: Background) -> Result<Vec<u8>, DataError> {
    let mut out = vec![0; input.height as usize * input.width as usize * input.channels as usize];
    let bytes = read_limited(path, MAX_FILE)?;
    let picture = Picture::decode(&bytes, path, background)
        .map_err(|reason| DataError::Picture { path: path.to_owned(), reason })?;
    fill(picture.raster(), input, resize, &mut out);
    Ok(out)
}

/// Reads the picture file at `path`.
///
/// # Errors
/// The reason, without the path.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    read_limited(path, MAX_FILE).map_err(|error| error.source.to_string())
}

/// A decoded picture.
pub(crate) struct Picture {
    width: u32,
    height: u32,
    channels: usize,
    bytes: Vec<u8>,
    /// For a transparent picture: the hash of its RGBA pixels, before blending.
    original: Option<ContentHash>,
}

impl Picture {
    /// Decodes `bytes`, the content of the file `path`, and blends transparent pixels with `background`.
    pub fn decode(bytes: &[u8], path: &Path, background: Background) -> Result<Self, String> {
        let image = decode(bytes, path)?;
        let (width, height) = (image.width(), image.height());
        let mut original = None;
        let (channels, bytes) = match image {
            DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) => (1, image.into_luma8().into_raw()),
            image if image.color().has_alpha() => {
                original = Some(original_of(&image));
                (3, over(image, background))
            }
            image => (3, image.into_rgb8().into_raw()),
        };
        Ok(Self { width, height, channels, bytes, original })
    }

    /// Its content hash and thumbnail; the hash of a transparent picture does not depend on the background.
    pub fn content(&self) -> Content {
        let content = Content::of(self.raster(), true);
        Content { hash: self.original.unwrap_or(content.hash), ..content }
    }

    pub fn raster(&self) -> Raster<'_> {
        Raster { width: self.width, height: self.height, channels: self.channels, bytes: &self.bytes }
    }
}

fn decode(bytes: &[u8], path: &Path) -> Result<DynamicImage, String> {
    let format = match FileKind::of(&bytes[..bytes.len().min(HEAD)], path) {
        FileKind::Picture(format) => format,
        FileKind::Heic => return heic::decode(bytes),
        FileKind::Empty => return Err("the file is empty".into()),
        other => return Err(format!("it is {other}")),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.decoder());
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    // The decoder fills missing parts of a JPEG with grey.
    if format == PictureFormat::Jpeg && !jpeg_ends(bytes) {
        return Err("the JPEG file is truncated: its end marker is missing".into());
    }
    let orientation = decoder.orientation().map_err(|error| error.to_string())?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Whether an end marker follows the first scan of a JPEG file. Segments before it are skipped, because an embedded
/// thumbnail has an end marker of its own.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xff => at += 1,
            0xda => return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    // An unknown structure: leave it to the decoder.
    true
}

/// Hash of the size and the RGBA bytes of a transparent picture.
fn original_of(image: &DynamicImage) -> ContentHash {
    let mut digest = Sha256::new();
    digest.update(image.width().to_le_bytes());
    digest.update(image.height().to_le_bytes());
    digest.update(image.to_rgba8().as_raw());
    digest.finalize().into()
}

/// Blends with the background b: RGB bytes, each (c·a + b·(255 − a) + 127) / 255.
fn over(image: DynamicImage, background: Background) -> Vec<u8> {
    let behind: u32 = match background {
        Background::White => 255,
        Background::Black => 0,
    };
    let rgba = image.into_rgba8().into_raw();
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        let laid = |value: &u8| (u32::from(*value) * alpha + behind * (255 - alpha) + 127) / 255;
        rgb.extend(pixel[..3].iter().map(|value| laid(value) as u8));
    }
    rgb
}
