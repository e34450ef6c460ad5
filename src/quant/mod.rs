//! Post-training quantisation: converts trained weights to deployable int8.
//!
//! A folded network ([`fold()`]) runs in float on sample images ([`Calibration`]); the ranges determine which
//! channels are equalised, and calibration runs again. Ranges and weights give the int8 network ([`Quantised`]),
//! whose executor defines every int8 result with the arithmetic of [`crate::contract`]; [`Executor`] computes the
//! same bytes faster. [`Deployed::of`] performs all steps, and [`compare()`] measures the loss of accuracy.

mod calibrate;
mod compare;
mod deployed;
mod equalise;
mod execute;
mod fast;
mod filters;
mod float;
mod fold;
mod histogram;
mod network;
mod quantise;

pub use calibrate::{Calibration, IMAGES as CALIBRATION_IMAGES};
pub use compare::{Comparison, LayerNoise, PredictedClasses, Stop, compare, predicted_class, scores};
pub use deployed::Deployed;
pub use equalise::equalised;
pub use execute::Gates;
pub use fast::Executor;
pub use filters::rounded;
pub use float::{Part, forward};
pub use fold::fold;
pub use histogram::RangeRule;
pub use network::{Filters, Kind, Op, QuantParams, Quantised, Requantise, Rounding, SqueezeExcite, signed};
pub use quantise::{QuantError, Settings};

#[cfg(test)]
mod tests;
