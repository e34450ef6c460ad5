//! One picture: its format, decoding, resizing to the network input, its content hash, and the cache of
//! preprocessed pictures.

pub(super) mod cache;
pub(super) mod content;
pub(super) mod decode;
mod heic;
pub(super) mod kind;
pub mod luma;
pub(super) mod prepare;
pub(super) mod raster;
pub mod resize;
