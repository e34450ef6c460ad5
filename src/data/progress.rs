//! Progress reports and cancellation of loading.

/// Receives loading progress. Called from worker threads.
pub trait Progress: Sync {
    /// `done` of `total` images are decoded. Calls from different threads may arrive out of order; the last call has
    /// `done == total`.
    fn decoded(&self, done: usize, total: usize);

    /// Polled before every image; `true` ends loading with [`Cancelled`](super::DataError::Cancelled).
    fn cancelled(&self) -> bool {
        false
    }
}

/// Ignores progress and never cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn decoded(&self, _done: usize, _total: usize) {}
}
