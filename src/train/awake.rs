//! Keeps the threads of a pool awake during a training step.
//!
//! A step consists of about seventy short parallel loops. A thread that goes to sleep between two of them takes
//! about as long to wake up as a loop takes to run.

use rayon::Yield;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Maximum time that a thread polls for work before it may sleep. The limit is necessary: a thread that waits for
/// another thread within a loop may start polling, and the step cannot end before it returns to its loop.
const MAX_IDLE: Duration = Duration::from_micros(300);

/// Guard: while it exists, the threads of the current rayon pool poll for work without sleeping.
pub struct Awake(Arc<AtomicBool>);

impl Awake {
    /// Starts polling on the caller's pool, except on the calling thread.
    pub fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let caller = rayon::current_thread_index();
        let flag = over.clone();
        rayon::spawn_broadcast(move |context| {
            if caller == Some(context.index()) {
                return;
            }
            let mut worked = Instant::now();
            while !flag.load(Ordering::Relaxed) && worked.elapsed() < MAX_IDLE {
                if rayon::yield_now() == Some(Yield::Executed) {
                    worked = Instant::now();
                } else {
                    // Yield the processor to other threads.
                    std::thread::yield_now();
                }
            }
        });
        Self(over)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn loops_come_to_an_end_however_the_search_for_work_falls_between_them() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            pool.install(|| {
                for _ in 0..300 {
                    let mut other = 0;
                    rayon::in_place_scope(|scope| {
                        let _awake = Awake::new();
                        scope.spawn(|_| other = (0..64_u64).into_par_iter().map(|x| x * x).sum());
                        let sum: u64 = (0..512_u64).into_par_iter().map(|x| x + 1).sum();
                        assert_eq!(sum, 131_328);
                    });
                    assert_eq!(other, 85_344);
                }
            });
            let _ = sender.send(());
        });
        receiver.recv_timeout(Duration::from_mins(2)).unwrap();
    }
}
