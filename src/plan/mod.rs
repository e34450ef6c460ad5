//! What the deployed program holds in memory and when.
//!
//! [`Program`] is the program as data: steps in order, with the place of everything they read
//! and write. The estimate prices it, and the generator writes it down; neither works out a size
//! of its own, so that the number shown is the number allocated.

mod arena;
mod chain;
mod estimate;
mod layers;
mod rows;
mod segment;

pub use arena::{Arena, BufferId, Placement};
pub use chain::{Cell, Chain, Link};
pub use estimate::{Estimate, LayerEstimate};
pub use layers::{Buffer, Operand, Program, Step, VALUE_BYTES};
pub use rows::{RowPlan, Segment};
pub use segment::{Layout, Need, Stage as RowStage, layout, skip_rows};

#[cfg(test)]
mod row_tests;
