//! IDX files, the format of MNIST: a header of big-endian counts, then bytes; plain or in gzip.
//!
//! What a header claims is checked against what the file holds. Memory grows with the bytes that
//! come, not with the claim, and a gzip stream is read no further than the claim.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::decode::MAX_SIDE;
use super::error::DataError;
use super::load::MAX_BYTES;
use super::part::{Item, Part, Store};
use super::source::Found;
use crate::files::{FileError, read_limited};
use crate::spec::MAX_CLASSES;

/// The classes of Fashion-MNIST.
pub(super) const FASHION: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// An images file and its labels file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    images: PathBuf,
    labels: PathBuf,
}

/// The IDX files of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    train: Pair,
    test: Option<Pair>,
    folder: PathBuf,
}

/// The four files of MNIST in `folder`, if the training images are there.
pub(super) fn in_folder(folder: &Path) -> Result<Option<Files>, DataError> {
    let pair = |stem: &str| -> Result<Option<Pair>, DataError> {
        for separator in ["-", "."] {
            for end in ["", ".gz"] {
                let images = folder.join(format!("{stem}-images{separator}idx3-ubyte{end}"));
                if images.is_file() {
                    return pair_of(&images).map(Some);
                }
            }
        }
        Ok(None)
    };
    let Some(train) = pair("train")? else { return Ok(None) };
    Ok(Some(Files { train, test: pair("t10k")?, folder: folder.to_owned() }))
}

/// The images file `images` with its labels.
pub(super) fn single(images: &Path) -> Result<Files, DataError> {
    let folder = images.parent().unwrap_or(Path::new("")).to_owned();
    // A file that is no IDX file says so, rather than that its labels are missing.
    header(&mut open(images)?, &shown(images), IMAGES)?;
    Ok(Files { train: pair_of(images)?, test: None, folder })
}

/// `images` with the labels file that its name implies.
fn pair_of(images: &Path) -> Result<Pair, DataError> {
    let name = images.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned();
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = labels.trim_end_matches(".gz");
    for candidate in [labels.clone(), plain.to_owned(), format!("{plain}.gz")] {
        let path = images.with_file_name(&candidate);
        if candidate != name && path.is_file() {
            return Ok(Pair { images: images.to_owned(), labels: path });
        }
    }
    let problem = if labels == name {
        "the name of an IDX images file must contain \"images\", so that its labels file can be found".to_owned()
    } else {
        format!("its labels file is missing; {labels} should lie beside it")
    };
    Err(DataError::Idx { name: shown(images), problem })
}

impl Files {
    /// The classes: `labels.txt` beside the files, or known by the folder's name, or 0 to the
    /// largest label of the training images.
    ///
    /// # Errors
    /// Where a file cannot be read or names fewer than two classes.
    pub fn class_names(&self) -> Result<Vec<String>, DataError> {
        match self.given_names()? {
            Some(names) => Ok(names),
            None => self.numbered(&read_labels(open(&self.train.labels)?, &shown(&self.train.labels))?),
        }
    }

    fn given_names(&self) -> Result<Option<Vec<String>>, DataError> {
        let path = self.folder.join("labels.txt");
        if path.is_file() {
            let text = read_limited(&path, 1 << 20)?;
            let names = String::from_utf8_lossy(&text).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
            return self.checked(names).map(Some);
        }
        let real = fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let known = real.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("fashion"));
        Ok(known.then(|| FASHION.map(str::to_owned).to_vec()))
    }

    fn numbered(&self, labels: &[u8]) -> Result<Vec<String>, DataError> {
        let largest = labels.iter().copied().max().unwrap_or(0);
        self.checked((0..=largest).map(|label| label.to_string()).collect())
    }

    fn checked(&self, names: Vec<String>) -> Result<Vec<String>, DataError> {
        let path = self.folder.clone();
        match names.len() {
            0 | 1 => Err(DataError::OneClass { path, class: names.into_iter().next().unwrap_or_default() }),
            count if count > MAX_CLASSES as usize => Err(DataError::TooManyClasses { path, count }),
            _ => Ok(names),
        }
    }

    /// Reads all images and labels.
    ///
    /// # Errors
    /// Where a file cannot be read, is damaged, or disagrees with another.
    pub fn read(&self) -> Result<Found, DataError> {
        let labels = self.class_names()?;
        let part = |pair: &Pair, what: &str| {
            let (images, bytes) = (shown(&pair.images), shown(&pair.labels));
            read_part((open(&pair.images)?, &images), (open(&pair.labels)?, &bytes), labels.len(), what)
        };
        Ok(Found {
            train: part(&self.train, "train")?,
            validation: None,
            test: self.test.as_ref().map(|pair| part(pair, "test")).transpose()?,
            labels,
            unreadable: Vec::new(),
            skipped: Vec::new(),
            notes: Vec::new(),
            prefix: String::new(),
            bundled: false,
        })
    }
}

