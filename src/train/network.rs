//! A trainable network on dfdx's tensors and gradient tape.
//!
//! Parameters, the features that the head reads, logits and the loss are dfdx tensors with dfdx [`Gradients`]. The
//! feature maps in between are in lanes ([`super::lanes`]), which dfdx does not support; each block is one operation
//! on its tape and passes the gradient of its input to the block before it.

use super::grid::Grid;
use super::lanes::Pool;
use super::layer::{self, Activations, Backward, Flow, Forward, Mode, Pass, Running};
use super::profile::{Work, span};
use super::values::Values;
use crate::graph::{Graph, Op, OpId, Param, Role, Source, Tensor as NamedTensor, Weights};
use dfdx::prelude::*;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// The values of a parameter as a vector.
pub type Flat = Tensor<(usize,), f32, Cpu>;
/// A matrix with one row per image.
pub type Matrix<T = NoneTape> = Tensor<(usize, usize), f32, Cpu, T>;

/// A parameter of a network.
pub struct Parameter {
    /// Name, shape and role.
    pub about: Param,
    /// Its values.
    pub tensor: Flat,
}

/// A network that can be trained.
pub struct Network {
    graph: Rc<Graph>,
    parameters: Vec<Parameter>,
    /// Index of the first parameter of each operation.
    first: Vec<usize>,
    device: Cpu,
    pool: Pool,
    /// The grids of quantisation-aware training; empty before it starts.
    grids: Vec<Grid>,
}

/// The gradient of a feature map, passed from one block to the one before it.
type Slot = Rc<RefCell<Option<Flow>>>;

impl Network {
    /// The network of `graph` with `weights`, which must match the graph.
    pub fn new(graph: &Graph, weights: &Weights) -> Self {
        let device = Cpu::default();
        let parameters: Vec<Parameter> = graph
            .params()
            .into_iter()
            .map(|about| {
                let values = weights.values(&about.name).to_vec();
                let length = values.len();
                Parameter { tensor: device.tensor_from_vec(values, (length,)), about }
            })
            .collect();
        let mut first = Vec::with_capacity(graph.ops.len());
        let mut at = 0;
        for op in &graph.ops {
            first.push(at);
            at += op.params().len();
        }
        Self { graph: Rc::new(graph.clone()), parameters, first, device, pool: Pool::default(), grids: Vec::new() }
    }

