//! A parsed command line.

use crate::config::Edit;
use crate::jobs::Folders;
use std::path::PathBuf;

/// The configuration where none is named.
pub const DEFAULT_CONFIG: &str = "configs/micro.toml";

/// What is asked for on the command line.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody may give")]
pub struct Request {
    /// Configuration file or preset.
    pub config: Option<PathBuf>,
    /// Show what every layer costs.
    pub estimate: bool,
    /// Train.
    pub train: bool,
    /// Evaluate.
    pub evaluate: bool,
    /// Write C++.
    pub export: bool,
    /// Images to classify, and folders of them.
    pub predict: Vec<PathBuf>,
    /// A folder whose new images are to be classified.
    pub watch: Option<PathBuf>,
    /// Runs to compare.
    pub report: Vec<PathBuf>,
    /// Edits of the configuration, in the order they apply.
    pub overrides: Vec<Edit>,
    /// Run folder.
    pub run: Option<PathBuf>,
    /// Train with so many seeds, one after the other.
    pub seeds: Option<u16>,
    /// Go on with a training.
    pub resume: bool,
    /// The run of a network to learn from.
    pub distill: Option<PathBuf>,
    /// File of weights.
    pub weights: Option<PathBuf>,
    /// Where runs and exports go, if nothing else is asked for.
    pub folders: Folders,
    /// Where export and report write.
    pub output: Option<PathBuf>,
    /// The board that the network should fit.
    pub board: Option<String>,
    /// Threads to work with.
    pub threads: Option<usize>,
    /// The temperature, in °C, from which on training waits.
    pub max_temperature: Option<f64>,
    /// The most accuracy, as a fraction, that int8 may lose.
    pub max_accuracy_drop: Option<f64>,
    /// Export without compiling and running the header first.
    pub no_check: bool,
    /// Images to evaluate on.
    pub split: Split,
    /// One epoch on few images.
    pub test: bool,
    /// Machine-readable output.
    pub json: bool,
    /// Say more.
    pub verbose: bool,
}

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Split {
    /// The images held out while training.
    #[default]
    Validation,
    /// The images that the source sets apart for the end.
    Test,
    /// The images to learn from.
    Train,
    /// All labelled images, whatever part they are in; a source of fewer classes serves too.
    All,
}
