//! Adam, AdamW, SGD and RMSprop as a dfdx `Optimizer`, for tensors of any size and with a state that can be saved.
//! Each gives the same results as dfdx's own, exactly or up to rounding.

use super::network::{Flat, Network, values};
use crate::config;
use dfdx::optim::OptimizerUpdateError;
use dfdx::prelude::{Cpu, CpuError, Gradients, Optimizer as DfdxOptimizer};

/// Decay of Adam's first and second moments, and ε of its denominator.
const BETAS: [f32; 2] = [0.9, 0.999];
const ADAM_EPSILON: f32 = 1e-8;
/// Decay of RMSprop's mean square, and ε of its denominator.
const ALPHA: f32 = 0.9;
const RMS_EPSILON: f32 = 1e-8;

/// Parameters that an optimiser can change.
pub trait Trainable {
    /// Calls `change` for every trained parameter; the flag is true if weight decay applies to it.
    fn each_trained(&mut self, change: &mut dyn FnMut(&mut Flat, bool));
}

impl Trainable for Network {
    fn each_trained(&mut self, change: &mut dyn FnMut(&mut Flat, bool)) {
        for parameter in self.parameters_mut().iter_mut().filter(|parameter| parameter.about.role.is_trained()) {
            change(&mut parameter.tensor, parameter.about.role.decays());
        }
    }
}

/// An optimiser with its state for each parameter.
#[derive(Debug, Clone)]
pub struct Optimizer {
    kind: config::Optimizer,
    momentum: f32,
    weight_decay: f32,
    /// The learning rate of the next step.
    pub learning_rate: f32,
    /// Maximum norm of the gradient of a step; 0 for no clipping.
    pub clip: f32,
    /// Completed steps.
    pub steps: u32,
    /// State per parameter: one or two values for each of its values.
    pub state: Vec<Vec<f32>>,
}

impl Optimizer {
    /// The optimiser with the settings of `train`.
    #[must_use]
    pub fn new(train: &config::Train) -> Self {
        Self {
            kind: train.optimizer,
            momentum: train.momentum as f32,
            weight_decay: train.weight_decay as f32,
            learning_rate: train.learning_rate as f32,
            clip: train.gradient_clip as f32,
            steps: 0,
            state: Vec::new(),
        }
    }

    fn initial(&self, length: usize) -> Vec<f32> {
        match self.kind {
            config::Optimizer::Adam | config::Optimizer::Adamw => vec![0.0; 2 * length],
            config::Optimizer::Sgd => vec![0.0; length],
            config::Optimizer::Rmsprop => vec![1.0; length],
        }
    }

    /// Updates one parameter.
    fn step(&mut self, index: usize, values: &mut [f32], gradients: &[f32], decays: bool) {
        if self.state.len() <= index {
            self.state.push(self.initial(values.len()));
        }
        let decay = if decays { self.weight_decay } else { 0.0 };
        let rate = self.learning_rate;
        let steps = self.steps as i32;
        let state = &mut self.state[index];
        match self.kind {
            config::Optimizer::Adam | config::Optimizer::Adamw => {
                let decoupled = self.kind == config::Optimizer::Adamw;
                let unbias = BETAS.map(|beta| (1.0 - beta.powi(steps)).recip());
                let (first, second) = state.split_at_mut(values.len());
                for (((value, gradient), m), v) in values.iter_mut().zip(gradients).zip(first).zip(second) {
                    let gradient = if decoupled { *gradient } else { gradient + decay * *value };
                    *m = *m * BETAS[0] + gradient * (1.0 - BETAS[0]);
                    *v = *v * BETAS[1] + gradient.powi(2) * (1.0 - BETAS[1]);
                    let mut step = rate * (*m * unbias[0]) / ((*v * unbias[1]).sqrt() + ADAM_EPSILON);
                    if decoupled {
                        step += decay * rate * *value;
                    }
                    *value -= step;
                }
            }
            config::Optimizer::Sgd => {
                for ((value, gradient), velocity) in values.iter_mut().zip(gradients).zip(state) {
                    *velocity = gradient + decay * *value + self.momentum * *velocity;
                    *value -= *velocity * rate;
                }
            }
            config::Optimizer::Rmsprop => {
                for ((value, gradient), square) in values.iter_mut().zip(gradients).zip(state) {
                    let gradient = gradient + decay * *value;
                    *square += (1.0 - ALPHA) * (gradient * gradient - *square);
                    *value -= gradient / (*square + RMS_EPSILON).sqrt() * rate;
                }
            }
        }
    }
}

