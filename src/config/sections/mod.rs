//! The typed configuration: every section, key, range and default of the TOML file.
//!
//! This is the only place that states them. The JSON schema is generated from these types, the
//! reader in [`super::read`] checks files against that schema, and the screens ask it for help
//! texts and legal values.

mod data;
mod network;
mod train;

pub use data::{Augment, Background, Data, Mean, PerChannel, Resize, Std};
pub use network::{
    Activation, After, Auto, Block, Head, Input, MAX_CLASSES, Model, NumClasses, Padding, Pool, SqueezeExcite, Stem,
};

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
    #[serde(skip_serializing_if = "is_first_format")]
    #[schemars(range(min = 1, max = 1))]
    pub format: u32,
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
