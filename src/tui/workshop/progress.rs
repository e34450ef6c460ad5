//! The progress of loading images.

use crate::data::Progress;
use crate::train::Control;
use std::sync::atomic::{AtomicUsize, Ordering};

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
