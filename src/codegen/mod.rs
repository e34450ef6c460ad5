//! A planned network and its weights as C++11: one header, and an Arduino sketch that tries it.
//!
//! The program (which step works where) comes from [`crate::plan`]; `parameters` puts weights
//! into the order the kernels read them in; `kernels` writes a function for each step; and
//! `header` writes everything around them. Only `writer` knows line breaks, indentation,
//! braces and comments.

mod check;
mod export;
mod float;
mod header;
mod int8;
mod literal;
mod runtime;
mod sketch;
mod steps;
pub mod symbols;
mod tables;
mod template;
mod writer;

pub use check::{OUTPUT_FAILED, check, trial};
pub use export::{Sources, export};
pub use header::header;
pub use literal::float as float_literal;
pub use sketch::{Sample, SampleRoom, samples, select, sketch};

use crate::config::{Plan, Precision, Resize};
use crate::files::FileError;
use crate::graph::{Graph, Weights};
use crate::plan::Program;
use crate::quant::Quantised;

/// What a header is made of.
#[derive(Debug, Clone)]
pub struct Model<'a> {
    /// The network, batch norm folded: see [`crate::quant::fold`].
    pub graph: &'a Graph,
    /// Its weights, folded too.
    pub weights: &'a Weights,
    /// The same network in integers, for an int8 header.
    pub quantised: Option<&'a Quantised>,
    /// What its memory plan aims at.
    pub plan: Plan,
    /// What happened to images of another shape, and happens to rows of a camera.
    pub resize: Resize,
    /// Name of the C++ class: see [`symbols::class_name`].
    pub class_name: String,
    /// The name of each class.
    pub labels: &'a [String],
    /// Where it all comes from.
    pub provenance: Provenance,
}

impl Model<'_> {
    /// The program that its header runs.
    #[must_use]
    pub fn program(&self) -> Program {
        let precision = if self.quantised.is_some() { Precision::Int8 } else { Precision::Float };
        Program::of(self.graph, precision, self.plan)
    }
}

/// Where a header comes from, for the comment at its top.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// Hash of the configuration.
    pub config_hash: String,
    /// What it was trained on.
    pub data: String,
    /// Validation accuracy of the float network, as a fraction.
    pub accuracy: Option<f64>,
    /// The same of the int8 network.
    pub int8_accuracy: Option<f64>,
    /// Hash of the trained weights.
    pub weights_hash: String,
    /// From which probability on the network counts as sure of its answer; `None`: nobody measured it.
    pub sure: Option<Sure>,
}

/// From which probability on an answer counts as sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sure {
    /// The precision asked for: the share of the sure answers that should be right.
    pub precision: f64,
    /// The threshold, and the share of the images that reach it; `None` where no threshold has the precision.
    pub threshold: Option<(f32, f64)>,
}

impl Sure {
    /// What the header compares a probability with.
    fn threshold_of(sure: Option<Self>) -> f32 {
        match sure {
            None => UNMEASURED,
            Some(sure) => sure.threshold.map_or(NEVER, |(threshold, _)| threshold),
        }
    }
}

/// The threshold where nobody measured one: the class found is then likelier than all others together.
const UNMEASURED: f32 = 0.5;
/// A threshold that no probability reaches.
const NEVER: f32 = 2.0;

/// Why no C++ can be written.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// A weight is no finite number.
    #[error("`{name}` holds {value}, which C++ has no literal for; this network cannot be exported")]
    NotFinite {
        /// The parameter.
        name: String,
        /// The value.
        value: f32,
    },
    /// The class name is no identifier that can be used.
    #[error("`{}` cannot be the name of a C++ class", crate::escape::terminal(.0))]
    ClassName(String),
    /// The number of labels differs from the number of classes.
    #[error("{labels} labels for {classes} classes")]
    Labels {
        /// How many labels there are.
        labels: usize,
        /// How many classes.
        classes: usize,
    },
    /// The network has batch normalisation that is not folded, or no convolution first.
    #[error("`{0}` cannot be written as C++ in this place of a network")]
    Unsupported(String),
    /// It has more of something than an exported program can count.
    #[error("this network cannot be exported: {0}")]
    Limit(crate::plan::Limit),
    /// A sample image has the wrong size or class.
    #[error("the sample {} does not fit the network: {bytes} bytes of class {label}", crate::escape::terminal(name))]
    Sample {
        /// Its name.
        name: String,
        /// Its size.
        bytes: usize,
        /// Its class.
        label: usize,
    },
    /// There is no sample image, but the sketch needs at least one.
    #[error("a sketch needs at least one sample image")]
    NoSample,
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The name and version that are written into every file.
const TOOL: &str = concat!("micromobilenet ", env!("CARGO_PKG_VERSION"));
