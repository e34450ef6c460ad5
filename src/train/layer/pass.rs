//! What a forward and a backward pass of an operation are given and what they yield.

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
    /// What its time is counted as.
    fn family(&self) -> Family;
    /// The output for an input.
    fn forward(&self, pass: Pass<'_>) -> Forward;
    /// Whether quantisation-aware training rounds its output.
    fn is_rounded(&self) -> bool {
        true
    }
}

/// What a forward pass is given.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// The map that is read.
    pub input: &'a Arc<Activations>,
    /// The second map, of an addition.
    pub skip: Option<&'a Arc<Activations>>,
    /// The values of the parameters.
    pub values: &'a Values,
    /// The size of the output.
    pub output: Shape,
    /// What the pass is for.
    pub mode: Mode<'a>,
}

impl Pass<'_> {
    /// An output that is read as it is, or rounded where the mode says so.
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

/// What a forward pass is for.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// Predictions, with running statistics.
    Evaluate,
    /// Training, with the batch's statistics.
    Train,
    /// Quantisation-aware training: the steps of weights and outputs, and what is added to each output
    /// channel because of the rounding of its weights.
    Aware(&'a Grid, &'a [f32]),
}

/// Running statistics of a batch-normalised operation after a training step: mean and variance.
pub type Running = (Vec<f32>, Vec<f32>);

/// What a forward pass yields.
pub struct Forward {
    /// The output.
    pub output: Arc<Activations>,
    /// The backward pass, with all it needs of the forward one.
    pub backward: Box<dyn Backward>,
    /// New running statistics, in training with batch norm.
    pub running: Option<Running>,
}

/// The backward pass of an operation.
pub trait Backward {
    /// The gradients of what the output was made of, given that of the output and the values of the
    /// parameters. Where the input's is not `wanted` it may be left out.
    fn run(self: Box<Self>, flow: Flow, values: &Values, wanted: bool) -> Gradients;
}

/// What a backward pass yields.
pub struct Gradients {
    /// The gradients of the parameters, in the order of [`crate::graph::Op::params`]; running
    /// statistics have none.
    pub parameters: Vec<Vec<f32>>,
    /// The gradient of the input, where it was wanted.
    pub input: Option<Flow>,
    /// The gradient of the second input.
    pub skip: Option<Flow>,
}

impl Gradients {
    /// Those of an operation without parameters.
    pub const fn of_input(input: Flow) -> Self {
        Self { parameters: Vec::new(), input: Some(input), skip: None }
    }
}
