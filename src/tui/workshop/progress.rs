//! The progress of loading images.

use crate::data::Progress;
use crate::train::Control;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls `report` with the number of decoded images and the total, about a hundred times altogether.
pub struct Reading<F> {
    report: F,
    control: Control,
    /// The last hundredth that was reported.
    reported: AtomicUsize,
}

impl<F: Fn(usize, usize)> Reading<F> {
    /// Reports to `report`; stopping `control` cancels loading.
    pub fn new(control: &Control, report: F) -> Self {
        Self { report, control: control.clone(), reported: AtomicUsize::new(0) }
    }
}

impl<F: Fn(usize, usize) + Sync> Progress for Reading<F> {
    fn decoded(&self, done: usize, total: usize) {
        let hundredth = 1 + done * 100 / total.max(1);
        if self.reported.fetch_max(hundredth, Ordering::Relaxed) < hundredth {
            (self.report)(done, total);
        }
    }

    fn cancelled(&self) -> bool {
        self.control.is_stopped()
    }
}
