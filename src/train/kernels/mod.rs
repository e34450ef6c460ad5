//! The kernels: plain functions on lanes, each over one unit of work.
//!
//! A map of `blocks` × 16 images lies as `[block][channel][row][column]` of lanes. A unit is one
//! plane (a channel of a block) or a few; which units there are does not depend on the number of
//! threads, and whoever sums over units does so in their order.
#![expect(clippy::inline_always, reason = "a kernel must be compiled for the instruction set it runs on")]
pub mod batch_norm;
pub mod elementwise;
pub mod plane;
pub mod pointwise;
