//! Keeps the threads of a pool from falling asleep while a step is made.
//!
//! A step is some seventy short parallel loops. A thread that goes to sleep between two of them is
//! woken after the time that a loop takes, or later.

use rayon::Yield;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a thread looks for work in vain before it may sleep after all. It must end: a thread that
/// waits for another in the middle of a loop may take up the search just then, and nobody comes to the
/// end of the step before it goes back to its loop.
const PATIENCE: Duration = Duration::from_micros(300);

/// While this lives, the threads of the current rayon pool look for work without pause.
pub struct Awake(Arc<AtomicBool>);

impl Awake {
    /// On the pool of the caller, whose own thread goes on with its work.
    pub fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let caller = rayon::current_thread_index();
        let flag = over.clone();
        rayon::spawn_broadcast(move |context| {
            if caller == Some(context.index()) {
                return;
            }
            let mut worked = Instant::now();
            while !flag.load(Ordering::Relaxed) && worked.elapsed() < PATIENCE {
                if rayon::yield_now() == Some(Yield::Executed) {
                    worked = Instant::now();
                } else {
                    // Others may want this processor.
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
