//! Training with dfdx over kernels of our own. Nothing outside this module knows dfdx.

mod kernels;
mod lanes;
mod layer;
mod network;
mod observer;
mod optimizer;
mod schedule;
mod simd;

pub use observer::{BatchProgress, End, EpochMetrics, Observer, Start, Unobserved, Validation};

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod gradient_tests;
