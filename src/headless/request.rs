//! A parsed command line.

use crate::config::{Edit, KeyPath};
use crate::jobs::Folders;
use std::path::PathBuf;

pub use crate::config::DEFAULT_CONFIG;

/// The options of the command line.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody may give")]
pub struct Request {
    /// Configuration file or preset.
    pub config: Option<PathBuf>,
    /// Show parameters, MACs and memory of each layer.
    pub estimate: bool,
    /// Train.
    pub train: bool,
    /// Evaluate.
    pub evaluate: bool,
    /// Export C++.
    pub export: bool,
    /// Images and folders of images to classify.
    pub predict: Vec<PathBuf>,
    /// A folder in which to classify new images.
    pub watch: Option<PathBuf>,
    /// Runs to compare.
    pub report: Vec<PathBuf>,
    /// Edits of the configuration, in order of application.
    pub overrides: Vec<Edit>,
    /// Run folder.
    pub run: Option<PathBuf>,
    /// Number of trainings, with consecutive seeds.
    pub seeds: Option<u16>,
    /// Resume a training.
    pub resume: bool,
    /// The run of the teacher network, for knowledge distillation.
    pub distill: Option<PathBuf>,
    /// Weights file.
    pub weights: Option<PathBuf>,
    /// Default folders of runs and exports.
    pub folders: Folders,
    /// Output folder of export and report.
    pub output: Option<PathBuf>,
    /// The target board.
    pub board: Option<String>,
    /// Number of threads.
    pub threads: Option<usize>,
    /// The temperature of the processor, in °C, at which training is paused.
    pub max_temperature: Option<f64>,
    /// The maximum accuracy drop from float to int8, as a fraction.
    pub max_accuracy_drop: Option<f64>,
    /// Skip compiling and running the header before export.
    pub no_check: bool,
    /// Images to evaluate on.
    pub split: Split,
    /// One epoch on few images.
    pub test: bool,
    /// Machine-readable output.
    pub json: bool,
    /// Verbose output.
    pub verbose: bool,
}

impl Request {
    /// Whether an override sets the source of images, as `--data` does.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.overrides.iter().any(|edit| edit.key() == KeyPath::of("data.source"))
    }
}

/// A split of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Split {
    /// The validation images.
    #[default]
    Validation,
    /// The test images.
    Test,
    /// The training images.
    Train,
    /// All labelled images of the source, whatever their split; it may have fewer classes.
    All,
}
