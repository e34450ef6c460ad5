//! The operations, one a file: shapes, parameters, MACs, what they read, and a float reference
//! that is slow and obvious. Passes ask an operation by the [`Operator`] trait for all that is a
//! property of it; each pass matches on [`Kind`] in one place, for what is the pass's own.

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
use crate::config::{Activation, Pool};

/// The list of operations: an operation is added to a network's vocabulary by a line here.
macro_rules! kinds {
    ($($op:ident),+ $(,)?) => {
        /// What an operation is.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[expect(missing_docs, reason = "each is documented at its type")]
        pub enum Kind { $($op($op)),+ }

        impl Kind {
            /// Its properties.
            #[must_use]
            pub fn operator(&self) -> &dyn Operator {
                match self { $(Self::$op(op) => op),+ }
            }

            /// Its properties, to be changed.
            pub fn operator_mut(&mut self) -> &mut dyn Operator {
                match self { $(Self::$op(op) => op),+ }
            }
        }

        $(impl From<$op> for Kind {
            fn from(op: $op) -> Self {
                Self::$op(op)
            }
        })+
    };
}

kinds! { Conv, Depthwise, SqueezeExcite, Add, GlobalPool, Dense }

/// What an operation reads to make one row of its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The rows of its input that the window covers.
    Rows(Window),
    /// The whole map, before the first row of output is known.
    Map,
}

/// The filters of a layer: `outputs` sums of products, each with a bias once batch norm is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterLayer {
    /// The part of the parameters' names in front of `weight` and `bias`: empty, or `reduce.`.
    pub prefix: &'static str,
    /// How many filters there are: output channels.
    pub outputs: usize,
    /// Input channels that each filter reads; 1 in a depthwise convolution.
    pub channels: usize,
    /// Weights that a filter has for each channel it reads: kernel².
    pub taps: usize,
    /// Whether filter `i` reads channel `i` alone.
    pub is_depthwise: bool,
}

impl FilterLayer {
    /// Products in one output.
    #[must_use]
    pub const fn fan_in(&self) -> usize {
        self.channels * self.taps
    }

    /// The name of the weights of the operation called `op`.
    #[must_use]
    pub fn weight(&self, op: &str) -> String {
        [op, ".", self.prefix, "weight"].concat()
    }

    /// The name of the biases of the operation called `op`, batch norm folded.
    #[must_use]
    pub fn bias(&self, op: &str) -> String {
        [op, ".", self.prefix, "bias"].concat()
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
    /// Whether it holds weights of filters.
    #[must_use]
    pub const fn is_weight(self) -> bool {
        matches!(self, Self::Weight { .. } | Self::DepthwiseWeight { .. })
    }

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

impl Norm {
    /// What it becomes when batch normalisation is folded into the weights.
    #[must_use]
    pub const fn folded(self) -> Self {
        match self {
            Self::Batch { .. } => Self::Bias,
            other => other,
        }
    }
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

/// The properties of an operation.
pub trait Operator {
    /// What it is in words, for comments of generated code: `depthwise 3x3, stride 1, padding 1`.
    fn describe(&self) -> String;
    /// The size of its output for inputs of this size; `None` where the kernel does not fit.
    fn output(&self, input: Shape) -> Option<Shape>;
    /// Its parameters under `name`, in the order they are saved.
    fn params(&self, name: &str, input: Shape) -> Vec<Param>;
    /// Multiplications: those of padding count, as is usual.
    fn macs(&self, input: Shape, output: Shape) -> u64;
    /// What it reads to make a row.
    fn reads(&self) -> Reads;
    /// The layers of filters in it, in the order of its parameters; none where it has no weights.
    fn filters(&self, _input: Shape) -> Vec<FilterLayer> {
        Vec::new()
    }
    /// The norm behind its filters; [`Norm::None`] where there can be none.
    fn norm(&self) -> Norm {
        Norm::None
    }
    /// Replaces the norm, where it has one.
    fn set_norm(&mut self, _norm: Norm) {}
    /// The activation behind the norm.
    fn activation(&self) -> Activation {
        Activation::None
    }
    /// How it pools a whole map to one pixel, where it does.
    fn pool(&self) -> Option<Pool> {
        None
    }
    /// Its value, in evaluation mode. Inputs and weights have the sizes it states.
    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map;
}

/// PyTorch's names of γ, β, running mean and variance.
pub const BATCH_NORM_PARTS: [&str; 4] = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];

/// Batch norm in evaluation mode, or the bias, then the activation, for channel `channel`.
fn finish(sum: f64, channel: usize, name: &str, norm: Norm, activation: Activation, weights: &Weights) -> f32 {
    let value = |part: &str| f64::from(weights.values(&format!("{name}.{part}"))[channel]);
    let normed = match norm {
        Norm::None => sum,
        Norm::Bias => sum + value("bias"),
        Norm::Batch { epsilon } => {
            let [gamma, beta, mean, variance] = BATCH_NORM_PARTS.map(value);
            (sum - mean) / (variance + epsilon).sqrt() * gamma + beta
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
    let [gamma, beta, mean, variance] = BATCH_NORM_PARTS;
    match norm {
        Norm::None => Vec::new(),
        Norm::Bias => vec![param("bias", Role::Bias)],
        Norm::Batch { .. } => vec![
            param(gamma, Role::Scale),
            param(beta, Role::Shift),
            param(mean, Role::Mean),
            param(variance, Role::Variance),
        ],
    }
}
