//! Where jobs get their images.

use super::images::Images;
use crate::data::Dataset;
use crate::jobs::{self, Classes, DatasetError, Decoding};
use crate::spec::Spec;
use crate::train::{Control, Observer};
use std::sync::Arc;

/// The images of `spec` with `classes`, read anew, as the files may have changed, and kept in
/// `images`; `observer` hears how far reading is, and a stop of `control` ends it.
pub fn load(
    spec: &Spec,
    classes: Classes<'_>,
    images: &Images,
    mut observer: Box<dyn Observer>,
    control: &Control,
) -> Result<Arc<Dataset>, DatasetError> {
    let dataset = jobs::load_dataset(spec, classes, None, &Decoding::new(&mut *observer, control))?;
    images.put(spec, dataset.clone());
    Ok(dataset)
}
