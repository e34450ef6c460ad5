//! Inputs and results of the forward and backward pass of an operation.

use super::activations::{Activations, Flow};
use crate::graph::Shape;
use crate::train::grid::Grid;
use crate::train::kernels::rows::NormAct;
use crate::train::lanes::LaneMap;
use crate::train::profile::Layer as Family;
use crate::train::values::Values;
use std::sync::Arc;

/// An operation with its forward and its backward pass.
pub trait Differentiable {
    /// Its profile category.
    fn family(&self) -> Family;
    /// Computes the output.
    fn forward(&self, pass: Pass<'_>) -> Forward;
    /// Whether quantisation-aware training rounds its output.
    fn is_rounded(&self) -> bool {
        true
    }
}

/// Input of a forward pass.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// The input feature map.
    pub input: &'a Arc<Activations>,
    /// The skip connection of an addition.
    pub skip: Option<&'a Arc<Activations>>,
    /// The values of the parameters.
    pub values: &'a Values,
    /// The shape of the output.
    pub output: Shape,
    /// Evaluation or training.
    pub mode: Mode<'a>,
}

impl Pass<'_> {
    /// An output without norm and activation, rounded if the mode requires it.
    pub fn plain(&self, map: LaneMap) -> Arc<Activations> {
        let mut made = Activations::plain(map);
        if let Mode::Aware(grid, _) = self.mode {
            for (channel, read) in made.reads.iter_mut().enumerate() {
                *read = NormAct { step: grid.step(channel), ..*read };
            }
        }
        Arc::new(made)
    }
}

/// The mode of a forward pass.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// Evaluation, with running statistics.
    Evaluate,
    /// Training, with batch statistics.
    Train,
    /// Quantisation-aware training: the grid of weights and outputs, and the bias correction of each output channel
    /// for the rounding of its weights.
    Aware(&'a Grid, &'a [f32]),
}

/// Running statistics of a batch-normalised operation after a training step: mean and variance.
pub type Running = (Vec<f32>, Vec<f32>);

/// Result of a forward pass.
pub struct Forward {
    /// The output.
    pub output: Arc<Activations>,
    /// The backward pass, with the saved data of the forward pass.
    pub backward: Box<dyn Backward>,
    /// New running statistics, in training with batch norm.
    pub running: Option<Running>,
}

/// The backward pass of an operation.
pub trait Backward {
    /// The gradients of inputs and parameters, from the gradient of the output and the values of the parameters.
    /// The gradient of the input may be omitted unless it is `wanted`.
    fn run(self: Box<Self>, flow: Flow, values: &Values, wanted: bool) -> Gradients;
}

/// Result of a backward pass.
pub struct Gradients {
    /// The gradients of the parameters, in the order of [`crate::graph::Op::params`]; running
    /// statistics have none.
    pub parameters: Vec<Vec<f32>>,
    /// The gradient of the input, if it was wanted.
    pub input: Option<Flow>,
    /// The gradient of the skip connection.
    pub skip: Option<Flow>,
}

impl Gradients {
    /// The gradients of an operation without parameters.
    pub const fn of_input(input: Flow) -> Self {
        Self { parameters: Vec::new(), input: Some(input), skip: None }
    }
}
