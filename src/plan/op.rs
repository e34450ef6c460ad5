//! What the plan knows of each kind of operation: the one place of this pass that tells them apart.

use crate::config::Pool;
use crate::graph::{FilterLayer, Kind, Op};

/// What makes the rows of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowWork {
    /// Filters.
    Filters,
    /// The sum of two rows.
    Addition,
    /// Gates that scale a row.
    Gates,
    /// A running maximum or sum: it makes no rows.
    Pool,
}

/// What an operation costs besides its filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extras {
    /// What makes its rows.
    pub work: RowWork,
    /// Pairs of multiplier and offset of an int8 network.
    pub constants: usize,
    /// Pixels that it takes the mean of; 0 where it takes none.
    pub averaged: usize,
    /// Values that it keeps to make gates: means and hidden units.
    pub gates: usize,
}

impl Extras {
    /// Those of `op`.
    pub fn of(op: &Op) -> Self {
        let none = Self { work: RowWork::Filters, constants: 0, averaged: 0, gates: 0 };
        let pixels = op.input.pixels();
        match op.kind {
            Kind::Conv(_) | Kind::Depthwise(_) | Kind::Dense(_) => none,
            Kind::Add(_) => Self { work: RowWork::Addition, constants: 2, ..none },
            Kind::SqueezeExcite(se) => {
                let gates = op.input.channels + se.hidden;
                Self { work: RowWork::Gates, constants: 2, averaged: pixels, gates }
            }
            Kind::GlobalPool(pool) => match pool.pool {
                Pool::Max => Self { work: RowWork::Pool, ..none },
                Pool::Avg => Self { work: RowWork::Pool, constants: 1, averaged: pixels, ..none },
            },
        }
    }
}

/// Whether each filter of `layer` reads one plane, as depthwise kernels do: filters of more than one
/// pixel over a single plane are depthwise filters that read the same one.
#[must_use]
pub const fn reads_one_plane(layer: &FilterLayer) -> bool {
    layer.is_depthwise || layer.channels == 1 && layer.taps > 1
}

/// How many values a filter of `op` reads at once; 0 where each reads one plane.
#[must_use]
pub fn depth(op: &Op) -> usize {
    let layers = op.filters();
    layers.iter().filter(|layer| !reads_one_plane(layer)).map(FilterLayer::fan_in).max().unwrap_or(0)
}
