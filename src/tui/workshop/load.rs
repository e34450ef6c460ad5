//! Where jobs get their images.

use crate::data::Dataset;
use crate::jobs::{self, Classes, DatasetError, Decoding};
use crate::spec::Spec;
use crate::train::{Control, Observer};
use std::sync::Arc;

/// The images of `spec` with `classes`; `observer` hears how far reading is, and a stop of `control`
/// ends it.
pub fn load(
    spec: &Spec,
    classes: Classes<'_>,
    mut observer: Box<dyn Observer>,
    control: &Control,
) -> Result<Arc<Dataset>, DatasetError> {
    jobs::load_dataset(spec, classes, None, &Decoding::new(&mut *observer, control))
}
