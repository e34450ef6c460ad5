//! Values of an operation's parameters by role.

use crate::graph::Role;

/// The values of an operation's parameters, in the order of [`crate::graph::Op::params`].
#[derive(Debug, Clone, Default)]
pub struct Values(Vec<(Role, Vec<f32>)>);

impl Values {
    /// `values` and their roles.
    pub const fn new(values: Vec<(Role, Vec<f32>)>) -> Self {
        Self(values)
    }

    /// The `index`th parameter whose role satisfies `is`; empty if there is none.
    fn nth(&self, index: usize, is: impl Fn(Role) -> bool) -> &[f32] {
        self.0.iter().filter(|(role, _)| is(*role)).nth(index).map_or(&[], |(_, values)| values)
    }

    /// The weights of filter layer `index`.
    pub fn weights_of(&self, index: usize) -> &[f32] {
        self.nth(index, Role::is_weight)
    }

    /// The biases of filter layer `index`.
    pub fn bias_of(&self, index: usize) -> &[f32] {
        self.nth(index, |role| role == Role::Bias)
    }

    /// The weights of the only filter layer.
    pub fn weights(&self) -> &[f32] {
        self.weights_of(0)
    }

    /// Replaces the weights of the only filter layer.
    pub fn set_weights(&mut self, weights: Vec<f32>) {
        if let Some((_, values)) = self.0.iter_mut().find(|(role, _)| role.is_weight()) {
            *values = weights;
        }
    }

    /// The biases of the only filter layer.
    pub fn bias(&self) -> &[f32] {
        self.bias_of(0)
    }

    /// γ of batch norm.
    pub fn gamma(&self) -> &[f32] {
        self.nth(0, |role| role == Role::Scale)
    }

    /// β of batch norm.
    pub fn beta(&self) -> &[f32] {
        self.nth(0, |role| role == Role::Shift)
    }

    /// The running mean of batch norm.
    pub fn mean(&self) -> &[f32] {
        self.nth(0, |role| role == Role::Mean)
    }

    /// The running variance of batch norm.
    pub fn variance(&self) -> &[f32] {
        self.nth(0, |role| role == Role::Variance)
    }

    /// The number of values of each parameter.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(_, values)| values.len())
    }
}
