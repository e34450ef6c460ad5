//! The network in integers.

use super::Failure;
use super::project::Project;
use crate::data::Images;
use crate::graph::{Graph, Weights};
use crate::quant::{self, CALIBRATION_IMAGES, Calibration, Comparison, Quantised, Settings};

/// Images on which every layer is looked at by itself.
const LAYER_IMAGES: usize = 32;

/// A network folded, and in integers calibrated on the training images.
pub struct Int8 {
    /// The folded operations.
    graph: Graph,
    /// Their weights.
    weights: Weights,
    /// The same in integers.
    pub quantised: Quantised,
}

impl Int8 {
    /// The project's trained network.
    pub fn of(project: &mut Project<'_>) -> Result<Self, Failure> {
        let trained = project.trained()?;
        let dataset = project.dataset()?;
        let (graph, weights) = quant::fold(&project.graph, &trained.weights);
        let calibration = Calibration::of(&graph, &weights, &dataset.train, CALIBRATION_IMAGES);
        let quantised = Quantised::of(&graph, &weights, &calibration, Settings::default())?;
        Ok(Self { graph, weights, quantised })
    }

    /// The probabilities of every class for each image, a row an image.
    pub fn probabilities(&self, images: &Images) -> Vec<f32> {
        let scores = quant::scores(&self.quantised, images);
        scores.iter().flat_map(|scores| self.quantised.probabilities(scores)).collect()
    }

    /// Float and int8 side by side.
    pub fn compare(&self, images: &Images) -> Comparison {
        quant::compare(&self.graph, &self.weights, &self.quantised, images, LAYER_IMAGES)
    }
}
