//! Elapsed and remaining time of a training.

use crate::train::{BatchProgress, Start, Thermal};
use std::time::{Duration, Instant};

/// The clock of a training, stopped while the training is paused.
#[derive(Debug, Clone)]
pub struct Pace {
    begun: Instant,
    waited: Duration,
    waiting_since: Option<Instant>,
    is_paused: bool,
    is_cooling: bool,
    epochs: u32,
    /// Epochs done before a resume.
    before: u32,
    batches: usize,
}

impl Pace {
    /// Starts the clock of a training.
    #[must_use]
    pub fn begin(start: &Start) -> Self {
        let Start { epochs, done, batches, .. } = *start;
        let (begun, waited) = (Instant::now(), Duration::ZERO);
        let (is_paused, is_cooling) = (false, false);
        Self { begun, waited, waiting_since: None, is_paused, is_cooling, epochs, before: done.min(epochs), batches }
    }

    /// Handles a pause (`true`) or resumption by the user.
    pub fn paused(&mut self, paused: bool) {
        self.is_paused = paused;
        self.turn();
    }

    /// Handles a pause or resumption because of temperature.
    pub fn thermal(&mut self, state: &Thermal) {
        self.is_cooling = state.cooling_to.is_some();
        self.turn();
    }

    fn turn(&mut self) {
        match (self.is_paused || self.is_cooling, self.waiting_since) {
            (true, None) => self.waiting_since = Some(Instant::now()),
            (false, Some(since)) => {
                self.waited += since.elapsed();
                self.waiting_since = None;
            }
            _ => {}
        }
    }

    /// Elapsed time, without pauses.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        let waiting = self.waiting_since.map_or(Duration::ZERO, |since| since.elapsed());
        self.begun.elapsed().saturating_sub(self.waited + waiting)
    }

    /// Remaining time, extrapolated from the batches done since the start.
    #[must_use]
    pub fn left(&self, progress: &BatchProgress) -> Duration {
        let batches = |epochs: u32| f64::from(epochs) * self.batches as f64;
        let done = batches(progress.epoch.saturating_sub(1 + self.before)) + progress.batch as f64;
        let left = batches(self.epochs - self.before) - done;
        let seconds = self.elapsed().as_secs_f64() / done.max(1.0) * left;
        Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
    }
}

/// Formats a duration: `0:07`, `12:34`, `1:02:03`.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_on_a_clock() {
        assert_eq!([7, 754, 3723].map(|s| clock(Duration::from_secs(s))), ["0:07", "12:34", "1:02:03"]);
    }

    #[test]
    fn time_left_follows_from_the_batches_done_since_the_start() {
        let start = Start { name: "a".into(), epochs: 4, done: 1, batches: 10, images: 100, trainable: 1, threads: 1 };
        let mut pace = Pace::begin(&start);
        pace.begun = Instant::now().checked_sub(Duration::from_secs(100)).unwrap();
        pace.waited = Duration::from_secs(50);
        let mut progress = BatchProgress {
            epoch: 2,
            batch: 5,
            batches: 10,
            loss: 1.0,
            accuracy: 0.5,
            lr: 0.1,
            images_per_second: 1.0,
        };
        assert_eq!(pace.left(&progress).as_secs(), 250);
        (progress.epoch, progress.batch) = (4, 10);
        assert_eq!(pace.left(&progress).as_secs(), 0);
        pace.paused(true);
        pace.waiting_since = Instant::now().checked_sub(Duration::from_secs(20));
        assert_eq!(pace.elapsed().as_secs(), 30);
        pace.paused(false);
        assert_eq!(pace.elapsed().as_secs(), 30);
        // Paused and too hot at once: training resumes when it is neither.
        let cooling = |cooling_to| Thermal { cooling_to, ..Thermal::default() };
        pace.paused(true);
        pace.thermal(&cooling(Some(75.0)));
        pace.paused(false);
        pace.waiting_since = Instant::now().checked_sub(Duration::from_secs(10));
        assert_eq!(pace.elapsed().as_secs(), 20);
        pace.thermal(&cooling(None));
        assert!(pace.waiting_since.is_none());
        assert_eq!(pace.elapsed().as_secs(), 20);
    }
}
