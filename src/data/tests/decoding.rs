//! Formats, orientation, colour and framing of single pictures.

use image::{GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::config::{Background, Resize};

const RGB: Input = Input { channels: 3, ..GREY };

/// `bytes` as a file with the extension `extension`, decoded.
fn decoded(bytes: &[u8], extension: &str, input: Input, resize: Resize) -> Result<Vec<u8>, DataError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("picture.{extension}"));
    std::fs::write(&path, bytes).unwrap();
    load_image(&path, input, resize, Background::default())
}

#[test]
fn every_lossless_format_gives_the_same_bytes_and_jpeg_nearly() {
    let image = picture(8, 8, 1);
    let exact = image.to_rgb8().into_raw();
    for (format, extension) in [
        (ImageFormat::Png, "png"),
        (ImageFormat::Bmp, "bmp"),
        (ImageFormat::WebP, "webp"),
        (ImageFormat::Pnm, "ppm"),
        (ImageFormat::Tiff, "tif"),
    ] {
        assert_eq!(decoded(&encoded(&image, format), extension, RGB, Resize::Fit).unwrap(), exact, "{extension}");
    }
    for (format, extension) in [(ImageFormat::Jpeg, "jpg"), (ImageFormat::Gif, "gif")] {
        let smooth = RgbImage::from_fn(8, 8, |x, _| Rgb([x as u8 * 8 + 60; 3])).into();
        let close = decoded(&encoded(&smooth, format), extension, RGB, Resize::Fit).unwrap();
        let off = close.iter().zip(smooth.as_bytes()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(8), "{extension}: {off:?}");
    }
}

#[test]
fn content_counts_more_than_the_extension() {
    let png = encoded(&picture(8, 8, 1), ImageFormat::Png);
    let straight = decoded(&png, "png", RGB, Resize::Fit).unwrap();
    for extension in ["jpg", "heic", "txt", ""] {
        assert_eq!(decoded(&png, extension, RGB, Resize::Fit).unwrap(), straight, "{extension}");
    }
}

/// Red 5x, green 7y and blue 128 at column x and row y, 48×32; written by libheif 1.23 with x265.
const HEIC: &[u8] = include_bytes!("gradient.heic");

#[test]
fn heic_pictures_are_read() {
    let pixels = decoded(HEIC, "heic", Input { height: 32, width: 48, channels: 3 }, Resize::Fit).unwrap();
    for (place, pixel) in pixels.chunks_exact(3).enumerate() {
        let wanted = [place % 48 * 5, place / 48 * 7, 128];
        assert!(pixel.iter().zip(wanted).all(|(a, b)| usize::from(*a).abs_diff(b) <= 10), "{place}: {pixel:?}");
    }
    let error = decoded(&HEIC[..600], "heic", RGB, Resize::Fit).unwrap_err().to_string();
    assert!(error.contains("the HEIC file"), "{error}");
}

#[test]
fn what_is_transparent_lies_on_the_background() {
    let image = RgbaImage::from_fn(8, 8, |x, _| Rgba([0, 0, 0, if x < 4 { 255 } else { 51 }]));
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "x.png", &encoded(&image.into(), ImageFormat::Png));
    let row =
        |background| load_image(&folder.path().join("x.png"), GREY, Resize::Pad, background).unwrap()[..8].to_vec();
    assert_eq!(row(Background::White), [0, 0, 0, 0, 204, 204, 204, 204]);
    assert_eq!(row(Background::Black), [0; 8]);
    assert_eq!(Background::default(), Background::White);
}

