//! The split into training, validation and test images, by content: identical and near duplicates stay together.

pub(super) mod divide;
pub(super) mod group;
pub(super) mod near;
