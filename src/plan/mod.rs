//! What the deployed program holds in memory and when.
//!
//! [`Program`] is the program as data: steps in order, with the place of everything they read
//! and write. The estimate prices it, and the generator writes it down; neither works out a size
//! of its own, so that the number shown is the number allocated.

mod arena;
mod estimate;
mod layers;

pub use arena::{Arena, BufferId, Placement};
pub use estimate::{Estimate, LayerEstimate};
pub use layers::{Buffer, Operand, Program, Step, VALUE_BYTES};
