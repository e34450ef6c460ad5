//! Measures the peak performance of one thread for the roofline, with the instruction set of the kernels.
#![expect(clippy::inline_always, reason = "what is inlined takes on the caller's instruction set")]

use super::simd::{Kernel, Lane, Simd, run};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Independent chains of products: enough to hide the latency of one, few enough for the registers of every
/// instruction set.
const CHAINS: usize = 12;
/// Products of each chain.
const LENGTH: usize = 4_096;
/// Measuring time per value; the best repetition counts.
const TIME: Duration = Duration::from_millis(400);

/// Multiply-adds in registers; the result depends on all of them.
struct Chains(f32);

impl Kernel for Chains {
    type Output = f32;
    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let (a, b) = (s.splat(self.0), s.splat(1.0 - self.0));
        let mut out = Lane::ZERO;
        for part in s.parts() {
            let mut sums = [b; CHAINS];
            for _ in 0..LENGTH {
                for sum in &mut sums {
                    *sum = s.fma(*sum, a, b);
                }
            }
            let total = sums.into_iter().fold(b, |total, sum| s.add(total, sum));
            s.store(total, &mut out, part);
        }
        out.sum()
    }
}

/// `to = from · factor`: each lane is read and written once.
struct Stream<'a> {
    from: &'a [Lane],
    to: &'a mut [Lane],
    factor: f32,
}

impl Kernel for Stream<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let factor = s.splat(self.factor);
        for (from, to) in self.from.iter().zip(self.to) {
            for part in s.parts() {
                s.store(s.mul(s.load(from, part), factor), to, part);
            }
        }
    }
}

/// The shortest run time of `work` in seconds.
fn shortest(mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut best = f64::INFINITY;
    while begun.elapsed() < TIME {
        let now = Instant::now();
        work();
        best = best.min(now.elapsed().as_secs_f64());
    }
    best
}

/// Peak floating-point operations (f32) per second on the calling thread, with values in registers. A fused
/// multiply-add counts as two.
#[must_use]
pub fn peak_flops() -> f64 {
    let seconds = shortest(|| {
        black_box(run(Chains(black_box(0.5))));
    });
    (2 * CHAINS * LENGTH * super::simd::LANES) as f64 / seconds
}

/// Bytes per second read and written on the calling thread while one half of a buffer of `bytes` bytes is scaled
/// into the other.
#[must_use]
pub fn bandwidth(bytes: usize) -> f64 {
    let lanes = (bytes / 2 / size_of::<Lane>()).max(1);
    let (from, mut to) = (vec![Lane([1.0; 16]); lanes], vec![Lane::ZERO; lanes]);
    let seconds = shortest(|| {
        run(Stream { from: black_box(&from), to: &mut to, factor: black_box(0.5) });
        black_box(&mut to);
    });
    (2 * lanes * size_of::<Lane>()) as f64 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_compute_what_they_should_and_streams_reach_every_lane() {
        // Each chain converges to 1, and their total starts at 0.5.
        assert!((run(Chains(0.5)) - 16.0 * (CHAINS as f32 + 0.5)).abs() < 1e-3);
        let from: Vec<Lane> = (0..5).map(|i| Lane([i as f32; 16])).collect();
        let mut to = vec![Lane::ZERO; 5];
        run(Stream { from: &from, to: &mut to, factor: 2.0 });
        assert!(to.iter().enumerate().all(|(i, lane)| lane.0 == [2.0 * i as f32; 16]));
    }
}
