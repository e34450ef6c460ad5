//! Whole ways through the module, from files on a disk to a data set.

mod decoding;
mod held_out;
mod hostile;
mod layouts;
mod packed;
mod photographs;
mod sources;
mod tables;

use std::io::{Cursor, Write as _};
use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::*;
use crate::config::{Data, Input};

const GREY: Input = Input { height: 8, width: 8, channels: 1 };

/// A picture whose pixels depend on `seed`, smooth enough for JPEG.
fn picture(width: u32, height: u32, seed: u32) -> DynamicImage {
    let level = |a: u32, b: u32| ((a * 7 + b * 3 + seed * 37) % 256) as u8;
    RgbImage::from_fn(width, height, |x, y| Rgb([level(x, y), level(y, x), level(x + y, seed)])).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Writes `bytes` to `path` below `folder`, making the folders on the way.
fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// `count` PNG files of 8×8 in the class folder `class`, all different while `first` differs.
fn put_class(folder: &Path, class: &str, count: u32, first: u32) {
    for i in 0..count {
        put(folder, &format!("{class}/{i:03}.png"), &encoded(&picture(8, 8, first + i), ImageFormat::Png));
    }
}

fn data(source: &Path) -> Data {
    Data { source: source.to_str().unwrap().to_owned(), ..Data::default() }
}

fn loaded(source: &Path) -> Result<Dataset, DataError> {
    load(&data(source), GREY, None, &NoProgress)
}

/// The message of the error of loading `source`.
fn refusal(source: &Path) -> String {
    loaded(source).expect_err("a bad source").to_string()
}

/// An IDX file of these counts and bytes.
fn idx(counts: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, counts.len() as u8];
    file.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    file.extend(bytes);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `count` different images of 4×4, of classes 0, 1, 2, 0, …
fn idx_pair(count: u32) -> (Vec<u8>, Vec<u8>) {
    let pixels: Vec<u8> = (0..count * 16).map(|i| (i * 31 + i / 16 * 5) as u8).collect();
    let labels: Vec<u8> = (0..count).map(|i| (i % 3) as u8).collect();
    (idx(&[count, 4, 4], &pixels), idx(&[count], &labels))
}

/// `count` different PNG files `<folder>/<stem>N.png`, which begin with picture `first`.
fn put_files(top: &Path, stem: &str, count: u32, first: u32) {
    for i in 0..count {
        put(top, &format!("{stem}{i}.png"), &encoded(&picture(8, 8, first + i), ImageFormat::Png));
    }
}

/// A source created by `make`.
fn source(make: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    folder
}

/// Its classes, and the numbers of images for training and validation together, and for testing.
fn understood(folder: &Path) -> (Vec<String>, usize, usize, String) {
    let names = class_names(folder.to_str().unwrap()).unwrap();
    let set = loaded(folder).unwrap();
    assert_eq!(names, set.labels);
    let test = set.test.as_ref().map_or(0, Images::len);
    (set.labels, set.train.len() + set.validation.len(), test, set.check.details().join("\n"))
}
