//! Images and labels in NumPy arrays: an npz file, or `x_train.npy` and `y_train.npy` in a folder.
//!
//! Memory grows with the bytes that are read, not with the size that a header declares.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::found::SourceContents;
use super::name::Split;
use super::npy::{self, Header, Integer};
use super::numbered::{self, NumberedClasses};
use super::raw_split::{RawSplit, interleaved};
use super::tree::{SourcePath, list};
use crate::data::error::DataError;
use crate::data::limits::check_shape;
use crate::files::FileError;

/// Array names of images and labels: those of Keras, of MedMNIST and others; `{}` is the split.
const NAMES: [(&str, &str); 5] = [
    ("x_{}", "y_{}"),
    ("{}_images", "{}_labels"),
    ("{}_x", "{}_y"),
    ("{}_data", "{}_labels"),
    ("{}_set_x", "{}_set_y"),
];
/// Array names in files without splits.
const ALONE: [(&str, &str); 3] = [("images", "labels"), ("x", "y"), ("data", "labels")];
/// Names of the splits in array names.
const PARTS: [&[&str]; 3] = [&["train"], &["val", "valid", "validation"], &["test"]];

/// Arrays with images and labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumpyArrays {
    /// An npz file, or a folder of npy files.
    path: PathBuf,
    /// Array names of images and labels, by split.
    parts: [Option<(String, String)>; 3],
}

/// The arrays in `folder`: its only npz file, or npy files. `None` if it has sub-folders.
///
/// # Errors
/// If the folder cannot be read, or there are several npz files.
pub(crate) fn in_folder(folder: &Path) -> Result<Option<NumpyArrays>, DataError> {
    let listing = list(&SourcePath::top(folder))?;
    if !listing.folders.is_empty() {
        return Ok(None);
    }
    let files: Vec<&SourcePath> = listing.files.iter().filter(|file| file.ends_in("npz")).collect();
    match files[..] {
        [] => {
            let stem = |file: &SourcePath| file.last().strip_suffix(".npy").map(str::to_owned);
            let parts = parts(&listing.files.iter().filter_map(stem).collect::<Vec<_>>());
            Ok(parts[0].is_some().then(|| NumpyArrays { path: folder.to_owned(), parts }))
        }
        [file] => single(&file.path).map(Some),
        _ => {
            let names: Vec<&str> = files.iter().map(|file| file.last()).collect();
            let problem = format!("it contains {} npz files; pass one of them: {}", files.len(), names.join(", "));
            Err(DataError::BinaryFile { name: folder.to_string_lossy().into_owned(), problem })
        }
    }
}

/// The arrays in the npz file `path`.
///
/// # Errors
/// If it cannot be read, or has no array of training images.
pub(crate) fn single(path: &Path) -> Result<NumpyArrays, DataError> {
    let archive = archive(path)?;
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(|name| name.trim_end_matches(".npy").to_owned()).collect();
    let parts = parts(&names);
    if parts[0].is_none() {
        let mut names = names;
        names.sort();
        names.truncate(8);
        let problem =
            format!("expected x_train and y_train, uint8 images and their labels; it has: {}", names.join(", "));
        return Err(DataError::BinaryFile { name: path.to_string_lossy().into_owned(), problem });
    }
    Ok(NumpyArrays { path: path.to_owned(), parts })
}

fn archive(path: &Path) -> Result<ZipArchive<BufReader<File>>, DataError> {
    let file = File::open(path).map_err(FileError::of("read", path))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| DataError::BinaryFile {
        name: path.to_string_lossy().into_owned(),
        problem: format!("not a readable npz file: {error}"),
    })
}

/// The arrays of each split among `names`.
fn parts(names: &[String]) -> [Option<(String, String)>; 3] {
    let find = |name: &str| names.iter().find(|other| other.eq_ignore_ascii_case(name)).cloned();
    let pair = |(images, labels): &(&str, &str), part: &str| {
        Some((find(&images.replace("{}", part))?, find(&labels.replace("{}", part))?))
    };
    let part = |words: &[&str]| words.iter().find_map(|word| NAMES.iter().find_map(|names| pair(names, word)));
    let mut found = PARTS.map(part);
    if found[0].is_none() {
        found[0] = ALONE.iter().find_map(|names| pair(names, ""));
    }
    found
}

impl NumpyArrays {
    /// Class names: from `labels.txt` next to the arrays, or numbers up to the largest training label.
    ///
    /// # Errors
    /// If the labels cannot be read, or are of fewer than two classes.
    pub fn class_names(&self) -> Result<Vec<String>, DataError> {
        self.classes().map(|classes| classes.names)
    }

    fn classes(&self) -> Result<NumberedClasses, DataError> {
        let folder = if self.path.is_dir() { &self.path } else { self.path.parent().unwrap_or(Path::new("")) };
        let Some((_, labels)) = &self.parts[0] else {
            return NumberedClasses::of(std::iter::empty(), None, &self.path);
        };
        NumberedClasses::of(self.labels(labels)?.into_iter(), numbered::given(folder)?, &self.path)
    }

