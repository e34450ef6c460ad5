//! Where images come from: folders of pictures, IDX files and the bundled set; decoded, resized,
//! split, checked and augmented.
//!
//! A source is first looked through without decoding anything (`source`, `layout`, `folder`, `table`,
//! `idx`, `cifar`, `npz`, `bundled`), which gives the classes and the images' places. `load` then decodes on all
//! cores, and every picture goes through the same integer arithmetic ([`luma`], [`resize`]) that
//! the generated code runs on a board. Images stay bytes: normalisation is the network's business.

mod augment;
mod bundled;
mod cache;
mod check;
mod cifar;
mod clutter;
mod content;
mod decode;
mod error;
mod folder;
mod group;
mod heic;
mod idx;
mod images;
mod kind;
mod labelled;
mod layout;
mod load;
pub mod luma;
mod name;
mod near;
mod npy;
mod npz;
mod numbered;
mod outline;
mod part;
mod reading;
pub mod resize;
mod skipped;
mod source;
mod split;
mod table;
mod tree;

pub use augment::Augmenter;
pub use bundled::NAMES as BUNDLED;
pub use cache::VARIABLE as CACHE_VARIABLE;
pub use check::{Check, ClassCount, Duplicates, Near, Small, Unreadable};
pub use content::Hash;
pub use decode::{MAX_PIXELS, MAX_SIDE, load_image};
pub use error::DataError;
pub use folder::{Pictures, is_picture, pictures};
pub use images::{Dataset, Images, Progress, Silent};
pub use kind::{Format, Kind};
pub use load::{class_names, load, load_all};
pub use name::words;
pub use skipped::{Reason, Skipped};

#[cfg(test)]
mod tests;
