//! The operations, one per file: shapes, parameters, MACs, access to the input, and a simple, slow float
//! reference. The [`Operator`] trait has all properties of an operation; each pass matches on [`Kind`] in
//! one place, for its own implementation.

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

/// The list of operations: a new operation is registered by a line here.
macro_rules! kinds {
    ($($op:ident),+ $(,)?) => {
        /// The kind of an operation, with its properties.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[expect(missing_docs, reason = "each is documented at its type")]
        pub enum Kind { $($op($op)),+ }

        impl Kind {
            /// The properties of the operation.
            #[must_use]
            pub fn operator(&self) -> &dyn Operator {
                match self { $(Self::$op(op) => op),+ }
            }

            /// The properties of the operation, mutable.
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

/// The part of its input that an operation reads for a row of its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The input rows that the window covers.
    Rows(Window),
    /// The whole feature map, before the first output row.
    Map,
}

/// A layer of filters: `outputs` sums of products, each with a bias after batch norm is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterLayer {
    /// Prefix of `weight` and `bias` in parameter names: empty, or `reduce.`.
    pub prefix: &'static str,
    /// Number of filters, that is, output channels.
    pub outputs: usize,
    /// Number of input channels per filter; 1 in a depthwise convolution.
    pub channels: usize,
    /// Weights of a filter per input channel: kernel².
    pub taps: usize,
    /// Whether filter `i` reads only channel `i`.
    pub is_depthwise: bool,
}

impl FilterLayer {
    /// Number of products per output.
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

/// The role of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Weights of a convolution or dense layer, each output summing `fan_in` products.
    Weight {
        /// Number of products per output.
        fan_in: usize,
    },
    /// Weights of a depthwise convolution, each output summing `fan_in` products.
    DepthwiseWeight {
        /// Number of products per output.
        fan_in: usize,
    },
    /// Bias of each output channel.
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
    /// Whether it is a weight of filters.
    #[must_use]
    pub const fn is_weight(self) -> bool {
        matches!(self, Self::Weight { .. } | Self::DepthwiseWeight { .. })
    }

    /// Whether it is trained by gradients.
    #[must_use]
    pub const fn is_trained(self) -> bool {
        !matches!(self, Self::Mean | Self::Variance)
    }
}

/// A named parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Name: `block3.depthwise.bn.weight`.
    pub name: String,
    /// Shape: OIHW, or fewer dimensions.
    pub shape: Vec<usize>,
    /// Its role.
    pub role: Role,
}

impl Param {
    /// The parameter `part` of the operation `name`.
    fn of(name: &str, part: &str, shape: Vec<usize>, role: Role) -> Self {
        Self { name: [name, ".", part].concat(), shape, role }
    }

    /// Number of values.
    #[must_use]
    pub fn values(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Normalisation or bias after the sum of products.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Norm {
    /// Neither.
    None,
    /// Batch normalisation (arXiv 1502.03167) with this ε.
    Batch {
        /// Added to the variance.
        epsilon: f64,
    },
    /// A bias, which also replaces a folded batch norm.
    Bias,
}

impl Norm {
    /// The norm after batch norm is folded into the weights: a bias.
    #[must_use]
    pub const fn folded(self) -> Self {
        match self {
            Self::Batch { .. } => Self::Bias,
            other => other,
        }
    }
}

/// A feature map in CHW order.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Its shape.
    pub shape: Shape,
    /// Values, channel by channel, row by row.
    pub values: Vec<f32>,
}

impl Map {
    /// A feature map of zeros.
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
    /// Description for comments of generated code: `depthwise 3x3, stride 1, padding 1`.
    fn describe(&self) -> String;
    /// Shape of its output for inputs of this shape; `None` if the kernel is larger than the input.
    fn output(&self, input: Shape) -> Option<Shape>;
    /// Its parameters with the prefix `name`, in the order of saved files.
    fn params(&self, name: &str, input: Shape) -> Vec<Param>;
    /// Multiply-accumulate operations (MACs), including those with padding.
    fn macs(&self, input: Shape, output: Shape) -> u64;
    /// The part of its input that it reads for an output row.
    fn reads(&self) -> Reads;
    /// Its layers of filters, in the order of its parameters; empty if it has no weights.
    fn filters(&self, _input: Shape) -> Vec<FilterLayer> {
        Vec::new()
    }
    /// The norm after its filters; [`Norm::None`] if it cannot have one.
    fn norm(&self) -> Norm {
        Norm::None
    }
    /// Replaces the norm, if it has one.
    fn set_norm(&mut self, _norm: Norm) {}
    /// The activation after the norm.
    fn activation(&self) -> Activation {
        Activation::None
    }
    /// Its kind of global pooling, if it is a global pool.
    fn pool(&self) -> Option<Pool> {
        None
    }
    /// Computes its output in evaluation mode. Inputs and weights must have its shapes.
    fn reference(&self, name: &str, weights: &Weights, inputs: &[&Map], output: Shape) -> Map;
}

/// Names of γ, β, running mean and running variance in PyTorch.
pub const BATCH_NORM_PARTS: [&str; 4] = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];

/// Applies batch norm in evaluation mode or the bias, then the activation, to a value of `channel`.
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

/// The parameters of `norm` with the prefix `name`.
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
