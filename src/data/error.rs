//! Why a data set or a picture cannot be had.

use crate::text;
use std::path::PathBuf;

use crate::config::MAX_CLASSES;
use crate::escape::terminal;
use crate::files::FileError;

/// Why a data set or a picture cannot be had. Names from outside are escaped for a terminal.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// No such data.
    #[error(
        "there is no data set \"{}\": it is no file or folder, and the bundled sets are: {}",
        terminal(name),
        crate::config::BUNDLED.join(", ")
    )]
    Unknown {
        /// The source as given.
        name: String,
    },
    /// A source that is neither folder nor regular file.
    #[error(
        "{} is neither a folder nor a regular file; a data set is a folder with one sub-folder per class, or IDX files",
        text::path(path)
    )]
    NoData {
        /// What was given.
        path: PathBuf,
    },
    /// A folder without classes.
    #[error(
        "{} has no sub-folders with classes: it needs one for each class, a table of files and labels, or the IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte{holds}",
        text::path(path)
    )]
    NoClasses {
        /// The folder.
        path: PathBuf,
        /// Empty, or what it holds instead, led by "; ".
        holds: String,
    },
    /// Folders of validation or test, but none of training.
    #[error(
        "{} has {}, but neither a folder of training images (train, training or seg_train) nor two classes",
        text::path(path),
        text::path(part)
    )]
    NoTraining {
        /// The source.
        path: PathBuf,
        /// One of its folders.
        part: PathBuf,
    },
    /// Two folders for the same part.
    #[error("{} and {} are both folders of {part} images; only one is possible", text::path(first), text::path(second))]
    TwoFolders {
        /// Training, validation or test.
        part: &'static str,
        /// One.
        first: PathBuf,
        /// And the other.
        second: PathBuf,
    },
    /// Folders of training and test in a class rather than around it.
    #[error(
        "{} and {} lie in a class folder; folders of training, validation and test must have the class folders in them",
        text::path(train),
        text::path(test)
    )]
    PartsInClass {
        /// The training folder.
        train: PathBuf,
        /// Another.
        test: PathBuf,
    },
    /// A table of labels that is none, or names nothing that is there.
    #[error("{}: {}", text::path(path), terminal(problem))]
    Table {
        /// The table.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// An image of validation or test of a class that is not trained.
    #[error("{} is of class \"{}\", of which there is no training image", text::path(path), terminal(class))]
    UnknownLabel {
        /// The image.
        path: PathBuf,
        /// Its class.
        class: String,
    },
    /// A packed source.
    #[error("{} is {kind}, not a data set: unpack it and name the folder", text::path(path))]
    Archive {
        /// The file.
        path: PathBuf,
        /// "a zip archive", for instance.
        kind: String,
    },
    /// Nothing to tell apart.
    #[error("{} has only one class, \"{}\"; there must be two or more", text::path(path), terminal(class))]
    OneClass {
        /// The source.
        path: PathBuf,
        /// Its class.
        class: String,
    },
    /// More classes than a head may have.
    #[error("{} has {count} classes; at most {MAX_CLASSES} are possible", text::path(path))]
    TooManyClasses {
        /// The source.
        path: PathBuf,
        /// Its classes.
        count: usize,
    },
    /// A sub-folder of validation/ or test/ that train/ does not have.
    #[error("{} is no class of the train folder; classes are the sub-folders there", text::path(path))]
    UnknownClass {
        /// The folder.
        path: PathBuf,
    },
    /// A class that a trained network does not know.
    #[error(
        "{} has a class \"{}\", which is not among those that were trained on: {}",
        text::path(path),
        terminal(class),
        terminal(&known.join(", "))
    )]
    NotAmong {
        /// The source.
        path: PathBuf,
        /// Its class.
        class: String,
        /// Those trained on.
        known: Vec<String>,
    },
    /// No image at all.
    #[error("{} has no readable image", text::path(path))]
    NothingReadable {
        /// The source.
        path: PathBuf,
    },
    /// A class from which nothing can be learnt.
    #[error("class \"{}\" has no readable training image{}", terminal(class), terminal(reason))]
    EmptyClass {
        /// The class.
        class: String,
        /// Empty, or what is wrong with its first image, led by ": ".
        reason: String,
    },
    /// No image can be held out.
    #[error(
        "no image can be held out for validation: each class needs two different images at least, or the source a validation folder"
    )]
    NothingHeldOut,
    /// A file of many images (IDX, CIFAR, npz) that is none, or is damaged.
    #[error("{}: {problem}", terminal(name))]
    BinaryFile {
        /// The file.
        name: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A picture that cannot be read.
    #[error("cannot read the picture {}: {}", text::path(path), terminal(reason))]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// More than memory should hold.
    #[error(
        "{images} images of {image_bytes} bytes are {} MB; at most {} MB are possible: choose a smaller input or fewer images",
        (*images as u64).saturating_mul(*image_bytes as u64) / 1_000_000,
        super::limits::MAX_BYTES / 1_000_000
    )]
    TooLarge {
        /// How many images.
        images: usize,
        /// Bytes of one.
        image_bytes: usize,
    },
    /// [`Progress::cancelled`](super::Progress::cancelled) said so.
    #[error("loading was cancelled")]
    Cancelled,
}

impl DataError {
    /// The file or folder that it is about, where it names one.
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
