//! Training: `[train]`.

use super::network::Auto;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[train]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Number of epochs, or "auto": computed from images_seen.
    ///
    /// Cost: training time in proportion.
    pub epochs: Epochs,
    /// With epochs = "auto": number of training images over all epochs; the result is 10 to 2,000 epochs.
    ///
    /// Cost: training time in proportion.
    #[schemars(range(min = 1_000, max = 1_000_000_000))]
    pub images_seen: u32,
    /// Images per training step.
    ///
    /// Cost: memory while training; larger batches make fewer steps per epoch.
    ///
    /// Measured: micro on photographs of flowers, 150 epochs, one seed: 57.8 % with 64, 60.1 % with 32.
    #[schemars(range(min = 1, max = 1024))]
    pub batch_size: u32,
    /// Peak learning rate.
    ///
    /// Cost: nothing. Too high, and the loss jumps or grows; too low, and the training is not done when it ends.
    ///
    /// Measured: 77,000 parameters, RGB photographs of flowers: 74.4 % with 0.15, 75.4 and 75.1 % with 0.1. The presets
    /// use 0.1 for sgd; 0.02 worked for adamw.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 10.0))]
    pub learning_rate: f64,
    /// Optimizer.
    ///
    /// Cost: training memory: two more values per weight with adam and adamw, one with sgd and rmsprop.
    ///
    /// Measured: photographs of flowers, one seed, adamw at 0.02 and sgd at 0.1: milli 60.4 and 63.5 % (140 epochs),
    /// mobilenet 56.8 and 61.2 % (120 epochs). In short trainings of micro adamw is better: 59.4 and 57.2 % (120
    /// epochs, three seeds).
    pub optimizer: Optimizer,
    /// Learning rate schedule.
    ///
    /// Cost: nothing.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with one_cycle, 52.0 % with a
    /// constant rate.
    pub schedule: Schedule,
    /// Warm-up: epochs in which the learning rate rises from 0 (one_cycle with 0: 30 % of all epochs).
    ///
    /// Cost: nothing.
    ///
    /// Large steps on random weights can ruin a training in its first batches.
    ///
    /// Paper: Goyal et al. 2017, Accurate, Large Minibatch SGD, arXiv:1706.02677
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub warmup: f64,
    /// Final learning rate of cosine and one_cycle, as a fraction of the peak.
    ///
    /// Cost: nothing.
    ///
    /// Measured: on photographs of flowers, one seed: mobilenet 64.1 % with 0.2, 63.1 % with 0; 68,703 parameters in
    /// RGB 73.6 % with 0.2, 71.5 % with 0.
    ///
    /// A wide network on few images overfits while the rate is near 0.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub final_rate: f64,
    /// Weight decay (adam, sgd, rmsprop: L2; adamw: decoupled); none for batch norm, biases and depthwise weights.
    ///
    /// Cost: nothing.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with and without.
    ///
    /// Paper: Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, arXiv:1711.05101
    #[schemars(range(min = 0.0, max = 1.0))]
    pub weight_decay: f64,
    /// Momentum of sgd.
    ///
    /// Cost: one more value per weight in training memory.
    ///
    /// Paper: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning, ICML
    #[schemars(range(min = 0.0, max = 0.9999))]
    pub momentum: f64,
    /// Label smoothing: fraction of each target spread over all classes.
    ///
    /// Cost: nothing; the probabilities are less extreme.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with 0.05, 58.3 % without, which is
    /// not significant.
    ///
    /// Paper: Szegedy et al. 2016, Rethinking the Inception Architecture, arXiv:1512.00567
    #[schemars(range(min = 0.0, max = 0.9))]
    pub label_smoothing: f64,
    /// Fraction of the epochs, at the end, with quantisation-aware training for int8; 0: none.
    ///
    /// Cost: these epochs take longer; nothing on the board.
    ///
    /// Measured: 15 runs whose last tenth was quantisation-aware lose nothing in int8: 0.15 points better than float on
    /// average, 0.35 worse at worst (864 photographs of flowers).
    ///
    /// Paper: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    /// Inference, arXiv:1712.05877
    #[schemars(range(min = 0.0, max = 1.0))]
    pub quantization_aware: f64,
    /// With --distill: weight of the distillation loss, the divergence from the teacher's predictions.
    ///
    /// Cost: the teacher predicts every batch; nothing on the board.
    ///
    /// Measured: micro without mixup on photographs of flowers, 400 epochs, three seeds: 65.1 % with a teacher of
    /// 68,703 parameters, 61.0 % without; pico 49.0 and 46.8 %.
    ///
    /// Paper: Hinton et al. 2015, Distilling the Knowledge in a Neural Network, arXiv:1503.02531
    #[schemars(range(min = 0.0, max = 1.0))]
    pub distill_weight: f64,
    /// With --distill: temperature, by which the logits of teacher and student are divided.
    ///
    /// Cost: nothing.
    ///
    /// Paper: Hinton et al. 2015, Distilling the Knowledge in a Neural Network, arXiv:1503.02531
    #[schemars(range(min = 0.1, max = 100.0))]
    pub distill_temperature: f64,
    /// Weight of each class in the loss.
    ///
    /// Cost: nothing; balanced classes raise the recall of rare classes, and lower that of frequent ones.
    pub class_weights: ClassWeights,
    /// Decay of the exponential moving average (EMA) of the weights, which is evaluated and saved; 0: none.
    ///
    /// Cost: one more copy of the weights in training memory.
    ///
    /// Measured: micro on photographs of flowers, 120 epochs, three seeds: 57.2 % with and without.
    ///
    /// Paper: Tarvainen and Valpola 2017, Mean teachers are better role models, arXiv:1703.01780
    #[schemars(range(min = 0.0, max = 0.99999))]
    pub ema: f64,
    /// Epoch saved as the best checkpoint.
    ///
    /// Cost: nothing.
    ///
    /// accuracy: highest validation accuracy (lower loss on a tie); loss: lowest validation loss; last: the last. Once
    /// quantisation-aware epochs have begun, only those count. With fewer than 100 validation images, means over a
    /// tenth of the epochs (5 at most) are compared.
    pub select: Select,
    /// Early stopping: training ends after this many epochs without a better one (see select); 0: never.
    ///
    /// Cost: saves training time; with a schedule that ends near 0 the best epochs are the last ones, which it may cut
    /// off.
    ///
    /// Epochs are counted again from the first quantisation-aware epoch.
    #[schemars(range(min = 0, max = 100_000))]
    pub early_stopping: u32,
    /// Largest L2 norm of the gradient of a step (gradient clipping); 0: no clipping.
    ///
    /// Cost: training time, hardly any.
    ///
    /// Paper: Pascanu et al. 2013, On the difficulty of training recurrent neural networks, arXiv:1211.5063
    #[schemars(range(min = 0.0, max = 1e6))]
    pub gradient_clip: f64,
    /// Lowest validation accuracy of a best checkpoint; the last checkpoint is always saved.
    ///
    /// Cost: nothing.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub checkpoint_min_accuracy: f64,
    /// Seed of initial weights, shuffling, augmentation and dropout.
    ///
    /// Cost: nothing.
    ///
    /// Measured: trainings that differ in the seed alone end 0.7 to 1.4 points apart (standard deviation of the presets
    /// on 842 photographs of flowers).
    pub seed: u32,
}