    /// Reads all images and labels.
    ///
    /// # Errors
    /// If an array is damaged, of another type or shape than images or labels have, or has labels
    /// that training has not.
    pub fn read(&self) -> Result<SourceContents, DataError> {
        let classes = self.classes()?;
        let part = |split: Split| {
            let names = self.parts[split as usize].as_ref();
            let what = ["train", "validation", "test"][split as usize];
            names.map(|(images, labels)| self.part(images, labels, &classes, what)).transpose()
        };
        let train =
            part(Split::Train)?.unwrap_or_else(|| RawSplit::of_rasters("train", Vec::new(), (1, 1, 1), Vec::new()));
        let (validation, test) = (part(Split::Validation)?, part(Split::Test)?);
        Ok(SourceContents { validation, test, ..SourceContents::of(classes.names, train) })
    }

    fn part(&self, images: &str, labels: &str, classes: &NumberedClasses, what: &str) -> Result<RawSplit, DataError> {
        let (size, pixels) = self.with(images, |header, stream| images_of(header, stream))?;
        let bytes = size.0 as usize * size.1 as usize * size.2;
        let count = pixels.len() / bytes.max(1);
        let values = self.labels(labels)?;
        if values.len() != count {
            return Err(
                self.problem(labels, &format!("it has {} labels, but {images} has {count} images", values.len()))
            );
        }
        let class = |(place, label): (usize, u64)| {
            let (count, first) = (classes.names.len(), classes.first);
            classes.class(label).ok_or_else(|| {
                let range = format!("there are {count} classes, from {first}");
                self.problem(labels, &format!("label {label} of image {place} is out of range; {range}"))
            })
        };
        let of_images = values.into_iter().enumerate().map(class).collect::<Result<Vec<_>, _>>()?;
        Ok(RawSplit::of_rasters(what, of_images, size, pixels))
    }

    fn labels(&self, name: &str) -> Result<Vec<u64>, DataError> {
        self.with(name, |header, stream| labels_of(header, stream))
    }

    fn problem(&self, array: &str, problem: &str) -> DataError {
        DataError::BinaryFile { name: format!("{}: {array}", self.path.to_string_lossy()), problem: problem.to_owned() }
    }

    /// Applies `read` to the array `name`.
    fn with<T>(&self, name: &str, read: impl Fn(&Header, &mut dyn Read) -> Result<T, String>) -> Result<T, DataError> {
        let whole = |mut stream: &mut dyn Read| {
            let header = npy::header(&mut stream)?;
            if header.fortran_order && header.shape.len() > 1 {
                return Err("it is in Fortran order; np.ascontiguousarray makes it readable".to_owned());
            }
            read(&header, stream)
        };
        let result = if self.path.is_dir() {
            let path = self.path.join(format!("{name}.npy"));
            whole(&mut BufReader::new(File::open(&path).map_err(FileError::of("read", &path))?))
        } else {
            let mut archive = archive(&self.path)?;
            let entry = archive.by_name(&format!("{name}.npy")).map_err(|error| error.to_string());
            entry.and_then(|mut entry| whole(&mut entry))
        };
        result.map_err(|problem| self.problem(name, &problem))
    }
}

/// Width, height and channels.
type Size = (u32, u32, usize);

/// The size and the pixels of all images.
fn images_of(header: &Header, stream: &mut dyn Read) -> Result<(Size, Vec<u8>), String> {
    if header.descr.trim_start_matches(['|', '<', '>', '=']) != "u1" {
        return Err(format!("its type is {}; images must be uint8, 0 to 255", header.descr));
    }
    let (shape, planes) = match header.shape[..] {
        [count, height, width] => ([count, height, width, 1], false),
        [count, height, width, channels @ (1 | 3)] => ([count, height, width, channels], false),
        [count, channels @ (1 | 3), height, width] => ([count, height, width, channels], true),
        _ => {
            let axes: Vec<String> = header.shape.iter().map(u64::to_string).collect();
            let right = "images × height × width, optionally × 1 or 3 channels";
            return Err(format!("its shape is {}; expected {right}", axes.join("×")));
        }
    };
    let bytes = check_shape(shape)?;
    let pixels = elements(stream, bytes)?;
    let [_, height, width, channels] = shape;
    let pixels = if planes { interleaved(&pixels, channels as usize, (height * width) as usize) } else { pixels };
    Ok(((width as u32, height as u32, channels as usize), pixels))
}

fn labels_of(header: &Header, stream: &mut dyn Read) -> Result<Vec<u64>, String> {
    let integer =
        Integer::of(&header.descr).ok_or_else(|| format!("its type is {}; labels must be integers", header.descr))?;
    let ([count] | [count, 1]) = header.shape[..] else {
        let axes: Vec<String> = header.shape.iter().map(u64::to_string).collect();
        return Err(format!("its shape is {}; expected one label per image", axes.join("×")));
    };
    let bytes = check_shape([count, 1, integer.bytes as u64, 1])?;
    let values = elements(stream, bytes)?;
    let value = |element| integer.value(element).ok_or_else(|| "it has negative labels".to_owned());
    values.chunks_exact(integer.bytes).map(value).collect()
}

/// The `bytes` bytes of an array's elements, which must be all there is.
fn elements(stream: &mut dyn Read, bytes: u64) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let read = stream.take(bytes + 1).read_to_end(&mut out);
    read.map_err(|error| format!("it cannot be read after {} of {bytes} bytes: {error}", out.len()))?;
    match (out.len() as u64).cmp(&bytes) {
        std::cmp::Ordering::Equal => Ok(out),
        std::cmp::Ordering::Less => {
            Err(format!("it ends after {} of the {bytes} bytes that its header declares", out.len()))
        }
        std::cmp::Ordering::Greater => {
            Err(format!("there is more data after the {bytes} bytes that its header declares"))
        }
    }
}
