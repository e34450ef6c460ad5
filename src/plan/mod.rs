//! What the deployed program holds in memory and when.
//!
//! [`Program`] is the program as data: steps in order, with the place of everything they read
//! and write. The estimate prices it, and the generator writes it down; neither works out a size
//! of its own, so that the number shown is the number allocated.

mod chain;
mod estimate;
mod flash;
mod program;
mod rows;
mod segment;

pub use chain::{Cell, Chain, Link, STACK_TILES, depth};
pub use estimate::{Estimate, LayerEstimate};
pub use flash::{StepFormat, Tables};
pub use program::{Program, Step, Stream, Target, Waiting};
pub use rows::{RowPlan, Segment};
pub use segment::{Layout, Need, Stage as RowStage, layout, skip_rows};

#[cfg(test)]
mod row_tests;
