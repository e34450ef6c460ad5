//! How loading reports its progress, and how it is cancelled.

/// Hears how loading goes on. Called from worker threads.
pub trait Progress: Sync {
    /// `done` of `total` images are decoded. Calls of different threads may overtake each other;
    /// the last call has `done == total`.
    fn decoded(&self, done: usize, total: usize);

    /// Asked before every image; `true` ends loading with [`Cancelled`](super::DataError::Cancelled).
    fn cancelled(&self) -> bool {
        false
    }
}

/// Hears nothing and cancels nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn decoded(&self, _done: usize, _total: usize) {}
}