impl<M: Trainable> DfdxOptimizer<M, Cpu, f32> for Optimizer {
    fn update(
        &mut self,
        module: &mut M,
        gradients: &Gradients<f32, Cpu>,
    ) -> Result<(), OptimizerUpdateError<CpuError>> {
        self.steps += 1;
        let mut of_all: Vec<Vec<f32>> = Vec::new();
        module.each_trained(&mut |tensor, _| of_all.push(values(&gradients.get(tensor))));
        if self.clip > 0.0 {
            let squares: f64 = of_all.iter().flatten().map(|x| f64::from(*x).powi(2)).sum();
            let norm = squares.sqrt() as f32;
            if norm > self.clip {
                of_all.iter_mut().flatten().for_each(|x| *x *= self.clip / norm);
            }
        }
        let mut index = 0;
        module.each_trained(&mut |tensor, decays| {
            let mut numbers = values(tensor);
            self.step(index, &mut numbers, &of_all[index], decays);
            tensor.copy_from(&numbers);
            index += 1;
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DfdxOptimizer, Flat, Optimizer as Ours, Trainable, config, values};
    use dfdx::optim::{Adam, Momentum, RMSprop, Sgd, WeightDecay};
    use dfdx::prelude::*;

    const SIZE: usize = 5;

    /// One parameter.
    struct One(Flat);

    impl Trainable for One {
        fn each_trained(&mut self, change: &mut dyn FnMut(&mut Flat, bool)) {
            change(&mut self.0, true);
        }
    }

    /// Compares 100 steps on Σ (rate · x − 1)² with ours and with dfdx's optimiser.
    fn compare(train: &config::Train, mut theirs: impl DfdxOptimizer<Tensor<Rank1<SIZE>, f32, Cpu>, Cpu, f32>) {
        let device = Cpu::default();
        let start: [f32; SIZE] = [1.0, -2.0, 0.5, 3.0, -0.1];
        let rates: [f32; SIZE] = [0.01, 0.1, 1.0, 2.0, 0.5];
        let (mut expected, fixed) = (device.tensor(start), device.tensor(rates));
        let mut ours = Ours::new(train);
        let mut found = One(device.tensor_from_vec(start.to_vec(), (SIZE,)));
        let free = device.tensor_from_vec(rates.to_vec(), (SIZE,));
        for _ in 0..100 {
            let gradients = ((expected.leaky_trace() * fixed.clone()) - 1.0).square().sum().backward();
            theirs.update(&mut expected, &gradients).unwrap();
            let gradients = ((found.0.leaky_trace() * free.clone()) - 1.0).square().sum().backward();
            ours.update(&mut found, &gradients).unwrap();
        }
        for (found, expected) in values(&found.0).iter().zip(expected.array()) {
            assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{found} instead of {expected}");
        }
        assert_ne!(expected.array(), start);
    }

    fn train(optimizer: config::Optimizer, weight_decay: f64) -> config::Train {
        config::Train { optimizer, weight_decay, learning_rate: 0.01, ..config::Train::default() }
    }

    fn model() -> Tensor<Rank1<SIZE>, f32, Cpu> {
        Cpu::default().zeros()
    }

    #[test]
    fn adam_and_adamw_agree_with_dfdx() {
        for (kind, decay) in
            [(config::Optimizer::Adam, WeightDecay::L2(0.1)), (config::Optimizer::Adamw, WeightDecay::Decoupled(0.1))]
        {
            let config = AdamConfig { lr: 0.01, weight_decay: Some(decay), ..AdamConfig::default() };
            compare(&train(kind, 0.1), Adam::new(&model(), config));
        }
    }

    #[test]
    fn sgd_agrees_with_dfdx() {
        let config =
            SgdConfig { lr: 0.01, momentum: Some(Momentum::Classic(0.9)), weight_decay: Some(WeightDecay::L2(0.1)) };
        compare(&train(config::Optimizer::Sgd, 0.1), Sgd::new(&model(), config));
    }

    #[test]
    fn rmsprop_agrees_with_dfdx() {
        let config = RMSpropConfig {
            lr: 0.01,
            alpha: 0.9,
            eps: 1e-8,
            momentum: None,
            centered: false,
            weight_decay: Some(WeightDecay::L2(0.1)),
        };
        compare(&train(config::Optimizer::Rmsprop, 0.1), RMSprop::new(&model(), config));
    }

    #[test]
    fn a_clipped_gradient_has_the_norm_asked_for() {
        let device = Cpu::default();
        let step = |clip: f64| {
            let mut ours =
                Ours::new(&config::Train { momentum: 0.0, gradient_clip: clip, ..train(config::Optimizer::Sgd, 0.0) });
            let mut one = One(device.tensor_from_vec(vec![3.0, 4.0], (2,)));
            let gradients = one.0.leaky_trace().square().sum().backward();
            ours.update(&mut one, &gradients).unwrap();
            let moved: Vec<f32> = values(&one.0).iter().zip([3.0, 4.0]).map(|(a, b)| (b - a) / 0.01).collect();
            moved.iter().map(|x| x * x).sum::<f32>().sqrt()
        };
        assert!((step(0.0) - 10.0).abs() < 1e-3);
        assert!((step(2.5) - 2.5).abs() < 1e-3);
        assert!((step(50.0) - 10.0).abs() < 1e-3);
    }
}
