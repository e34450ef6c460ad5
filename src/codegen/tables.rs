//! What a network's program reads from flash besides its steps: weights and constants.

use crate::graph::Graph;
use crate::plan::{Kernels, Program};

/// Where the numbers of an operation are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Its first weight.
    pub weights: usize,
    /// Its first constant.
    pub constants: usize,
    /// What padding reads; the zero point of an addition's first operand.
    pub zero: u8,
    /// The zero point of an addition's second operand.
    pub other_zero: u8,
    /// Fractional bits of its results.
    pub shift: u8,
}

impl Numbers {
    /// Whether results have other fractional bits than 16; those of floats have none.
    const fn is_shifted(&self) -> bool {
        !matches!(self.shift, 0 | 16)
    }
}

/// An array in flash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// The type of its values.
    pub of: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its values as literals.
    pub items: Vec<String>,
}

/// How gates come about: see `runtime/int8/gates.h` and `runtime/float/gates.h`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gates {
    /// From means to hidden units.
    pub reduce: Numbers,
    /// From hidden units to the sigmoid's arguments.
    pub expand: Numbers,
    /// Hidden units.
    pub hidden: usize,
    /// Constants of the mean.
    pub mean: usize,
    /// How far the mean's sums are shifted.
    pub mean_shift: u32,
}

/// The mean of a global average pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mean {
    /// Its constants.
    pub constants: usize,
    /// How far its sums are shifted.
    pub shift: u32,
    /// What zero points add to a sum.
    pub zeros: u32,
}

/// Everything in flash that depends on weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// The arrays.
    pub arrays: Vec<Array>,
    /// One for each squeeze-and-excitation.
    pub gates: Vec<Gates>,
    /// One for each step of the program.
    pub steps: Vec<Numbers>,
    /// Those of the head.
    pub head: Numbers,
    /// The mean of an average pool.
    pub mean: Option<Mean>,
    /// What a step between scores is worth in logits.
    pub score_scale: String,
}

impl Tables {
    /// The kernel of each step of `program`, which runs `graph`, with the fractional bits that these tables
    /// have.
    pub fn kernels(&self, graph: &Graph, program: &Program) -> Kernels {
        Kernels::of(graph, program, |step| self.steps.get(step).map(|numbers| numbers.shift))
    }

    /// Whether the head or layers behind gates, which are no steps, have other fractional bits than 16.
    pub(crate) fn has_shifted_dense(&self) -> bool {
        let gates = self.gates.iter().flat_map(|gates| [&gates.reduce, &gates.expand]);
        gates.chain([&self.head]).any(Numbers::is_shifted)
    }

    /// Whether a step whose filters read one channel each has other fractional bits than 16.
    pub(crate) fn has_shifted_depthwise(&self, kernels: &Kernels) -> bool {
        let steps = self.steps.iter().zip(&kernels.0);
        steps.filter(|(_, kernel)| kernel.is_depthwise()).any(|(numbers, _)| numbers.is_shifted())
    }
}
