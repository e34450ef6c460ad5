//! From trained weights to deployed ones.
//!
//! A folded network ([`fold()`]) runs in single precision over images ([`Calibration`]); the ranges
//! seen and its weights make integers ([`Quantised`]), whose executor defines every int8 result
//! by the arithmetic of [`crate::contract`]; and [`compare()`] says what that costs.

mod calibrate;
mod compare;
mod execute;
mod filters;
mod float;
mod fold;
mod histogram;
mod network;
mod quantise;

pub use calibrate::{Calibration, IMAGES as CALIBRATION_IMAGES};
pub use compare::{Comparison, LayerNoise, answer, compare, scores};
pub use execute::Gates;
pub use float::{Part, forward};
pub use fold::fold;
pub use histogram::{Histogram, RangeRule};
pub use network::{Filters, Kind, Op, Quantised, Quantum, Requantise, Rounding, SqueezeExcite, signed};
pub use quantise::{QuantError, Settings};

#[cfg(test)]
mod tests;
