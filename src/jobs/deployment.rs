//! A trained network on its way to a board.

use super::check::{self, CheckError, Checked, Compilers, Network};
use super::weights::Trained;
use crate::codegen::{self, CodegenError, Confidence, Model, Provenance, Sample, SampleRoom, Sources, symbols};
use crate::config::{ConfigFile, Precision};
use crate::data::{Dataset, Images};
use crate::graph::Graph;
use crate::plan::{Board, Estimate};
use crate::quant::{self, Answers, Comparison, Deployed, QuantError, Settings, Stop};
use crate::runs::{Evaluation, config_hash};
use crate::train::{self, Control};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Validation images on which int8 is compared with float for an export: few enough for seconds.
pub const JUDGED: usize = 1_000;
/// Images on which every layer is looked at by itself.
const LAYER_IMAGES: usize = 32;

/// A trained network with the images it was trained on. Everything runs on the rayon pool of the
/// caller, and its result does not depend on the number of threads.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The configuration.
    pub spec: ConfigFile,
    /// Its operations.
    pub graph: Graph,
    /// The classes, in the order of the outputs.
    pub labels: Vec<String>,
    /// Its weights.
    pub trained: Arc<Trained>,
    /// Images to calibrate, judge and take samples with.
    pub dataset: Arc<Dataset>,
}

/// The int8 network on images.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What it is worth.
    pub evaluation: Evaluation,
    /// Beside float.
    pub comparison: Comparison,
}

/// What an export computes in.
#[derive(Debug, Clone, Copy)]
pub enum Build<'a> {
    /// Single precision.
    Float,
    /// 8-bit integers.
    Int8 {
        /// The network in integers: see [`Deployment::quantise`].
        deployed: &'a Deployed,
        /// What [`Deployment::judge`] found; without it, the header says
        /// that the accuracy of int8 is unknown.
        comparison: Option<&'a Comparison>,
    },
}

/// An export that is ready to be looked at, and to be written.
#[derive(Debug, Clone)]
pub struct Export {
    /// The texts of header, samples and sketch, and the name of their class and folder.
    pub sources: Sources,
    /// Validation accuracy of the float network, as a fraction: as compared with int8, else as
    /// training measured it.
    pub accuracy: Option<f64>,
    /// The same of the int8 network.
    pub int8_accuracy: Option<f64>,
    /// What it costs; its RAM is `sizeof` of the object that the header defines.
    pub estimate: Estimate,
    /// What its header has to answer.
    pub network: Network,
}

impl Deployment {
    /// The network in integers, calibrated on the training images. Takes seconds and cannot be
    /// stopped.
    ///
    /// # Errors
    /// As [`Deployed::of`].
    pub fn quantise(&self) -> Result<Deployed, QuantError> {
        Deployed::of(&self.graph, &self.trained.weights, &self.dataset.train, Settings::default())
    }

    /// The int8 network beside float on `images`, for instance on
    /// `dataset.validation.sample(JUDGED)`; `None` where `control` is stopped first.
    #[must_use]
    pub fn judge(&self, deployed: &Deployed, images: &Images, control: &Control) -> Option<Judged> {
        judge(&self.graph, &self.trained, &self.labels, deployed, images, control)
    }

    /// The C++ of the network, with as many samples of the validation images as the flash of
    /// `board` has room for, or without one, as any board does. Nothing is written.
    ///
    /// # Errors
    /// As [`Sources::of`].
    pub fn export(&self, build: Build<'_>, board: Option<&Board>) -> Result<Export, CodegenError> {
        let (deployed, comparison) = match build {
            Build::Float => (None, None),
            Build::Int8 { deployed, comparison } => (Some(deployed), comparison),
        };
        // No images are no proof.
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

    /// The confidence threshold for the precision `export.min_precision`, computed from at most [`JUDGED`] validation
    /// images in the arithmetic of the export; `None` without images.
    fn confidence(&self, deployed: Option<&Deployed>) -> Option<Confidence> {
        let images = self.dataset.validation.sample(JUDGED);
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

/// The float network of `graph` on `images`, whose labels are places in `labels`; `None` where `control`
/// is stopped first.
#[must_use]
pub fn evaluate(
    graph: &Graph,
    trained: &Trained,
    labels: &[String],
    images: &Images,
    control: &Control,
) -> Option<Evaluation> {
    let answers = train::evaluate_until(graph, &trained.weights, images, control)?;
    Some(Evaluation::from_probabilities(labels, &images.labels, &answers.probabilities, &images.names))
}

/// The int8 network `deployed` beside the float network of `graph` on `images`, whose labels are places in
/// `labels`; `None` where `control` is stopped first.
#[must_use]
pub fn judge(
    graph: &Graph,
    trained: &Trained,
    labels: &[String],
    deployed: &Deployed,
    images: &Images,
    control: &Control,
) -> Option<Judged> {
    let stop = || control.is_stopped();
    let float = train::evaluate_until(graph, &trained.weights, images, control)?;
    let scores = quant::scores(&deployed.quantised, images, &stop)?;
    let answers = Answers {
        float: float.predictions.into_iter().map(usize::from).collect(),
        int8: scores.iter().map(|scores| quant::answer(scores)).collect(),
    };
    let comparison = quant::compare(deployed, images, &answers, LAYER_IMAGES, &stop)?;
    let probabilities: Vec<f32> = scores.iter().flat_map(|scores| deployed.quantised.probabilities(scores)).collect();
    let evaluation = Evaluation::from_probabilities(labels, &images.labels, &probabilities, &images.names);
    Some(Judged { evaluation, comparison })
}

/// What the data set is called: where its folder is on this machine belongs into no header.
fn name_of(source: &str) -> String {
    Path::new(source).file_name().map_or_else(|| source.to_owned(), |name| name.to_string_lossy().into_owned())
}

impl Export {
    /// Compiles header and samples with the first of `compilers` that works, in a temporary folder, and
    /// compares what the header answers for the samples and for test images with what the executor does:
    /// int8 byte for byte, probabilities within a ten-thousandth. To be asked before [`write`](Self::write).
    /// Takes seconds; on the rayon pool of the caller.
    ///
    /// # Errors
    /// Where the header is wrong, and must not be written; where `stop` said so. That there is no compiler,
    /// or none that works, is no error.
    pub fn check(&self, compilers: &Compilers, stop: Stop<'_>) -> Result<Checked, CheckError> {
        check::check(&self.sources, &self.network, compilers, stop)
    }

    /// Writes header, samples and sketch into a folder of their own in `root`, as
    /// [`codegen::export`] does, and returns the files written.
    ///
    /// # Errors
    /// Where a folder or file cannot be written.
    pub fn write(&self, root: &Path) -> Result<Vec<PathBuf>, CodegenError> {
        codegen::export(root, &self.sources)
    }
}
