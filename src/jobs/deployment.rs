//! Deployment of a trained network: quantisation, comparison with float, export.

use super::check::{self, CheckError, Checked, Compilers, Network};
use super::weights::Trained;
use crate::codegen::{self, CodegenError, Confidence, Model, Provenance, Sample, SampleRoom, Sources, symbols};
use crate::config::{ConfigFile, Precision};
use crate::data::{Dataset, Images};
use crate::graph::Graph;
use crate::plan::{Board, Estimate};
use crate::quant::{self, Comparison, Deployed, PredictedClasses, QuantError, Settings, Stop};
use crate::runs::{Evaluation, config_hash};
use crate::train::{self, Control};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The maximum number of validation images for the comparison of int8 with float in an export, which takes seconds.
pub const COMPARED_IMAGES: usize = 1_000;
/// The number of images for the error of each layer.
const LAYER_IMAGES: usize = 32;

/// A trained network and its images. Everything runs on the rayon pool of the caller; results do not
/// depend on the number of threads.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The configuration.
    pub spec: ConfigFile,
    /// The graph.
    pub graph: Graph,
    /// The classes, in the order of the outputs.
    pub labels: Vec<String>,
    /// The weights.
    pub trained: Arc<Trained>,
    /// Images for calibration, comparison and samples.
    pub dataset: Arc<Dataset>,
}

/// The evaluation of an int8 network.
#[derive(Debug, Clone, PartialEq)]
pub struct Int8Evaluation {
    /// Accuracy and confusion matrix.
    pub evaluation: Evaluation,
    /// The comparison with the float network.
    pub comparison: Comparison,
}

/// The arithmetic of an export.
#[derive(Debug, Clone, Copy)]
pub enum Build<'a> {
    /// 32-bit floating point.
    Float,
    /// 8-bit integers.
    Int8 {
        /// The quantised network: see [`Deployment::quantise`].
        deployed: &'a Deployed,
        /// The result of [`Deployment::evaluate_int8`]; without it, the header states an unknown int8 accuracy.
        comparison: Option<&'a Comparison>,
    },
}

/// An export, not yet written.
#[derive(Debug, Clone)]
pub struct Export {
    /// The texts of header, samples and sketch, and the name of class and folder.
    pub sources: Sources,
    /// Validation accuracy of the float network, a fraction: that of the comparison with int8, else that of
    /// training.
    pub accuracy: Option<f64>,
    /// Validation accuracy of the int8 network, a fraction.
    pub int8_accuracy: Option<f64>,
    /// The estimate; its RAM is `sizeof` of the object that the header defines.
    pub estimate: Estimate,
    /// The reference for the check of the header.
    pub network: Network,
}

impl Deployment {
    /// Quantises the network, calibrated on the training images. Takes seconds and cannot be stopped.
    ///
    /// # Errors
    /// As [`Deployed::of`].
    pub fn quantise(&self) -> Result<Deployed, QuantError> {
        Deployed::of(&self.graph, &self.trained.weights, &self.dataset.train, Settings::default())
    }

    /// Evaluates the int8 network and compares it with float on `images`, for instance
    /// `dataset.validation.sample(COMPARED_IMAGES)`; `None` if `control` is stopped first.
    #[must_use]
    pub fn evaluate_int8(&self, deployed: &Deployed, images: &Images, control: &Control) -> Option<Int8Evaluation> {
        evaluate_int8(&self.graph, &self.trained, &self.labels, deployed, images, control)
    }

    /// Generates the C++ of the network, with as many sample images as fit into the flash of `board`, or of
    /// any board. Writes no file.
    ///
    /// # Errors
    /// As [`Sources::of`].
    pub fn export(&self, build: Build<'_>, board: Option<&Board>) -> Result<Export, CodegenError> {
        let (deployed, comparison) = match build {
            Build::Float => (None, None),
            Build::Int8 { deployed, comparison } => (Some(deployed), comparison),
        };
        // Without images the comparison has no result.
        let compared = comparison.filter(|comparison| comparison.images > 0);
        let measured = self.trained.metrics.map(|metrics| metrics.val_accuracy);
        let accuracy = compared.map(|comparison| comparison.float_accuracy).or(measured);
        let int8_accuracy = compared.map(|comparison| comparison.int8_accuracy);
        let Self { spec, dataset, .. } = self;
        let export = &spec.config.export;
        let (graph, weights) = quant::fold(&self.graph, &self.trained.weights);
        let model = Model {
            graph: &graph,
            weights: &weights,
            quantised: deployed.map(|deployed| &deployed.quantised),
            plan: export.plan,
            resize: spec.config.data.resize,
            class_name: symbols::class_name(&export.class_name, &spec.config.model.name),
            labels: &self.labels,
            provenance: Provenance {
                config_hash: config_hash(&spec.text),
                data: format!(
                    "{} ({})",
                    name_of(&dataset.source),
                    &dataset.fingerprint[..16.min(dataset.fingerprint.len())]
                ),
                accuracy,
                int8_accuracy,
                weights_hash: self.trained.hash.clone(),
                confidence: self.confidence(deployed),
            },
        };
        let images = &dataset.validation;
        let sample = |i: usize| Sample {
            pixels: images.image(i),
            label: usize::from(images.labels[i]),
            name: images.names[i].clone(),
        };
        let samples: Vec<Sample<'_>> = (0..images.len()).map(sample).collect();
        let precision = if deployed.is_some() { Precision::Int8 } else { Precision::Float };
        let estimate = Estimate::of(&self.graph, precision, export.plan);
        let room = board.map_or_else(SampleRoom::default, |board| SampleRoom::on(board, &estimate));
        let sources = Sources::of(&model, &samples, export.samples as usize, room)?;
        let quantised = deployed.map(|deployed| deployed.quantised.clone());
        let network = Network { graph, weights, quantised, labels: self.labels.clone() };
        Ok(Export { sources, accuracy, int8_accuracy, estimate, network })
    }