/// Images and labels of one part, from two streams with their names; images are called `what 17`.
pub(super) fn read_part<I: Read, L: Read>(
    images: (I, &str),
    labels: (L, &str),
    classes: usize,
    what: &str,
) -> Result<Part, DataError> {
    let (mut stream, name) = images;
    let counts = header(&mut stream, name, IMAGES)?;
    let problem = |problem: String| DataError::Idx { name: name.to_owned(), problem };
    let (height, width) = (counts[1], counts[2]);
    let channels = counts.get(3).map_or(1, |&channels| channels as usize);
    if !matches!(channels, 1 | 3) {
        return Err(problem(format!("its images have {channels} channels; 1 or 3 would be right")));
    }
    if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
        return Err(problem(format!("its images are {width}×{height} pixels; 1 to {MAX_SIDE} each would be right")));
    }
    let bytes = u128::from(counts[0]) * u128::from(height) * u128::from(width) * channels as u128;
    if bytes > u128::from(MAX_BYTES) {
        return Err(problem(format!(
            "its header claims {} images of {width}×{height} pixels, {bytes} bytes; at most {MAX_BYTES} are read",
            counts[0]
        )));
    }
    let pixels = body(stream, name, bytes as u64)?;
    let (stream, labels_name) = labels;
    let labels = read_labels(stream, labels_name)?;
    if labels.len() != counts[0] as usize {
        return Err(DataError::Idx {
            name: labels_name.to_owned(),
            problem: format!("it has {} labels, but {name} has {} images", labels.len(), counts[0]),
        });
    }
    let mut items = Vec::with_capacity(labels.len());
    for (place, &label) in labels.iter().enumerate() {
        if usize::from(label) >= classes {
            return Err(DataError::Idx {
                name: labels_name.to_owned(),
                problem: format!("label {label} of image {place} is out of range; there are {classes} classes, from 0"),
            });
        }
        items.push(Item { label: u16::from(label), name: format!("{what} {place}"), place });
    }
    Ok(Part { items, store: Store::Rasters { width, height, channels, bytes: pixels } })
}

fn read_labels(mut stream: impl Read, name: &str) -> Result<Vec<u8>, DataError> {
    let counts = header(&mut stream, name, LABELS)?;
    body(stream, name, u64::from(counts[0]))
}

/// Numbers of axes that a file may have, and the magic number to name when it has others.
type Kind = (&'static [u8], &'static str);
const IMAGES: Kind = (&[3, 4], "00 00 08 03 (bytes, images × rows × columns)");
const LABELS: Kind = (&[1], "00 00 08 01 (bytes, one label each)");

/// The counts of a header.
fn header(stream: &mut impl Read, name: &str, (axes, right): Kind) -> Result<Vec<u32>, DataError> {
    let problem = |problem: String| DataError::Idx { name: name.to_owned(), problem };
    let mut word = || -> Result<[u8; 4], DataError> {
        let mut word = [0; 4];
        stream.read_exact(&mut word).map_err(|error| problem(cut_off(&error, "in its header")))?;
        Ok(word)
    };
    let magic = word()?;
    if magic[..3] != [0, 0, 8] || !axes.contains(&magic[3]) {
        let [a, b, c, d] = magic;
        return Err(problem(format!(
            "no IDX file of this kind: it begins with {a:02x} {b:02x} {c:02x} {d:02x}, not {right}"
        )));
    }
    (0..magic[3]).map(|_| word().map(u32::from_be_bytes)).collect()
}

/// The `size` bytes after the header, which must be all there is.
fn body(mut stream: impl Read, name: &str, size: u64) -> Result<Vec<u8>, DataError> {
    let problem = |problem: String| DataError::Idx { name: name.to_owned(), problem };
    let mut bytes = Vec::new();
    let place = |have: usize| format!("after {have} of the {size} bytes that its header claims");
    if let Err(error) = stream.by_ref().take(size).read_to_end(&mut bytes) {
        return Err(problem(cut_off(&error, &place(bytes.len()))));
    }
    if (bytes.len() as u64) < size {
        return Err(problem(format!("it ends {}", place(bytes.len()))));
    }
    match stream.read(&mut [0]) {
        Ok(0) => Ok(bytes),
        Ok(_) => Err(problem(format!("more follows the {size} bytes that its header claims"))),
        Err(error) => Err(problem(cut_off(&error, "at its end"))),
    }
}

fn cut_off(error: &io::Error, place: &str) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("it is cut off {place}"),
        _ => format!("it cannot be read {place}: {error}"),
    }
}

/// The bytes of `path`, unpacked if they are in gzip.
fn open(path: &Path) -> Result<Box<dyn Read>, DataError> {
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

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
