//! The operations, one a file: shapes, parameters, MACs, what they read, and a float reference
//! that is slow and obvious.

mod add;
mod conv;
mod dense;
mod depthwise;
mod pool;
mod squeeze_excite;

pub use add::Add;
pub use conv::Conv;
pub use dense::Dense;
pub use depthwise::Depthwise;
pub use pool::GlobalPool;
pub use squeeze_excite::SqueezeExcite;

use super::shape::{Shape, Window};
use super::weights::Weights;
use crate::config::Activation;

/// What an operation reads to make one row of its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The rows of its input that the window covers.
    Rows(Window),
    /// The whole map, before the first row of output is known.
    Map,
}

impl Reads {
    /// How many rows of the input stay needed when the next output row begins.
    #[must_use]
    pub const fn halo(self) -> Option<usize> {
        match self {
            Self::Rows(window) => Some(window.kernel.saturating_sub(window.stride)),
            Self::Map => None,
        }
    }
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Weights of a convolution or dense layer, each output summing `fan_in` products.
    Weight {
        /// Products in one output.
        fan_in: usize,
    },
    /// Weights of a depthwise convolution, each output summing `fan_in` products.
    DepthwiseWeight {
        /// Products in one output.
        fan_in: usize,
    },
    /// Added to each output channel.
    Bias,
    /// γ of batch norm.
    Scale,
    /// β of batch norm.
    Shift,
    /// Running mean of batch norm; not trained.
    Mean,
    /// Running variance of batch norm; not trained.
    Variance,
}

impl Role {
    /// Whether training changes it by gradients.
    #[must_use]
    pub const fn is_trained(self) -> bool {
        !matches!(self, Self::Mean | Self::Variance)
    }
}

/// A named parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// `block3.depthwise.bn.weight`
    pub name: String,
    /// OIHW, or less.
    pub shape: Vec<usize>,
    /// What it is.
    pub role: Role,
}

impl Param {
    /// `part` of the operation `name`.
    fn of(name: &str, part: &str, shape: Vec<usize>, role: Role) -> Self {
        Self { name: [name, ".", part].concat(), shape, role }
    }

    /// Values in it.
    #[must_use]
    pub fn values(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What follows the sum of products of a convolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Norm {
    /// Nothing.
    None,
    /// Batch normalisation (arXiv 1502.03167) with this ε.
    Batch {
        /// Added to the variance.
        epsilon: f64,
    },
    /// A bias: what batch normalisation becomes when folded.
    Bias,
}

/// A map of values, NCHW without N.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Its size.
    pub shape: Shape,
    /// Channel by channel, row by row.
    pub values: Vec<f32>,
}

impl Map {
    /// A map of zeros.
    #[must_use]
    pub fn zeros(shape: Shape) -> Self {
        Self { shape, values: vec![0.0; shape.values()] }
    }

    fn at(&self, channel: usize, row: usize, column: usize) -> f32 {
        self.values[(channel * self.shape.height + row) * self.shape.width + column]
    }
}

/// What every operation tells about itself.
pub trait Operator {
    /// The size of its output for inputs of this size; `None` where the kernel does not fit.
    fn output(&self, input: Shape) -> Option<Shape>;
    /// Its parameters under `name`, in the order they are saved.
    fn params(&self, name: &str, input: Shape) -> Vec<Param>;
    /// Multiplications: those of padding count, as is usual.
    fn macs(&self, input: Shape, output: Shape) -> u64;
    /// What it reads to make a row.
    fn reads(&self) -> Reads;
    /// Whether its output may take the place of its input, row by row, given scratch rows.
    fn in_place(&self) -> bool;
    /// Its value, in evaluation mode. Inputs and weights have the sizes it states.
    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map;
}

/// Batch norm in evaluation mode, or the bias, then the activation, for channel `channel`.
fn finish(sum: f64, channel: usize, name: &str, norm: Norm, activation: Activation, weights: &Weights) -> f32 {
    let value = |part: &str| f64::from(weights.values(&format!("{name}.{part}"))[channel]);
    let normed = match norm {
        Norm::None => sum,
        Norm::Bias => sum + value("bias"),
        Norm::Batch { epsilon } => {
            let deviation = (value("bn.running_var") + epsilon).sqrt();
            (sum - value("bn.running_mean")) / deviation * value("bn.weight") + value("bn.bias")
        }
    };
    activate(normed, activation) as f32
}

fn activate(value: f64, activation: Activation) -> f64 {
    match activation {
        Activation::None => value,
        Activation::Relu => value.max(0.0),
        Activation::Relu6 => value.clamp(0.0, 6.0),
    }
}

/// The parameters of `norm` under `name`.
fn norm_params(norm: Norm, name: &str, channels: usize) -> Vec<Param> {
    let param = |part, role| Param::of(name, part, vec![channels], role);
    match norm {
        Norm::None => Vec::new(),
        Norm::Bias => vec![param("bias", Role::Bias)],
        Norm::Batch { .. } => vec![
            param("bn.weight", Role::Scale),
            param("bn.bias", Role::Shift),
            param("bn.running_mean", Role::Mean),
            param("bn.running_var", Role::Variance),
        ],
    }
}