    /// The confidence threshold for the precision `export.min_precision`, computed from at most [`COMPARED_IMAGES`]
    /// validation images in the arithmetic of the export; `None` without images.
    fn confidence(&self, deployed: Option<&Deployed>) -> Option<Confidence> {
        let images = self.dataset.validation.sample(COMPARED_IMAGES);
        let probabilities = match deployed {
            None => train::evaluate(&self.graph, &self.trained.weights, &images).probabilities,
            Some(Deployed { quantised, .. }) => {
                let scores = quant::scores(quantised, &images, &|| false)?;
                scores.iter().flat_map(|scores| quantised.probabilities(scores)).collect()
            }
        };
        let precision = self.spec.config.export.min_precision;
        let threshold = Evaluation::from_probabilities(&self.labels, &images.labels, &probabilities, &images.names)
            .predictions
            .threshold(precision);
        let threshold = threshold.map(|found| (found.threshold as f32, found.coverage));
        (!images.is_empty()).then_some(Confidence { precision, threshold })
    }
}

/// Evaluates the float network of `graph` on `images`, whose labels are indices of `labels`; `None` if `control`
/// is stopped first.
#[must_use]
pub fn evaluate(
    graph: &Graph,
    trained: &Trained,
    labels: &[String],
    images: &Images,
    control: &Control,
) -> Option<Evaluation> {
    let predictions = train::evaluate_until(graph, &trained.weights, images, control)?;
    Some(Evaluation::from_probabilities(labels, &images.labels, &predictions.probabilities, &images.names))
}

/// Evaluates the int8 network `deployed` on `images`, whose labels are indices of `labels`, and compares it with the
/// float network of `graph`; `None` if `control` is stopped first.
#[must_use]
pub fn evaluate_int8(
    graph: &Graph,
    trained: &Trained,
    labels: &[String],
    deployed: &Deployed,
    images: &Images,
    control: &Control,
) -> Option<Int8Evaluation> {
    let stop = || control.is_stopped();
    let float = train::evaluate_until(graph, &trained.weights, images, control)?;
    let scores = quant::scores(&deployed.quantised, images, &stop)?;
    let predicted = PredictedClasses {
        float: float.classes.into_iter().map(usize::from).collect(),
        int8: scores.iter().map(|scores| quant::predicted_class(scores)).collect(),
    };
    let comparison = quant::compare(deployed, images, &predicted, LAYER_IMAGES, &stop)?;
    let probabilities: Vec<f32> = scores.iter().flat_map(|scores| deployed.quantised.probabilities(scores)).collect();
    let evaluation = Evaluation::from_probabilities(labels, &images.labels, &probabilities, &images.names);
    Some(Int8Evaluation { evaluation, comparison })
}

/// The name of the data set; a path of this machine does not belong in a header.
fn name_of(source: &str) -> String {
    Path::new(source).file_name().map_or_else(|| source.to_owned(), |name| name.to_string_lossy().into_owned())
}

impl Export {
    /// Compiles header and samples with the first of `compilers` that works, in a temporary folder, and
    /// compares its outputs for the samples and for test images with those of the executor: int8 byte for
    /// byte, probabilities within 1e-4. Call it before [`write`](Self::write). Takes seconds, on the rayon pool
    /// of the caller.
    ///
    /// # Errors
    /// The header is wrong and must not be written, or `stop` returned true. A missing compiler is not an error.
    pub fn check(&self, compilers: &Compilers, stop: Stop<'_>) -> Result<Checked, CheckError> {
        check::check(&self.sources, &self.network, compilers, stop)
    }

    /// Writes header, samples and sketch into a folder of their own in `root`, as
    /// [`codegen::export`] does, and returns the files written.
    ///
    /// # Errors
    /// A folder or file cannot be written.
    pub fn write(&self, root: &Path) -> Result<Vec<PathBuf>, CodegenError> {
        codegen::export(root, &self.sources)
    }
}
