//! From trained weights to deployed ones.
//!
//! A folded network ([`fold()`]) runs in single precision over images ([`Calibration`]), which
//! shows channels to make larger before it runs again; the ranges seen and its weights make
//! integers ([`Quantised`]), whose executor defines every int8 result by the arithmetic of
//! [`crate::contract`]; an [`Executor`] makes the same bytes fast. [`Deployed::of`] does all of it,
//! and [`compare()`] says what it costs.

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
pub use compare::{Answers, Comparison, LayerNoise, Stop, answer, compare, scores};
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
