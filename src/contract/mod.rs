//! The integer arithmetic of int8 networks: what every target computes, bit for bit.
//!
//! This module knows no networks and imports nothing. The executor in `quant` is built from it,
//! generated C++ repeats it, and together they define every byte an int8 network makes. Sums and
//! products are taken modulo 2³², so neither the order of summation nor a constant that was moved
//! out of a loop changes anything; what is quantised is checked never to leave the range of `i32`
//! ([`Single::fits`]).
//!
//! # From a sum of products to a byte
//! Two ways, one for a whole network:
//! - [`Single`], ours: `sat8((sum · m + b) >> 16)`, one rounding.
//! - [`tflite`]: exactly the reference kernels of TensorFlow Lite, two roundings.
//!
//! # Why this form of `Single`
//! What is wanted is `sat8(round(sum · s) + zero)` with a real `s` for each output channel. The
//! weights' scale is free: `s` is moved up to the next multiple of 2⁻¹⁶ by choosing the scale of
//! that channel's weights, which gets coarser by at most 1/m (m is hundreds in most channels of
//! trained layers; where it is 4, a whole step of a weight is 4/65,536 of an output step), so **the
//! multiplier is exact** and has only the bits it needs. The half for rounding, the zero
//! point and the bias are one constant, the bias in 2⁻¹⁶ of an output step, finer than any bias
//! that is added to the sum. And all of it is 32-bit: the 16 bits that `>> 16` leaves before
//! saturation hold 128 times the range of a byte. Where the weights of a layer could reach
//! beyond (a depthwise filter after a nearly silent channel, whose batch norm amplifies), the whole
//! layer has fewer fractional bits, at least 8, so that the check holds.
//!
//! | loads, requantising, store and loop, for each output | M4 | M0 | AVR |
//! |---|---|---|---|
//! | `sat8(((sum · M + 2³¹) >> 32) + zero)`, M of 31 bits (`SMMLAR`) | 7 | 63 | 343 |
//! | `(sum · m >> 16) >> shift`, m of 16 bits, a product of 48 (`SMULWB`) | 13 | 71 | 443 |
//! | `((sum >> shift) · m + b) >> 16`, both of 16 bits | 10 | 22 | 155 |
//! | **`(sum · m + b) >> 16`** (`MLA`, `SSAT … ASR #16`) | 8 | 16 | 113 |
//! | TensorFlow Lite's | 31 | 94 | 668 |
//!
//! (C at `-O2`, constants of each channel in tables, instructions counted by QEMU and cycles by
//! simavr. The first form needs one load more for the bias, which the fourth has in `b`; on M4
//! both requantise and store in three instructions. Sums of trained layers have 17 to 21 bits with
//! their sign and m seldom more than 11, so that AVR needs three to six of its multiplications
//! where the compiler spends ten.)
//!
//! Nothing is lost by it: over twelve trained networks (two of each preset, flowers) the logits
//! have a mean signal-to-noise ratio of 30.4 dB with `Single` and 30.3 dB with TensorFlow Lite's
//! 31-bit multipliers, against float.

mod gate;
mod single;
pub mod tflite;

pub use gate::{GATE_ONE, Multiply, TABLE, gate, sigmoid_table};
pub use single::{FRACTION_BITS, LEAST_FRACTION_BITS, Mean, ONE, Single, Sum, saturate};