impl Default for Train {
    fn default() -> Self {
        Self {
            epochs: Epochs::Count(60),
            images_seen: 600_000,
            batch_size: 32,
            learning_rate: 0.001,
            optimizer: Optimizer::Adamw,
            schedule: Schedule::Cosine,
            warmup: 0.0,
            final_rate: 0.0,
            weight_decay: 0.0,
            momentum: 0.9,
            label_smoothing: 0.0,
            quantization_aware: 0.0,
            distill_weight: 0.7,
            distill_temperature: 2.0,
            class_weights: ClassWeights::None,
            ema: 0.0,
            select: Select::Accuracy,
            early_stopping: 0,
            gradient_clip: 0.0,
            checkpoint_min_accuracy: 0.0,
            seed: 0,
        }
    }
}

impl Train {
    /// The number of epochs for `images` training images: `epochs`, or, if that is "auto", `images_seen` /
    /// `images` within [`AUTO_EPOCHS`].
    #[must_use]
    pub fn epochs_on(&self, images: usize) -> u32 {
        match self.epochs {
            Epochs::Count(count) => count,
            Epochs::Auto(_) => {
                let passes = f64::from(self.images_seen) / images.max(1) as f64;
                (passes.round() as u32).clamp(*AUTO_EPOCHS.start(), *AUTO_EPOCHS.end())
            }
        }
    }

    /// The number of quantisation-aware epochs, the last ones of `epochs`: 0 if their fraction is less than half an
    /// epoch.
    #[must_use]
    pub fn integer_epochs(&self, epochs: u32) -> u32 {
        (f64::from(epochs) * self.quantization_aware).round() as u32
    }
}

/// The range of epochs of `epochs = "auto"`.
pub const AUTO_EPOCHS: std::ops::RangeInclusive<u32> = 10..=2_000;

/// A number of epochs, or "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Epochs {
    /// Computed from `images_seen`.
    Auto(Auto),
    /// A fixed number.
    Count(#[schemars(range(min = 1, max = 100_000))] u32),
}

impl fmt::Display for Epochs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto(_) => f.write_str("auto"),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// The epoch of the best checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Select {
    /// The highest validation accuracy; on a tie, the lower loss.
    #[default]
    Accuracy,
    /// The lowest validation loss.
    Loss,
    /// The last epoch.
    Last,
}

/// Optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Optimizer {
    /// Adam: steps scaled by running means of each gradient and its square (arXiv:1412.6980).
    Adam,
    /// Adam with decoupled weight decay (arXiv:1711.05101).
    Adamw,
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// RMSprop: steps scaled by a running mean of each squared gradient.
    Rmsprop,
}

/// Learning rate schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Schedule {
    /// Constant after the warm-up.
    Constant,
    /// Cosine annealing to 0 (arXiv:1608.03983).
    Cosine,
    /// One cycle: up from 1/25 of the peak, then down to 1/250,000, along cosines (arXiv:1708.07120).
    OneCycle,
}

/// Weight of each class in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum ClassWeights {
    /// Equal weights.
    None,
    /// In inverse proportion to the number of images of the class.
    Balanced,
}
