//! Data sources: folders of pictures with their layouts and tables of labels, IDX, CIFAR and NumPy files, and the
//! bundled set. A source is listed first, without decoding any image.

pub(super) mod bundled;
mod cifar;
mod clutter;
pub(super) mod find;
pub(super) mod folder;
pub(super) mod found;
mod idx;
mod labelled;
mod layout;
pub(super) mod name;
mod npy;
mod npz;
mod numbered;
pub(super) mod raw_split;
pub(super) mod skipped;
mod split_layout;
mod table;
mod tree;
