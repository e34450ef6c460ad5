//! Properties of operations for the plan. Only this file of the module matches on their kinds.

use crate::config::Pool;
use crate::graph::{FilterLayer, Kind, Op};

/// The kind of computation of output rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowWork {
    /// Filters.
    Filters,
    /// Addition of two rows.
    Addition,
    /// Multiplication of a row by gates.
    Gates,
    /// A running maximum or sum, without output rows.
    Pool,
}

/// Costs of an operation in addition to its filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extras {
    /// The computation of its rows.
    pub work: RowWork,
    /// Number of pairs of multiplier and offset in int8.
    pub constants: usize,
    /// Number of pixels that it averages; 0 if it does not.
    pub averaged: usize,
    /// Number of values for the computation of gates: means and hidden units.
    pub gates: usize,
}

impl Extras {
    /// The costs of `op`.
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

/// Whether each filter of `layer` reads one plane, so that depthwise kernels can compute it. This includes kernels
/// larger than 1×1 on a single input channel, which all filters read.
#[must_use]
pub const fn reads_one_plane(layer: &FilterLayer) -> bool {
    layer.is_depthwise || layer.channels == 1 && layer.taps > 1
}

/// Number of inputs of a filter of `op`; 0 if each filter reads one plane.
#[must_use]
pub fn depth(op: &Op) -> usize {
    let layers = op.filters();
    layers.iter().filter(|layer| !reads_one_plane(layer)).map(FilterLayer::fan_in).max().unwrap_or(0)
}
