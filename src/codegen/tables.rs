//! Tables of weights and constants in flash.

use crate::graph::Graph;
use crate::plan::{Kernels, Program};

/// Indices and values of an operation's weights and constants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpConstants {
    /// Index of its first weight.
    pub weights: usize,
    /// Index of its first multiplier and offset.
    pub constants: usize,
    /// Zero point of the input, with 128 added; the value of padding. For additions, that of the first operand.
    pub zero: u8,
    /// Zero point of the second operand of an addition, with 128 added.
    pub other_zero: u8,
    /// Shift of its requantisation; 0 in float.
    pub shift: u8,
}

impl OpConstants {
    /// Whether the shift differs from the usual 16; never in float.
    const fn is_shifted(&self) -> bool {
        !matches!(self.shift, 0 | 16)
    }
}

/// An array in flash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// C++ type of its values.
    pub value_type: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its values as C++ literals.
    pub items: Vec<String>,
}

/// Weights and constants of squeeze-and-excitation: see `runtime/int8/gates.h` and `runtime/float/gates.h`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gates {
    /// Dense layer from the channel means to the hidden units.
    pub reduce: OpConstants,
    /// Dense layer from the hidden units to the inputs of the sigmoid.
    pub expand: OpConstants,
    /// Number of hidden units.
    pub hidden: usize,
    /// Index of the multiplier and offset of the mean.
    pub mean: usize,
    /// Right shift of the sums before requantisation of the mean.
    pub mean_shift: u32,
}

/// The mean of a global average pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mean {
    /// Index of its multiplier and offset.
    pub constants: usize,
    /// Right shift of its sums before requantisation.
    pub shift: u32,
    /// Contribution of the zero point to a sum.
    pub zeros: u32,
}

/// All constants of a network that depend on its weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// The arrays.
    pub arrays: Vec<Array>,
    /// One entry per squeeze-and-excitation.
    pub gates: Vec<Gates>,
    /// One entry per step of the program.
    pub steps: Vec<OpConstants>,
    /// Weights and constants of the head.
    pub head: OpConstants,
    /// The mean of the global average pool, if there is one.
    pub mean: Option<Mean>,
    /// Scale of the int8 scores (logits per unit), as a C++ literal.
    pub score_scale: String,
}

/// The `weights` of filters, whose `taps` positions of the kernel follow each other in every channel, with all channels
/// of a position after another, as kernels gather their inputs.
pub fn by_pixels<T: Copy>(weights: &[T], channels: usize, taps: usize) -> Vec<T> {
    let order = |filter: &[T]| -> Vec<T> {
        (0..taps).flat_map(|tap| (0..channels).map(move |channel| filter[channel * taps + tap])).collect()
    };
    weights.chunks(channels * taps).flat_map(order).collect()
}

impl Tables {
    /// The kernel of each step of `program`, which runs `graph`, given the shifts in these tables.
    pub fn kernels(&self, graph: &Graph, program: &Program) -> Kernels {
        Kernels::of(graph, program, |step| self.steps.get(step).map(|numbers| numbers.shift))
    }

    /// Whether the head or a dense layer of squeeze-and-excitation has a shift other than 16. They are not steps.
    pub(crate) fn has_shifted_dense(&self) -> bool {
        self.dense().any(OpConstants::is_shifted)
    }

    /// Whether one of them has the shift 16.
    pub(crate) fn has_usual_dense(&self) -> bool {
        !self.dense().all(OpConstants::is_shifted)
    }

    /// The head and the dense layers of squeeze-and-excitation.
    fn dense(&self) -> impl Iterator<Item = &OpConstants> {
        let gates = self.gates.iter().flat_map(|gates| [&gates.reduce, &gates.expand]);
        gates.chain([&self.head])
    }

    /// Whether a depthwise step has a shift other than 16.
    pub(crate) fn has_shifted_depthwise(&self, kernels: &Kernels) -> bool {
        let steps = self.steps.iter().zip(&kernels.0);
        steps.filter(|(_, kernel)| kernel.is_depthwise()).any(|(numbers, _)| numbers.is_shifted())
    }
}