    /// The graph of the network.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The parameters, in the order of the graph.
    #[cfg(test)]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameters, mutable.
    pub(crate) fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// The parameters by name.
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        for parameter in &self.parameters {
            let values = values(&parameter.tensor);
            weights.insert(parameter.about.name.clone(), NamedTensor { shape: parameter.about.shape.clone(), values });
        }
        weights
    }

    /// The running means and variances of every batch norm.
    pub(crate) fn running_statistics(&self) -> Vec<Vec<f32>> {
        self.parameters.iter().filter(|p| !p.about.role.is_trained()).map(|p| values(&p.tensor)).collect()
    }

    /// Restores the result of [`Self::running_statistics`].
    pub(crate) fn set_running_statistics(&mut self, statistics: &[Vec<f32>]) {
        let running = self.parameters.iter_mut().filter(|p| !p.about.role.is_trained());
        running.zip(statistics).for_each(|(parameter, values)| parameter.tensor.copy_from(values));
    }

    /// Updates the moving average: moves `average` towards the parameters by 1 − `decay`, or by more in the first
    /// steps.
    pub(crate) fn average_into(&self, average: &mut Weights, decay: f64, steps: u32) {
        let decay = decay.min(f64::from(1 + steps) / f64::from(10 + steps)) as f32;
        for parameter in &self.parameters {
            let now = values(&parameter.tensor);
            let Some(mean) = average.get_mut(&parameter.about.name) else { continue };
            mean.values.iter_mut().zip(now).for_each(|(mean, now)| *mean = decay * *mean + (1.0 - decay) * now);
        }
    }

    /// Starts quantisation-aware training with these grids.
    pub(crate) fn set_grids(&mut self, grids: Vec<Grid>) {
        self.grids = grids;
    }

    /// The grids of quantisation-aware training; empty before it starts.
    pub(crate) fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// A batch of images (camera bytes) in lanes.
    pub fn batch(&self, images: &[&[u8]]) -> Arc<Activations> {
        let mut map = self.pool.map(self.graph.input, images.len());
        map.fill(images, &self.graph.pixels);
        Arc::new(Activations::plain(map))
    }

    /// A batch of normalised images, `[image][channel, row, column]`.
    #[cfg(test)]
    pub(crate) fn batch_of_rows(&self, rows: &[f32]) -> Arc<Activations> {
        let mut map = self.pool.map(self.graph.input, rows.len() / self.graph.input.values());
        map.fill_rows(rows);
        Arc::new(Activations::plain(map))
    }

    /// The logits of a batch in evaluation mode, one row per image.
    pub fn evaluate(&self, images: &Arc<Activations>) -> Vec<f32> {
        let (features, _) = self.features(images, false);
        let (count, width) = (features.map.images, features.map.shape.channels);
        let features: Matrix = self.device.tensor_from_vec(features.to_rows(), (count, width));
        let mut logits = vec![0.0; count * self.graph.classes];
        self.head(features).copy_into(&mut logits);
        logits
    }

    /// The logits of a batch in training mode, with the gradient tape. `keep` has the dropout factor of every
    /// pooled feature of every image. Updates the running statistics.
    pub fn train(&mut self, images: &Arc<Activations>, keep: Option<Vec<f32>>) -> Matrix<OwnedTape<f32, Cpu>> {
        let mut tape = OwnedTape::<f32, Cpu>::default();
        let (features, steps) = self.features(images, true);
        let shape = (features.map.images, features.map.shape.channels);
        let tensor: Matrix = self.device.tensor_from_vec(features.to_rows(), shape);
        self.record(steps, features, &tensor, &mut tape);
        let mut features = tensor.put_tape(tape);
        if let Some(keep) = keep {
            features = features * self.device.tensor_from_vec(keep, shape);
        }
        self.head(features)
    }

    /// The dense head, computed by dfdx.
    fn head<T: Tape<f32, Cpu>>(&self, features: Matrix<T>) -> Matrix<T> {
        let (images, width) = *features.shape();
        let classes = self.graph.classes;
        let own = self.own(OpId(self.graph.ops.len() - 1));
        let [weight, bias] = [Role::is_weight, |role| role == Role::Bias]
            .map(|is: fn(Role) -> bool| own.iter().find(|parameter| is(parameter.about.role)));
        let weight = weight.map(|weight| weight.tensor.retaped::<T>().reshape_like(&(classes, width)));
        let bias = bias.map(|bias| bias.tensor.retaped::<T>().broadcast_like::<_, Axis<0>>(&(images, classes)));
        let (Some(weight), Some(bias)) = (weight, bias) else { unreachable!("a head has weights and a bias") };
        features.matmul(weight.permute::<_, Axes2<1, 0>>()) + bias
    }

    /// Runs every operation except the head.
    fn features(&self, images: &Arc<Activations>, training: bool) -> (Arc<Activations>, Vec<Step>) {
        let mut steps: Vec<Step> = Vec::new();
        let mut maps: Vec<Option<Arc<Activations>>> = vec![None; self.graph.ops.len()];
        let mut last = images.clone();
        for op in &self.graph.ops[..self.graph.ops.len() - 1] {
            let read = |source: &Source| match source {
                Source::Image => Some(images.clone()),
                Source::Op(OpId(index)) => maps[*index].clone(),
            };
            let skip = op.inputs.get(1).and_then(read);
            let mut values = self.values_of(op);
            let mut lost = Vec::new();
            let mode = match self.grids.get(op.id.0) {
                _ if !training => Mode::Evaluate,
                None => Mode::Train,
                Some(grid) => {
                    if !grid.weights.is_empty() {
                        let (weights, loss) = grid.rounded(op, &values);
                        values.set_weights(weights);
                        lost = loss;
                    }
                    Mode::Aware(grid, &lost)
                }
            };
            let passes = layer::of(&op.kind);
            let work = span(Work::Forward(passes.family()));
            let pass = Pass { input: &last, skip: skip.as_ref(), values: &values, output: op.output, mode };
            let Forward { output, backward, running } = passes.forward(pass);
            drop(work);
            last = output.clone();
            if training {
                steps.push(Step { op: op.id, backward, values, running });
            } else {
                // Only skip connections are read again later.
                let needed = |source: &Source| {
                    self.graph.ops[op.id.0 + 1..].iter().any(|later| later.inputs.get(1) == Some(source))
                };
                for (index, map) in maps.iter_mut().enumerate().take(op.id.0) {
                    if !needed(&Source::Op(OpId(index))) {
                        *map = None;
                    }
                }
            }
            maps[op.id.0] = Some(output);
        }
        (last, steps)
    }

    fn values_of(&self, op: &Op) -> Values {
        let own = self.own(op.id).iter();
        Values::new(own.map(|parameter| (parameter.about.role, values(&parameter.tensor))).collect())
    }

    /// The indices of the parameters of `op`.
    fn places(&self, op: OpId) -> Range<usize> {
        self.first[op.0]..self.first.get(op.0 + 1).copied().unwrap_or(self.parameters.len())
    }

    /// The parameters of `op`.
    fn own(&self, op: OpId) -> &[Parameter] {
        &self.parameters[self.places(op)]
    }

    /// Updates the running statistics of an operation.
    fn set_running(&mut self, op: OpId, (means, variances): &Running) {
        let places = self.places(op);
        for parameter in &mut self.parameters[places] {
            match parameter.about.role {
                Role::Mean => parameter.tensor.copy_from(means),
                Role::Variance => parameter.tensor.copy_from(variances),
                _ => {}
            }
        }
    }

    /// Records the steps on the tape, one operation per block, and updates running statistics.
    fn record(&mut self, steps: Vec<Step>, last: Arc<Activations>, features: &Matrix, tape: &mut OwnedTape<f32, Cpu>) {
        let graph = self.graph.clone();
        let mut below: Slot = Slot::default();
        let mut group: Vec<Step> = Vec::new();
        let mut steps = steps.into_iter().peekable();
        while let Some(mut step) = steps.next() {
            if let Some(running) = step.running.take() {
                self.set_running(step.op, &running);
            }
            let block = graph.ops[step.op.0].block;
            group.push(step);
            if steps.peek().is_some_and(|next| graph.ops[next.op.0].block == block) {
                continue;
            }
            let above = Slot::default();
            let operation = BlockGradient {
                graph: graph.clone(),
                steps: std::mem::take(&mut group),
                below: std::mem::replace(&mut below, above.clone()),
                above,
            };
            let parameters: Vec<Vec<Flat>> = operation.steps.iter().map(|step| self.tensors_of(step.op)).collect();
            tape.add_backward_op(move |gradients| operation.run(&parameters, gradients));
        }
        // The last operation computes the features; dfdx computes their gradient.
        let (top, ghost) = (below, features.ghost());
        tape.add_backward_op(move |gradients| {
            let rows = gradients.get_or_alloc_mut(&ghost)?;
            let mut map = last.map.pool().map(last.map.shape, last.map.images);
            map.fill_rows(rows);
            // The sums of a pool are not used.
            *top.borrow_mut() =
                Some(if last.is_plain() { Flow { map, sums: Vec::new() } } else { last.activation_backward(map) });
            Ok(())
        });
    }

    fn tensors_of(&self, op: OpId) -> Vec<Flat> {
        self.own(op)
            .iter()
            .filter(|parameter| parameter.about.role.is_trained())
            .map(|parameter| parameter.tensor.clone())
            .collect()
    }
}