#[test]
fn colour_becomes_luma_before_it_is_resized() {
    let image = RgbImage::from_fn(16, 8, |x, _| if x % 2 == 0 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
    let png = encoded(&image.into(), ImageFormat::Png);
    // Luma 76 and 29, of which the mean is 52.5, rounded up; the mean colour's luma would be 53 too
    // for (128, 0, 128), but 127.5 twice is not a byte.
    assert_eq!(decoded(&png, "png", GREY, Resize::Fit).unwrap(), vec![53; 64]);
}

#[test]
fn grey_16_bit_and_transparent_pictures_become_bytes() {
    let grey = GrayImage::from_fn(8, 8, |x, y| Luma([(x * 30 + y) as u8]));
    let bytes = encoded(&grey.clone().into(), ImageFormat::Png);
    assert_eq!(decoded(&bytes, "png", GREY, Resize::Fit).unwrap(), grey.clone().into_raw());
    let triple: Vec<u8> = grey.iter().flat_map(|&value| [value; 3]).collect();
    assert_eq!(decoded(&bytes, "png", RGB, Resize::Fit).unwrap(), triple);

    let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_fn(8, 8, |x, y| Luma([(x * 30 + y) as u16 * 257]));
    let bytes = encoded(&deep.into(), ImageFormat::Png);
    assert_eq!(decoded(&bytes, "png", GREY, Resize::Fit).unwrap(), grey.into_raw());

    // 200 · 128/255 + 255 · 127/255, and so on.
    let clear = RgbaImage::from_pixel(8, 8, Rgba([200, 100, 255, 128]));
    let bytes = encoded(&clear.into(), ImageFormat::Png);
    assert_eq!(decoded(&bytes, "png", RGB, Resize::Fit).unwrap()[..3], [227, 177, 255]);
}

#[test]
fn crop_takes_the_middle_and_pad_adds_black_bars() {
    // Columns 0 to 15 of a picture twice as wide as high.
    let wide = GrayImage::from_fn(16, 8, |x, _| Luma([x as u8 * 10 + 5]));
    let bytes = encoded(&wide.into(), ImageFormat::Png);
    let crop = decoded(&bytes, "png", GREY, Resize::Crop).unwrap();
    assert_eq!(crop[..8], [45, 55, 65, 75, 85, 95, 105, 115]);
    let fit = decoded(&bytes, "png", GREY, Resize::Fit).unwrap();
    assert_eq!(fit[..8], [10, 30, 50, 70, 90, 110, 130, 150]);
    let pad = decoded(&bytes, "png", GREY, Resize::Pad).unwrap();
    assert!(pad[..16].iter().chain(&pad[48..]).all(|&byte| byte == 0));
    for row in pad[16..48].chunks(8) {
        assert_eq!(row, &fit[..8]);
    }
}

/// A JPEG file with an EXIF segment that says `orientation`.
fn oriented(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut file = vec![0xff, 0xd8, 0xff, 0xe1];
    file.extend((exif.len() as u16 + 2).to_be_bytes());
    file.extend(exif);
    file.extend(&jpeg[2..]);
    file
}

#[test]
fn all_eight_exif_orientations_turn_the_picture_upright() {
    // Quarters of four greys, 16×8: 40 top left, 90 top right, 150 bottom left, 220 bottom right.
    let quarters = GrayImage::from_fn(16, 8, |x, y| {
        Luma([match (x < 8, y < 4) {
            (true, true) => 40,
            (false, true) => 90,
            (true, false) => 150,
            (false, false) => 220,
        }])
    });
    let jpeg = encoded(&quarters.into(), ImageFormat::Jpeg);
    // Corners as they must lie afterwards, from the EXIF definition of where row 0 and column 0 are.
    let upright = [
        [40, 90, 150, 220],
        [90, 40, 220, 150],
        [220, 150, 90, 40],
        [150, 220, 40, 90],
        [40, 150, 90, 220],
        [150, 40, 220, 90],
        [220, 90, 150, 40],
        [90, 220, 40, 150],
    ];
    for (i, corners) in upright.into_iter().enumerate() {
        let file = oriented(&jpeg, i as u8 + 1);
        // Padding shows which side is the long one.
        let pixels = decoded(&file, "jpg", GREY, Resize::Pad).unwrap();
        let tall = i >= 4;
        let places = if tall { [2, 5, 58, 61] } else { [16, 23, 40, 47] };
        for (place, corner) in places.into_iter().zip(corners) {
            assert!(pixels[place].abs_diff(corner) < 12, "orientation {}: {pixels:?}", i + 1);
        }
        assert_eq!(pixels[if tall { 32 } else { 3 }], 0, "orientation {}", i + 1);
    }
}

#[test]
fn a_jpeg_that_is_cut_off_is_not_filled_up_with_grey() {
    let jpeg = oriented(&encoded(&picture(64, 64, 3), ImageFormat::Jpeg), 1);
    assert!(decoded(&jpeg, "jpg", GREY, Resize::Fit).is_ok());
    let error = decoded(&jpeg[..jpeg.len() - 20], "jpg", GREY, Resize::Fit).unwrap_err().to_string();
    assert!(error.contains("truncated"), "{error}");
}

#[test]
fn a_huge_picture_is_refused_by_its_header() {
    // 30,000×30,000, grey, without the pixels: only the header may be looked at.
    let mut png = encoded(&GrayImage::new(1, 1).into(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let error = decoded(&png, "png", GREY, Resize::Fit).unwrap_err().to_string();
    assert!(error.contains("30000×30000"), "{error}");
    let error = decoded(b"P5\n30000 30000\n255\n", "pgm", GREY, Resize::Fit).unwrap_err().to_string();
    assert!(error.contains("30000×30000"), "{error}");
}

#[test]
fn what_is_no_picture_is_an_error_that_names_it() {
    for (bytes, extension) in [(&b""[..], "png"), (b"hello", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF89a", "gif")]
    {
        let error = decoded(bytes, extension, GREY, Resize::Crop).unwrap_err().to_string();
        assert!(error.contains(&format!("picture.{extension}")), "{error}");
    }
    assert!(load_image(Path::new("/nowhere/x.png"), GREY, Resize::Crop, Background::default()).is_err());
    assert!(load_image(Path::new("/dev/zero"), GREY, Resize::Crop, Background::default()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn damaged_pictures_never_panic(
        which in 0_usize..8, cut in 0_usize..2000,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let formats = [
            (ImageFormat::Png, "png"), (ImageFormat::Jpeg, "jpg"), (ImageFormat::Gif, "gif"),
            (ImageFormat::Bmp, "bmp"), (ImageFormat::WebP, "webp"), (ImageFormat::Pnm, "ppm"),
            (ImageFormat::Tiff, "tif"), (ImageFormat::Avif, "heic"),
        ];
        let (format, extension) = formats[which];
        let heic = format == ImageFormat::Avif;
        let mut bytes = if heic { HEIC.to_vec() } else { encoded(&picture(19, 13, 5), format) };
        if format == ImageFormat::Jpeg {
            bytes = oriented(&bytes, 6);
        }
        if cut < bytes.len() {
            bytes.truncate(cut.max(1));
        }
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(pixels) = decoded(&bytes, extension, RGB, Resize::Crop) {
            prop_assert_eq!(pixels.len(), 192);
        }
    }
}
