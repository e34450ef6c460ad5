//! The typed configuration: every section, key, range and default of the TOML file.
//!
//! This is the only place that states them. The JSON schema is generated from these types, the
//! reader in [`super::read`] checks files against that schema, and the screens ask it for help
//! texts and legal values.

mod network;

pub use network::{
    Activation, After, Auto, Block, Head, Input, MAX_CLASSES, Model, NumClasses, Padding, Pool, SqueezeExcite, Stem,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A whole configuration file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "MicroMobileNet configuration")]
pub struct Config {
    /// Name, input and what holds for the whole network.
    pub model: Model,
    /// The first convolution.
    pub stem: Stem,
    /// The blocks, first to last.
    pub blocks: Vec<Block>,
    /// Pooling and classifier.
    pub head: Head,
    /// Where images come from and how they are prepared.
    pub data: Data,
    /// Random changes to training images.
    pub augment: Augment,
    /// How the network is trained.
    pub train: Train,
    /// What the C++ header looks like.
    pub export: Export,
    /// The board to fit.
    pub target: Target,
}

/// `[data]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// A bundled name, a folder of pictures (one sub-folder per class, or a table of labels), or a folder or file of IDX, CIFAR or npz data.
    pub source: String,
    /// Share of the images held out for validation; ignored by a source that has its own split.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 0.9))]
    pub validation_split: f64,
    /// Share of the images set apart for the end, which neither training nor the choice of an epoch sees; 0 sets
    /// none apart. Ignored by a source that has its own test images.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub test_split: f64,
    /// Seed of the split, apart from the training seed.
    pub split_seed: u32,
    /// What happens to an image of another shape than the input.
    pub resize: Resize,
    /// Color behind the transparent pixels of an image.
    pub background: Background,
    /// The network sees (pixel/255 − mean) / std; rounded to a multiple of 1/255. One number or one per channel.
    pub mean: PerChannel<Mean>,
    /// See mean.
    pub std: PerChannel<Std>,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            source: "fashion-mnist".into(),
            validation_split: 0.2,
            test_split: 0.0,
            split_seed: 0,
            resize: Resize::Crop,
            background: Background::White,
            mean: PerChannel::One(Mean(0.0)),
            std: PerChannel::One(Std(1.0)),
        }
    }
}

/// What happens to an image of another shape than the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Resize {
    /// Stretched: the whole image, its proportions changed.
    Fit,
    /// The largest centred part with the input's proportions.
    #[default]
    Crop,
    /// The whole image, its proportions kept, black bars beside it.
    Pad,
}

/// Color behind the transparent pixels of an image. Bars of `resize = "pad"` are black with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Background {
    /// As on paper: drawings made on a transparent canvas are dark on light.
    #[default]
    White,
    /// As a screen that is off.
    Black,
}

/// A mean of pixel values, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Mean(#[schemars(range(min = 0.0, max = 1.0))] pub f64);

/// A standard deviation of pixel values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Std(#[schemars(range(min = 0.001, max = 100.0))] pub f64);

/// One value for all channels, or one for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum PerChannel<T> {
    /// The same for every channel.
    One(T),
    /// One for each channel.
    Each(#[schemars(length(min = 1, max = 3))] Vec<T>),
}

impl<T: Copy> PerChannel<T> {
    /// The value of each of `channels` channels; `None` where their number differs.
    #[must_use]
    pub fn each(&self, channels: usize) -> Option<Vec<T>> {
        match self {
            Self::One(value) => Some(vec![*value; channels]),
            Self::Each(values) => (values.len() == channels).then(|| values.clone()),
        }
    }
}

/// `[augment]`: each is drawn anew for every image of every epoch, uniformly from −x to x.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Mirrors half of the images, left to right.
    pub flip: bool,
    /// Largest shift, as a share of the side.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub shift: f64,
    /// Largest rotation, in degrees.
    #[schemars(range(min = 0.0, max = 180.0))]
    pub rotate: f64,
    /// Largest change of scale: 0.2 is 0.8 to 1.2 times.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub zoom: f64,
    /// Largest change of brightness, as a share of white.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub brightness: f64,
    /// Largest change of contrast: 0.2 is 0.8 to 1.2 times.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contrast: f64,
    /// Standard deviation of noise, as a share of white.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub noise: f64,
    /// Largest share of another image, and of its class, that is mixed into an image (mixup, arXiv 1710.09412).
    #[schemars(range(min = 0.0, max = 0.5))]
    pub mixup: f64,
}

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

/// `[export]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Export {
    /// Name of the C++ class, the header and the sketch; empty: from the model's name.
    #[schemars(regex(pattern = r"^([A-Za-z][A-Za-z0-9_]{0,31})?$"))]
    pub class_name: String,
    /// Arithmetic of the header.
    pub precision: Precision,
    /// What the memory plan aims at.
    pub plan: Plan,
    /// Sample images per class in the sketch, as far as they fit the board.
    #[schemars(range(min = 1, max = 100))]
    pub samples: u32,
    /// Share of the answers that the network is sure of which should be right: sets the threshold of sure().
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1.0))]
    pub min_precision: f64,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            class_name: String::new(),
            precision: Precision::Float,
            plan: Plan::Smallest,
            samples: 1,
            min_precision: 0.9,
        }
    }
}

/// Arithmetic of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Precision {
    /// 32-bit floating point.
    Float,
    /// 8-bit integers.
    Int8,
}

impl Precision {
    /// As a configuration says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int8 => "int8",
        }
    }
}

/// What a memory plan aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Plan {
    /// The least RAM.
    Smallest,
    /// The least work after the last row of the image.
    LowestLatency,
}

impl Plan {
    /// As a configuration says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Smallest => "smallest",
            Self::LowestLatency => "lowest-latency",
        }
    }
}

/// `[target]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Target {
    /// The board to fit; empty: none.
    pub board: String,
}