/// The values of a tensor.
pub fn values(tensor: &Flat) -> Vec<f32> {
    let mut values = vec![0.0; tensor.shape().0];
    tensor.copy_into(&mut values);
    values
}

/// One operation of a forward pass, with the data for its backward pass.
struct Step {
    op: OpId,
    backward: Box<dyn Backward>,
    values: Values,
    running: Option<Running>,
}

/// The backward pass of one block.
struct BlockGradient {
    graph: Rc<Graph>,
    steps: Vec<Step>,
    above: Slot,
    below: Slot,
}

impl BlockGradient {
    fn run(self, parameters: &[Vec<Flat>], gradients: &mut Gradients<f32, Cpu>) -> Result<(), CpuError> {
        let mut gradient = self.above.borrow_mut().take();
        let mut skip: Option<(Source, Flow)> = None;
        for (step, tensors) in self.steps.into_iter().zip(parameters).rev() {
            let op = &self.graph.ops[step.op.0];
            let Some(flowing) = gradient.take() else { break };
            let wanted = op.inputs[0] != Source::Image;
            let work = span(Work::Backward(layer::of(&op.kind).family()));
            let mut back = step.backward.run(flowing, &step.values, wanted);
            for (tensor, own) in tensors.iter().zip(back.parameters) {
                let sum = gradients.get_or_alloc_mut(tensor)?;
                sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            if let (Some(source), Some(extra)) = (op.inputs.get(1), back.skip) {
                skip = Some((*source, extra));
            }
            // The gradient of the skip connection is added to that of the block's input.
            if let (Some(below), Some((source, extra))) = (&mut back.input, &skip)
                && op.inputs[0] == *source
            {
                below.join(extra);
                skip = None;
            }
            drop(work);
            gradient = back.input;
        }
        *self.below.borrow_mut() = gradient;
        Ok(())
    }
}

impl Role {
    /// Whether weight decay applies: to weights of standard and pointwise convolutions and dense layers, but not to
    /// batch norm, biases or depthwise weights.
    #[must_use]
    pub(crate) const fn decays(self) -> bool {
        matches!(self, Self::Weight { .. })
    }
}
