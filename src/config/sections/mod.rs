//! The typed configuration: every section, key, range and default of the TOML file.
//!
//! The JSON schema is generated from these types. Files are checked against it, and the workbench takes
//! help texts and legal values from it.

mod data;
mod head;
mod network;
mod shared;
mod train;

pub use data::{Augment, Background, Data, Mean, PerChannel, Resize, Std};
pub use head::{Head, Hidden, Pool, Units};
pub use network::{
    Activation, After, Auto, Block, Input, MAX_CLASSES, Model, NumClasses, Padding, SqueezeExcite, Stem,
};

pub(super) use shared::KIND;
pub use train::{AUTO_EPOCHS, ClassWeights, Epochs, Optimizer, Schedule, Select, Train};

use crate::format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole configuration file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "MicroMobileNet configuration")]
pub struct Config {
    /// Format of this file, for later versions; absent: 1.
    ///
    /// Cost: nothing.
    #[serde(skip_serializing_if = "is_first_format")]
    #[schemars(range(min = 1, max = 1))]
    pub format: u32,
    /// Name, input size and settings of the whole network.
    pub model: Model,
    /// The first convolution.
    pub stem: Stem,
    /// The blocks, first to last.
    pub blocks: Vec<Block>,
    /// Pooling and classifier.
    pub head: Head,
    /// The images and their preprocessing.
    pub data: Data,
    /// Augmentation of training images.
    pub augment: Augment,
    /// Training.
    pub train: Train,
    /// The C++ header.
    pub export: Export,
    /// The board that the network should fit.
    pub target: Target,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            format: format::CONFIG,
            model: Model::default(),
            stem: Stem::default(),
            blocks: Vec::new(),
            head: Head::default(),
            data: Data::default(),
            augment: Augment::default(),
            train: Train::default(),
            export: Export::default(),
            target: Target::default(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first_format(format: &u32) -> bool {
    *format == 1
}

/// `[export]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Export {
    /// Name of the C++ class, the header and the sketch; empty: from the model's name.
    ///
    /// Cost: nothing.
    #[schemars(regex(pattern = r"^([A-Za-z][A-Za-z0-9_]{0,31})?$"))]
    pub class_name: String,
    /// Arithmetic of the header.
    ///
    /// Cost: int8 has about a quarter of the RAM and flash of float.
    ///
    /// Measured: 15 runs on photographs of flowers whose last tenth of epochs was quantisation-aware: int8 0.15 points
    /// better than float on average, 0.35 worse at worst.
    ///
    /// Paper: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    /// Inference, arXiv:1712.05877
    pub precision: Precision,
    /// Objective of the memory plan.
    ///
    /// Cost: smallest waits longer after the last row of the image, lowest-latency takes more RAM; weights and MACs are
    /// the same.
    pub plan: Plan,
    /// Sample images per class in the sketch; fewer if the board's flash has no room for them.
    ///
    /// Cost: flash: height × width × channels bytes each.
    #[schemars(range(min = 1, max = 100))]
    pub samples: u32,
    /// Precision that the predictions with sure() should have; sets its probability threshold.
    ///
    /// Cost: nothing; a higher one leaves more images without a sure answer.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1.0))]
    pub min_precision: f64,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            class_name: String::new(),
            precision: Precision::Int8,
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
    /// 32-bit floating point: four bytes per weight and per value of a row; slow without an FPU.
    Float,
    /// 8-bit integers: one byte per weight and per value of a row; needed on small boards.
    Int8,
}

impl Precision {
    /// The value in a configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int8 => "int8",
        }
    }
}

/// Objective of a memory plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Plan {
    /// Least RAM, and the least work after the last row that it allows.
    Smallest,
    /// Least work after the last row of the image.
    LowestLatency,
}

impl Plan {
    /// The value in a configuration.
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
    /// ID of the board that the network should fit; empty: none.
    ///
    /// Cost: nothing: the network stays as it is, and is compared with what the board has.
    pub board: String,
}
