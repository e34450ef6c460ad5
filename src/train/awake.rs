//! Keeps the threads of a pool from falling asleep while a step is made.
//!
//! A step is some seventy short parallel loops. A thread that goes to sleep between two of them is
//! woken after the time that a loop takes, or later.

use rayon::Yield;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
            while !flag.load(Ordering::Relaxed) {
                if rayon::yield_now() != Some(Yield::Executed) {
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
