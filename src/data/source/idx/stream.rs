//! Reading one IDX file.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::super::raw_split::RawSplit;
use crate::data::error::DataError;
use crate::data::limits::check_shape;
use crate::files::FileError;

/// Reads images and labels of one split from two streams with their names; images are named `what 17`. The labels of
/// the `classes` classes begin at `first`.
pub(crate) fn read_part<I: Read, L: Read>(
    images: (I, &str),
    labels: (L, &str),
    classes: usize,
    first: u8,
    what: &str,
) -> Result<RawSplit, DataError> {
    let (mut stream, name) = images;
    let counts = header(&mut stream, name, IMAGES)?;
    let problem = |problem: String| DataError::BinaryFile { name: name.to_owned(), problem };
    let (height, width) = (counts[1], counts[2]);
    let channels = counts.get(3).copied().unwrap_or(1);
    let bytes = check_shape([counts[0], height, width, channels].map(u64::from)).map_err(problem)?;
    let pixels = body(stream, name, bytes)?;
    let (stream, labels_name) = labels;
    let labels = read_labels(stream, labels_name)?;
    if labels.len() != counts[0] as usize {
        return Err(DataError::BinaryFile {
            name: labels_name.to_owned(),
            problem: format!("it has {} labels, but {name} has {} images", labels.len(), counts[0]),
        });
    }
    let mut of_images = Vec::with_capacity(labels.len());
    for (place, &label) in labels.iter().enumerate() {
        match label.checked_sub(first) {
            Some(class) if usize::from(class) < classes => of_images.push(u16::from(class)),
            _ => {
                return Err(DataError::BinaryFile {
                    name: labels_name.to_owned(),
                    problem: format!(
                        "label {label} of image {place} is out of range; there are {classes} classes, from {first}"
                    ),
                });
            }
        }
    }
    Ok(RawSplit::of_rasters(what, of_images, (width, height, channels as usize), pixels))
}

pub(crate) fn read_labels(mut stream: impl Read, name: &str) -> Result<Vec<u8>, DataError> {
    let counts = header(&mut stream, name, LABELS)?;
    body(stream, name, u64::from(counts[0]))
}

/// Allowed numbers of axes of a file, and the expected magic number for messages.
pub(crate) type IdxKind = (&'static [u8], &'static str);
pub(crate) const IMAGES: IdxKind = (&[3, 4], "00 00 08 03 (bytes, images × rows × columns)");
const LABELS: IdxKind = (&[1], "00 00 08 01 (bytes, one label each)");

/// The counts of a header.
pub(crate) fn header(stream: &mut impl Read, name: &str, (axes, right): IdxKind) -> Result<Vec<u32>, DataError> {
    let problem = |problem: String| DataError::BinaryFile { name: name.to_owned(), problem };
    let mut word = || -> Result<[u8; 4], DataError> {
        let mut word = [0; 4];
        stream.read_exact(&mut word).map_err(|error| problem(cut_off(&error, "in its header")))?;
        Ok(word)
    };
    let magic = word()?;
    if magic[..3] != [0, 0, 8] || !axes.contains(&magic[3]) {
        let [a, b, c, d] = magic;
        return Err(problem(format!(
            "not an IDX file of this kind: it begins with {a:02x} {b:02x} {c:02x} {d:02x}, not {right}"
        )));
    }
    (0..magic[3]).map(|_| word().map(u32::from_be_bytes)).collect()
}

/// Reads the `size` bytes after the header, which must be all that is left.
fn body(mut stream: impl Read, name: &str, size: u64) -> Result<Vec<u8>, DataError> {
    let problem = |problem: String| DataError::BinaryFile { name: name.to_owned(), problem };
    let mut bytes = Vec::new();
    let place = |have: usize| format!("after {have} of the {size} bytes that its header declares");
    if let Err(error) = stream.by_ref().take(size).read_to_end(&mut bytes) {
        return Err(problem(cut_off(&error, &place(bytes.len()))));
    }
    if (bytes.len() as u64) < size {
        return Err(problem(format!("it ends {}", place(bytes.len()))));
    }
    match stream.read(&mut [0]) {
        Ok(0) => Ok(bytes),
        Ok(_) => Err(problem(format!("there is more data after the {size} bytes that its header declares"))),
        Err(error) => Err(problem(cut_off(&error, "at its end"))),
    }
}

fn cut_off(error: &io::Error, place: &str) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("it is truncated {place}"),
        _ => format!("it cannot be read {place}: {error}"),
    }
}

/// Opens `path`, decompressed if it is in gzip.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, DataError> {
    let failed = FileError::of("read", path);
    let opened = || -> io::Result<Box<dyn Read>> {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        unpacked(BufReader::new(File::open(path)?))
    };
    Ok(opened().map_err(failed)?)
}

fn unpacked<R: io::BufRead + 'static>(mut stream: R) -> io::Result<Box<dyn Read>> {
    let gzip = stream.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if gzip { Box::new(MultiGzDecoder::new(stream)) } else { Box::new(stream) })
}

pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
