//! The memory plan of the deployed program, and estimates of its costs.
//!
//! [`Program`] lists the steps in order, with the arena offsets of everything that they read and write.
//! Estimates and the C++ export both use it and compute no sizes themselves, so that the estimated sizes are
//! the allocated ones.

mod arena;
mod boards;
mod chain;
mod code;
mod estimate;
mod flash;
mod kernel;
mod limits;
mod measured;
mod op;
mod program;
mod rows;
mod segment;
mod tail;
mod targets;
mod text;

pub use arena::{ArenaPicture, LEGEND, SegmentPicture};
pub use boards::{Board, Boards, Parts, Sources, UnknownBoard, Verdict};
pub use chain::{ElementSizes, Skip};
pub use code::{Piece, Pieces};
pub use estimate::{Estimate, LayerEstimate};
pub use flash::{StepFormat, Tables, image_zeros};
pub use kernel::{DEEP, Inputs, Kernel, Kernels, reads_interleaved};
pub use limits::{Limit, MAX_AVR_ARRAY, exceeded};
pub use op::{depth, reads_one_plane};
pub use program::{ARENA_ALIGNMENT, Program, Region, Segment, SkipBuffer, Step, Target, Use};
pub use segment::{Layout, layout};
pub use targets::{Core, Family, PREDICT_STACK, TargetEstimate};
pub use text::verdict_lines;

#[cfg(test)]
pub(crate) mod row_tests;
