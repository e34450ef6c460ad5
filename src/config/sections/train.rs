//! Training: `[train]`.

use super::network::Auto;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `[train]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Passes over the training images; "auto": as many as images_seen takes.
    pub epochs: Epochs,
    /// With epochs = "auto": images that training sees, over all epochs, of which there are 10 to 2,000.
    #[schemars(range(min = 1_000, max = 1_000_000_000))]
    pub images_seen: u32,
    /// Images a step.
    #[schemars(range(min = 1, max = 1024))]
    pub batch_size: u32,
    /// Highest learning rate.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 10.0))]
    pub learning_rate: f64,
    /// What turns gradients into steps.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Epochs over which the rate rises from 0 (one_cycle: 30 % of all where this is 0).
    #[schemars(range(min = 0.0, max = 100_000.0))]
    pub warmup: f64,
    /// Share of the highest rate that is left at the end of cosine and one_cycle. A wide network on few images
    /// learns them by heart while the rate is near 0.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub final_rate: f64,
    /// Weight decay (adam, sgd, rmsprop: L2; adamw: decoupled); not on batch norm, biases and depthwise weights.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub weight_decay: f64,
    /// Momentum of sgd.
    #[schemars(range(min = 0.0, max = 0.9999))]
    pub momentum: f64,
    /// Share of each target spread over all classes.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub label_smoothing: f64,
    /// Share of the epochs, at the end, in which the network learns to be the integers of int8; 0: none.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub quantization_aware: f64,
    /// With --distill: share of the loss that is the difference from the teacher's answers.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub distill_weight: f64,
    /// With --distill: what logits are divided by before they are compared with the teacher's.
    #[schemars(range(min = 0.1, max = 100.0))]
    pub distill_temperature: f64,
    /// How much each class counts in the loss.
    pub class_weights: ClassWeights,
    /// Decay of the moving average of weights that is evaluated and kept; 0: none.
    #[schemars(range(min = 0.0, max = 0.99999))]
    pub ema: f64,
    /// Which epoch is kept as best: that of the highest validation accuracy (of equal ones the one with the
    /// lower loss), that of the lowest validation loss, or the last. Once quantisation-aware epochs have
    /// begun, only those count; with fewer than 100 validation images, means over a tenth of the epochs (5 at
    /// most) are compared.
    pub select: Select,
    /// Stops after this many epochs without a better one (see select), counted anew from the first
    /// quantisation-aware epoch on; 0: never.
    #[schemars(range(min = 0, max = 100_000))]
    pub early_stopping: u32,
    /// Largest norm of the gradient of a step; 0: any.
    #[schemars(range(min = 0.0, max = 1e6))]
    pub gradient_clip: f64,
    /// The best checkpoint is kept only from this validation accuracy on; the last always is.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub checkpoint_min_accuracy: f64,
    /// Seed of weights, order, augmentation and dropout.
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
    /// How many epochs are trained on `images` training images: `epochs`, or, where that is "auto", as
    /// many as see `images_seen` images, at least [`AUTO_EPOCHS`]'s first and at most its last.
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

    /// How many of `epochs` epochs, the last ones, are to teach the network to be integers: none where
    /// so few are trained that the share is less than half of one.
    #[must_use]
    pub fn integer_epochs(&self, epochs: u32) -> u32 {
        (f64::from(epochs) * self.quantization_aware).round() as u32
    }
}

/// The fewest and the most epochs of `epochs = "auto"`.
pub const AUTO_EPOCHS: std::ops::RangeInclusive<u32> = 10..=2_000;

/// A number of epochs, or "auto".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Epochs {
    /// As many as `images_seen` takes.
    Auto(Auto),
    /// This many.
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

/// Which epoch is kept as best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Select {
    /// That of the highest validation accuracy, of equal ones the one with the lower loss.
    #[default]
    Accuracy,
    /// That of the lowest validation loss.
    Loss,
    /// The last.
    Last,
}

/// What turns gradients into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Optimizer {
    /// Adam (arXiv 1412.6980).
    Adam,
    /// Adam with decoupled weight decay (arXiv 1711.05101).
    Adamw,
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// RMSprop.
    Rmsprop,
}

/// How the learning rate changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Schedule {
    /// It does not.
    Constant,
    /// Half a cosine, to 0 (arXiv 1608.03983).
    Cosine,
    /// Up from 1/25, then down to 1/250,000, along cosines (arXiv 1708.07120).
    OneCycle,
}

/// How much each class counts in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ClassWeights {
    /// The same.
    None,
    /// In inverse proportion to its number of images.
    Balanced,
}
