//! CIFAR-10 and CIFAR-100, binary version: records of labels and 32×32 pixels, plane by plane.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::found::SourceContents;
use super::numbered::{self, listed};
use super::raw_split::{RawSplit, interleaved};
use super::tree::{SourcePath, list};
use crate::data::error::DataError;
use crate::data::limits::check_shape;
use crate::files::FileError;

/// Rows and columns.
const SIDE: u32 = 32;
/// Bytes of an image.
const IMAGE: usize = 3 * 32 * 32;
/// The classes of CIFAR-10, used without `batches.meta.txt`.
const TEN: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// The files of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CifarFiles {
    train: Vec<PathBuf>,
    test: Option<PathBuf>,
    /// Label bytes of a record, before the pixels; the last one is the label.
    labels: usize,
    folder: PathBuf,
}

/// The data set in `folder`, if there is one.
///
/// # Errors
/// If the folder cannot be read, or holds the version for Python.
pub(crate) fn in_folder(folder: &Path) -> Result<Option<CifarFiles>, DataError> {
    let files: Vec<PathBuf> = list(&SourcePath::top(folder))?.files.into_iter().map(|file| file.path).collect();
    let named = |wanted: &dyn Fn(&str) -> bool| {
        let is_wanted = |path: &&PathBuf| path.file_name().is_some_and(|name| wanted(&name.to_string_lossy()));
        files.iter().filter(is_wanted).cloned().collect::<Vec<PathBuf>>()
    };
    let is_batch = |name: &str, end: &str| {
        let number = name.strip_prefix("data_batch_").and_then(|rest| rest.strip_suffix(end));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let train = named(&|name| is_batch(name, ".bin"));
    let test = |wanted: &str| named(&|name| name == wanted).pop();
    let folder = folder.to_owned();
    if !train.is_empty() {
        return Ok(Some(CifarFiles { train, test: test("test_batch.bin"), labels: 1, folder }));
    }
    if let (Some(train), true) = (test("train.bin"), folder.join("fine_label_names.txt").is_file()) {
        return Ok(Some(CifarFiles { train: vec![train], test: test("test.bin"), labels: 2, folder }));
    }
    match named(&|name| is_batch(name, "")).first() {
        Some(python) => Err(DataError::BinaryFile {
            name: python.to_string_lossy().into_owned(),
            problem: "the Python version of CIFAR is not supported; use the binary version, data_batch_1.bin".into(),
        }),
        None => Ok(None),
    }
}

impl CifarFiles {
    /// Class names: from the file of the data set, or those of CIFAR-10.
    ///
    /// # Errors
    /// If that file cannot be read or names fewer than two.
    pub fn class_names(&self) -> Result<Vec<String>, DataError> {
        let file = if self.labels == 1 { "batches.meta.txt" } else { "fine_label_names.txt" };
        let names = listed(&self.folder.join(file))?.unwrap_or_else(|| TEN.map(str::to_owned).to_vec());
        numbered::checked(names, &self.folder)
    }

    /// Reads all images and labels.
    ///
    /// # Errors
    /// If a file cannot be read, or is no sequence of whole records with labels of known classes.
    pub fn read(&self) -> Result<SourceContents, DataError> {
        let names = self.class_names()?;
        let part = |paths: &[PathBuf], what| -> Result<RawSplit, DataError> {
            let (mut labels, mut pixels) = (Vec::new(), Vec::new());
            for path in paths {
                self.records(path, names.len(), &mut labels, &mut pixels)?;
            }
            Ok(RawSplit::of_rasters(what, labels, (SIDE, SIDE, 3), interleaved(&pixels, 3, IMAGE / 3)))
        };
        let test = self.test.as_ref().map(|path| part(std::slice::from_ref(path), "test")).transpose()?;
        let train = part(&self.train, "train")?;
        Ok(SourceContents { test, ..SourceContents::of(names, train) })
    }

    fn records(
        &self,
        path: &Path,
        classes: usize,
        labels: &mut Vec<u16>,
        pixels: &mut Vec<u8>,
    ) -> Result<(), DataError> {
        let problem = |problem| DataError::BinaryFile { name: path.to_string_lossy().into_owned(), problem };
        let failed = |error| FileError::of("read", path)(error);
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(|error| FileError::of("read", path)(error))?.len();
        let record = self.labels + IMAGE;
        let count = bytes / record as u64;
        if bytes % record as u64 != 0 {
            return Err(problem(format!(
                "its size is {bytes} bytes, not a multiple of the record size, {record} bytes"
            )));
        }
        let side = u64::from(SIDE);
        check_shape([labels.len() as u64 + count, side, side, 3]).map_err(problem)?;
        let mut reader = BufReader::new(file);
        let mut head = vec![0; self.labels];
        for place in 0..count {
            let at = pixels.len();
            pixels.resize(at + IMAGE, 0);
            let read = reader.read_exact(&mut head).and_then(|()| reader.read_exact(&mut pixels[at..]));
            read.map_err(|error| FileError::of("read", path)(error))?;
            let label = head[self.labels - 1];
            if usize::from(label) >= classes {
                return Err(problem(format!(
                    "label {label} of image {place} is out of range; there are {classes} classes"
                )));
            }
            labels.push(u16::from(label));
        }
        Ok(())
    }
}
