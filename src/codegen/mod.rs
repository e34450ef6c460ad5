//! C++11 export: writes a network as one header, with an Arduino sketch that runs it on sample images.
//!
//! [`crate::plan`] determines the program: its steps and their memory. `int8` and `float` lay out weights
//! and constants in the order in which kernels read them, `steps` writes the table of steps, `runtime`
//! selects the kernels in `runtime/`, and `header` combines them. Only `writer` knows line breaks,
//! indentation, braces and comments.

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

/// The input of [`header()`]: a network with weights, labels and provenance.
#[derive(Debug, Clone)]
pub struct Model<'a> {
    /// The network, batch norm folded: see [`crate::quant::fold`].
    pub graph: &'a Graph,
    /// Its weights, with batch norm folded.
    pub weights: &'a Weights,
    /// The quantised network; if present, the header is int8.
    pub quantised: Option<&'a Quantised>,
    /// Goal of the memory plan.
    pub plan: Plan,
    /// The resizing of images in training, which the header applies to camera rows.
    pub resize: Resize,
    /// Name of the C++ class: see [`symbols::class_name`].
    pub class_name: String,
    /// Class names, in the order of the outputs.
    pub labels: &'a [String],
    /// Origin of configuration and weights.
    pub provenance: Provenance,
}

impl Model<'_> {
    /// The program that the header runs.
    #[must_use]
    pub fn program(&self) -> Program {
        let precision = if self.quantised.is_some() { Precision::Int8 } else { Precision::Float };
        Program::of(self.graph, precision, self.plan)
    }
}

/// Origin and accuracy of a network, for the first comment of its header.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// Hash of the configuration; may be empty.
    pub config_hash: String,
    /// The data set used for training; may be empty.
    pub data: String,
    /// Validation accuracy of the float network, 0 to 1.
    pub accuracy: Option<f64>,
    /// Validation accuracy of the int8 network, 0 to 1.
    pub int8_accuracy: Option<f64>,
    /// Hash of the trained weights; may be empty.
    pub weights_hash: String,
    /// Confidence threshold of `sure()`; `None` if it was not measured.
    pub confidence: Option<Confidence>,
}

/// A confidence threshold that was chosen for a required precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// Required precision: fraction of correct predictions among those that reach the threshold, 0 to 1.
    pub precision: f64,
    /// The threshold (a probability) and its coverage, the fraction of images that reach it; `None` if no threshold
    /// has the required precision.
    pub threshold: Option<(f32, f64)>,
}

impl Confidence {
    /// The threshold that the header compares probabilities with.
    fn threshold_of(confidence: Option<Self>) -> f32 {
        match confidence {
            None => UNMEASURED,
            Some(confidence) => confidence.threshold.map_or(NEVER, |(threshold, _)| threshold),
        }
    }
}

/// Default threshold: the predicted class is more likely than all others together.
const UNMEASURED: f32 = 0.5;
/// A threshold above every probability.
const NEVER: f32 = 2.0;

/// An error of the C++ export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodegenError {
    /// A weight is infinite or NaN.
    #[error("`{name}` contains {value}; only finite weights can be exported")]
    NotFinite {
        /// The parameter.
        name: String,
        /// The value.
        value: f32,
    },
    /// The class name is not a usable identifier.
    #[error("`{}` cannot be used as the name of a C++ class", crate::escape::terminal(.0))]
    ClassName(String),
    /// The number of labels differs from the number of classes.
    #[error("{labels} labels for {classes} classes")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of classes.
        classes: usize,
    },
    /// An operation is in an unsupported position, or its batch norm is not folded.
    #[error("the C++ export does not support `{0}` in this position of the network")]
    Unsupported(String),
    /// The network exceeds a limit of exported programs.
    #[error("this network cannot be exported: {0}")]
    Limit(crate::plan::Limit),
    /// A sample image has the wrong size or an invalid class.
    #[error("sample {} does not match the network: {bytes} bytes, class {label}", crate::escape::terminal(name))]
    Sample {
        /// Its name.
        name: String,
        /// Its size, in bytes.
        bytes: usize,
        /// Its class.
        label: usize,
    },
    /// The list of sample images is empty.
    #[error("a sketch needs at least one sample image")]
    NoSample,
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Name and version of this program, for the comment at the top of every file.
const TOOL: &str = concat!("micromobilenet ", env!("CARGO_PKG_VERSION"));
