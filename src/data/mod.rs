//! Data sets: sources, decoding, resizing, the split into training, validation and test images, checks and
//! augmentation.
//!
//! A source (`source`) is listed first, without decoding: its classes and the paths or offsets of its images.
//! [`load()`] then decodes on all cores (`picture`); every picture goes through the same integer arithmetic
//! (`luma`, `resize`) that generated code runs on a board. Images that the source does not split are split by
//! content (`split`), and unusual findings are reported ([`DataCheck`]). Images stay bytes: the network normalises
//! them.

mod augment;
mod check;
mod dataset;
mod decoding;
mod error;
mod images;
mod limits;
mod load;
mod picture;
mod progress;
mod source;
mod split;

pub use crate::config::BUNDLED;
pub use augment::Augmenter;
pub use check::{ClassCount, DataCheck, Duplicates, NearDuplicates, SmallImages};
pub use dataset::Dataset;
pub use error::DataError;
pub use images::Images;
pub use load::{class_names, load, load_all};
pub use picture::cache::VARIABLE as CACHE_VARIABLE;
pub use picture::content::ContentHash;
pub use picture::decode::load_image;
pub use picture::kind::{FileKind, PictureFormat};
pub use picture::{luma, resize};
pub use progress::{NoProgress, Progress};
pub use source::folder::{PictureListing, is_picture, pictures};
pub use source::name::words;
pub use source::skipped::{SkipReason, Skipped, Unreadable};

#[cfg(test)]
mod tests;
