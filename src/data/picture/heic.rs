//! Decoding HEIC pictures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, RgbImage, RgbaImage};

use crate::data::limits::check_size;

/// Decodes `bytes`, rotated and cropped as the file specifies.
///
/// # Errors
/// If it is damaged, of an unsupported kind, or larger than allowed; a picture that is too large is not decoded.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    // The decoder should return errors instead of panicking; a hostile file must not end the program if it panics
    // anyway.
    catch_unwind(AssertUnwindSafe(|| decoded(bytes)))
        .unwrap_or_else(|_| Err("the HEIC file is damaged, convert it to JPEG or PNG".into()))
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let failed =
        |error: heic_decoder::HeifError| format!("the HEIC file cannot be decoded, convert it to JPEG or PNG: {error}");
    let info = heic_decoder::probe(bytes).map_err(failed)?;
    for (width, height) in [(info.coded_width, info.coded_height), (info.width, info.height)] {
        check_size(side(width), side(height))?;
    }
    let picture = heic_decoder::decode(bytes).map_err(failed)?;
    let (width, height) = (side(picture.width), side(picture.height));
    let image = if picture.alpha.is_some() {
        let mut image = picture.to_rgba8().map_err(failed)?;
        if image.premultiplied {
            image.data.chunks_exact_mut(4).for_each(|pixel| {
                let alpha = u32::from(pixel[3]).max(1);
                pixel[..3].iter_mut().for_each(|value| *value = (u32::from(*value) * 255 / alpha).min(255) as u8);
            });
        }
        RgbaImage::from_raw(width, height, image.data).map(DynamicImage::from)
    } else {
        let image = picture.to_rgb8().map_err(failed)?;
        RgbImage::from_raw(width, height, image.data).map(DynamicImage::from)
    };
    image.ok_or_else(|| "the HEIC file is damaged: its size is not that of its pixels".into())
}

fn side(pixels: usize) -> u32 {
    u32::try_from(pixels).unwrap_or(u32::MAX)
}
