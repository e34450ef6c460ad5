//! The integer arithmetic of int8 networks, bit-exact on every target.
//!
//! This module does not depend on any other. The executor in `quant` uses it, generated C++ repeats it, and together
//! they define every byte of an int8 network. Sums and products are taken modulo 2³², so that results depend neither
//! on the order of summation nor on constants moved out of loops; quantisation ensures that no value leaves the range
//! of `i32` ([`Single::fits`]).
//!
//! # Requantisation: from an accumulator to a byte
//! There are two schemes, one for a whole network:
//! - [`Single`], ours: `sat8((sum · m + b) >> 16)`, with a single rounding.
//! - [`tflite`]: exactly the reference kernels of TensorFlow Lite, with two roundings.
//!
//! # Why this form of `Single`
//! The exact result is `sat8(round(sum · s) + zero)` with a real `s` for each output channel. The scale of the weights
//! can be chosen: `s` is increased to the next multiple of 2⁻¹⁶ by choosing the weight scale of that channel, which
//! becomes coarser by at most 1/m (m is in the hundreds in most channels of trained layers; if it is 4, a whole step
//! of a weight is 4/65,536 of an output step). **The multiplier is therefore exact** and has only the bits it needs.
//! Rounding, zero point and bias are one constant, with the bias in units of 2⁻¹⁶ of an output step, finer than any
//! bias added to the accumulator. All arithmetic is 32-bit: the 16 bits that `>> 16` leaves before saturation cover
//! 128 times the range of a byte. If a layer could exceed that (a depthwise filter after a nearly constant channel,
//! whose batch norm amplifies it), the whole layer has fewer fractional bits, at least 8.
//!
//! | loads, requantisation, store and loop, per output | M4 | M0 | AVR |
//! |---|---|---|---|
//! | `sat8(((sum · M + 2³¹) >> 32) + zero)`, M of 31 bits (`SMMLAR`) | 7 | 63 | 343 |
//! | `(sum · m >> 16) >> shift`, m of 16 bits, a product of 48 (`SMULWB`) | 13 | 71 | 443 |
//! | `((sum >> shift) · m + b) >> 16`, both of 16 bits | 10 | 22 | 155 |
//! | **`(sum · m + b) >> 16`** (`MLA`, `SSAT … ASR #16`) | 8 | 16 | 113 |
//! | TensorFlow Lite | 31 | 94 | 668 |
//!
//! (C at `-O2`, constants of each channel in tables; instructions counted by QEMU, cycles by simavr. The first form
//! needs one more load for the bias, which is part of `b` in the fourth; on M4 both requantise and store in three
//! instructions. Accumulators of trained layers have 17 to 21 bits including the sign and m seldom more than 11, so
//! that AVR needs three to six of its multiplications; the compiler uses ten.)
//!
//! Accuracy is not affected: over twelve trained networks (two of each preset, flowers) the logits have a mean
//! signal-to-noise ratio of 30.4 dB with `Single` and 30.3 dB with the 31-bit multipliers of TensorFlow Lite, relative
//! to float.

mod gate;
mod single;
pub mod tflite;

pub use gate::{GATE_ONE, Multiply, TABLE, gate, sigmoid_table};
pub use single::{FRACTION_BITS, LEAST_FRACTION_BITS, Mean, ONE, Single, Sum, saturate};
