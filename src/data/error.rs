//! Errors of loading a data set or decoding a picture.

use crate::text;
use std::path::PathBuf;

use crate::config::MAX_CLASSES;
use crate::escape::terminal;
use crate::files::FileError;

/// Errors of loading a data set or decoding a picture. Names are escaped for a terminal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file system error.
    #[error(transparent)]
    File(#[from] FileError),
    /// Neither a path nor a bundled data set has this name.
    #[error(
        "data set \"{}\" not found: there is no such file or folder, and the bundled data sets are: {}",
        terminal(name),
        crate::config::BUNDLED.join(", ")
    )]
    Unknown {
        /// The value of `data.source`.
        name: String,
    },
    /// The source is neither a folder nor a regular file.
    #[error(
        "{} is neither a folder nor a regular file; a data set is a folder with one sub-folder per class, or IDX files",
        text::path(path)
    )]
    NoData {
        /// The path.
        path: PathBuf,
    },
    /// No classes were found in the folder.
    #[error(
        "{} has no class folders: a data set is a folder with one sub-folder per class, a table of files and labels, or the IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte{holds}",
        text::path(path)
    )]
    NoClasses {
        /// The folder.
        path: PathBuf,
        /// Its contents by file kind, with a leading "; "; may be empty.
        holds: String,
    },
    /// The source has a validation or test folder, but no training folder.
    #[error(
        "{} has {}, but neither a training folder (train, training or seg_train) nor two class folders",
        text::path(path),
        text::path(part)
    )]
    NoTraining {
        /// The source.
        path: PathBuf,
        /// The validation or test folder.
        part: PathBuf,
    },
    /// Two folders are named after the same split.
    #[error("{} and {} are both {part} folders; keep one of them", text::path(first), text::path(second))]
    TwoFolders {
        /// The split: training, validation or test.
        part: &'static str,
        /// The first folder.
        first: PathBuf,
        /// The second folder.
        second: PathBuf,
    },
    /// Training and test folders lie inside a class folder instead of around the class folders.
    #[error(
        "{} and {} lie inside a class folder; training, validation and test folders must contain the class folders",
        text::path(train),
        text::path(test)
    )]
    PartsInClass {
        /// The training folder.
        train: PathBuf,
        /// Another.
        test: PathBuf,
    },
    /// A table of labels is damaged, or none of the files it lists exists.
    #[error("{}: {}", text::path(path), terminal(problem))]
    Table {
        /// The table.
        path: PathBuf,
        /// A description of the defect.
        problem: String,
    },
    /// A validation or test image belongs to a class without training images.
    #[error("{} belongs to class \"{}\", which has no training images", text::path(path), terminal(class))]
    UnknownLabel {
        /// The image.
        path: PathBuf,
        /// Its class.
        class: String,
    },
    /// The source is an archive.
    #[error("{} is {kind}, not a data set: unpack it and pass the folder", text::path(path))]
    Archive {
        /// The file.
        path: PathBuf,
        /// The kind of archive with its article, for example "a zip archive".
        kind: String,
    },
    /// There is only one class.
    #[error("{} has only one class, \"{}\"; at least two are needed", text::path(path), terminal(class))]
    OneClass {
        /// The source.
        path: PathBuf,
        /// Its class.
        class: String,
    },
    /// There are more classes than the classifier can have outputs.
    #[error("{} has {count} classes; the maximum is {MAX_CLASSES}", text::path(path))]
    TooManyClasses {
        /// The source.
        path: PathBuf,
        /// Number of its classes.
        count: usize,
    },
    /// The validation or test folder has a class folder that the training folder does not have.
    #[error("{} is not a class: the training folder has no sub-folder of this name", text::path(path))]
    UnknownClass {
        /// The folder.
        path: PathBuf,
    },
    /// A class is unknown to the trained network.
    #[error(
        "{} has a class \"{}\" that the network was not trained on; its classes are: {}",
        text::path(path),
        terminal(class),
        terminal(&known.join(", "))
    )]
    NotAmong {
        /// The source.
        path: PathBuf,
        /// Its class.
        class: String,
        /// The classes that the network was trained on.
        known: Vec<String>,
    },
    /// No image could be decoded.
    #[error("{} has no readable images", text::path(path))]
    NothingReadable {
        /// The source.
        path: PathBuf,
    },
    /// A class has no training image that can be decoded.
    #[error("class \"{}\" has no readable training images{}", terminal(class), terminal(reason))]
    EmptyClass {
        /// The class.
        class: String,
        /// The error of its first image, with a leading ": "; may be empty.
        reason: String,
    },
    /// The validation set would be empty.
    #[error(
        "the validation set is empty: each class needs at least two different images, or the source a validation folder"
    )]
    NothingHeldOut,
    /// A file with many images (IDX, CIFAR, npz) is damaged or of another format.
    #[error("{}: {problem}", terminal(name))]
    BinaryFile {
        /// The file.
        name: String,
        /// The defect and the expected value.
        problem: String,
    },
    /// A picture cannot be read or decoded.
    #[error("cannot read the picture {}: {}", text::path(path), terminal(reason))]
    Picture {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The decoded images would take more memory than allowed.
    #[error(
        "{images} images of {image_bytes} bytes take {} MB; the maximum is {} MB: choose a smaller input or fewer images",
        (*images as u64).saturating_mul(*image_bytes as u64) / 1_000_000,
        super::limits::MAX_BYTES / 1_000_000
    )]
    TooLarge {
        /// Number of images.
        images: usize,
        /// Bytes of one image.
        image_bytes: usize,
    },
    /// Loading was cancelled through [`Progress::cancelled`](super::Progress::cancelled).
    #[error("loading was cancelled")]
    Cancelled,
}

impl DataError {
    /// The file or folder that the error is about, if it names one.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::File(error) => Some(&error.path),
            Self::Unknown { name } | Self::BinaryFile { name, .. } => Some(name.as_ref()),
            Self::NoData { path }
            | Self::NoClasses { path, .. }
            | Self::NoTraining { path, .. }
            | Self::TwoFolders { second: path, .. }
            | Self::PartsInClass { test: path, .. }
            | Self::Table { path, .. }
            | Self::UnknownLabel { path, .. }
            | Self::Archive { path, .. }
            | Self::OneClass { path, .. }
            | Self::TooManyClasses { path, .. }
            | Self::UnknownClass { path }
            | Self::NotAmong { path, .. }
            | Self::NothingReadable { path }
            | Self::Picture { path, .. } => Some(path),
            _ => None,
        }
    }
}
