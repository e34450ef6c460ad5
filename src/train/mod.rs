//! Training with dfdx and custom kernels. No other module uses dfdx.
//!
//! A [`Job`] runs on the thread of a [`Trainer`]; a [`Control`] pauses and stops it, and an [`Observer`] receives
//! its progress. Its state is a [`Checkpoint`].

mod awake;
mod aware;
mod batches;
mod checkpoint;
mod control;
mod distill;
mod governor;
mod grid;
mod job;
mod kernels;
mod lanes;
mod layer;
mod machine;
mod network;
mod observer;
mod optimizer;
mod predict;
mod profile;
mod schedule;
mod select;
mod simd;
mod trainer;
mod values;

pub use checkpoint::{BEST, Checkpoint, Identity, LAST, Progress};
pub use control::{Control, Ticket, Trainer};
pub use distill::Teacher;
pub use governor::{Governor, NoThermometer, Thermal};
pub use job::{Begin, Job, Outcome, TrainError};
pub use layer::family;
pub use machine::{bandwidth, peak_flops};
pub use observer::{BatchProgress, End, EpochMetrics, Observer, Start, Unobserved, Validation};
pub use predict::{Predictions, Predictor, evaluate, evaluate_until};
pub use profile::{Layer, Profile, Work};
pub use select::{Selection, best_of};
pub use trainer::train;

#[cfg(test)]
mod aware_tests;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod gradient_tests;
#[cfg(test)]
mod kernel_tests;
#[cfg(test)]
mod tail_tests;
#[cfg(test)]
mod trainer_tests;
