//! Training with dfdx over kernels of our own. Nothing outside this module knows dfdx.

mod observer;

pub use observer::{BatchProgress, End, EpochMetrics, Observer, Start, Unobserved, Validation};
