//! Where jobs get their images.

use crate::config::ConfigFile;
use crate::data::{Dataset, Progress};
use crate::jobs::{self, Classes, DatasetError, ImageCache};
use crate::train::Control;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The images of `config` with `classes`, read anew, as the files may have changed, and kept in
/// `images`.
pub fn load(
    spec: &ConfigFile,
    classes: Classes<'_>,
    images: &ImageCache,
    progress: &dyn Progress,
) -> Result<Arc<Dataset>, DatasetError> {
    let dataset = jobs::load_dataset(spec, classes, None, progress)?;
    images.put(spec, dataset.clone());
    Ok(dataset)
}

/// Tells how many images of how many are read, about a hundred times in all.
pub struct Reading<F> {
    tell: F,
    control: Control,
    /// The last hundredth that was told.
    told: AtomicUsize,
}

impl<F: Fn(usize, usize)> Reading<F> {
    /// A stop of `control` ends the reading.
    pub fn new(control: &Control, tell: F) -> Self {
        Self { tell, control: control.clone(), told: AtomicUsize::new(0) }
    }
}

impl<F: Fn(usize, usize) + Sync> Progress for Reading<F> {
    fn decoded(&self, done: usize, total: usize) {
        let hundredth = 1 + done * 100 / total.max(1);
        if self.told.fetch_max(hundredth, Ordering::Relaxed) < hundredth {
            (self.tell)(done, total);
        }
    }

    fn cancelled(&self) -> bool {
        self.control.is_stopped()
    }
}
