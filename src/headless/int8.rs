//! The network in integers, beside float.

use super::Failure;
use super::project::Project;
use crate::data::Images;
use crate::quant::{self, Answers, Comparison, Deployed};
use crate::train;
use anyhow::anyhow;

/// Images on which every layer is looked at by itself.
const LAYER_IMAGES: usize = 32;

/// The int8 network on images.
pub struct Judged {
    /// The probabilities of every class, a row an image.
    pub probabilities: Vec<f32>,
    /// Beside float.
    pub comparison: Comparison,
}

/// Both networks on `images`, unless Ctrl-C comes first.
pub fn judge(project: &mut Project<'_>, deployed: &Deployed, images: &Images) -> Result<Judged, Failure> {
    let trained = project.trained()?;
    let control = &project.control;
    let stop = || control.is_stopped();
    let judged = || {
        let float = train::evaluate_until(&project.graph, &trained.weights, images, control)?;
        let scores = quant::scores(&deployed.quantised, images, &stop)?;
        let answers = Answers {
            float: float.predictions.into_iter().map(usize::from).collect(),
            int8: scores.iter().map(|scores| quant::answer(scores)).collect(),
        };
        let comparison = quant::compare(deployed, images, &answers, LAYER_IMAGES, &stop)?;
        let probabilities = scores.iter().flat_map(|scores| deployed.quantised.probabilities(scores)).collect();
        Some(Judged { probabilities, comparison })
    };
    judged().ok_or_else(Failure::interrupted)
}

/// Tells people and machines how int8 compares with float; a failure where it loses more than
/// `--max-accuracy-drop` allows.
pub fn tell(project: &Project<'_>, comparison: &Comparison) -> Result<(), Failure> {
    project.console.say(comparison.table().trim_end());
    project.console.object("comparison", comparison);
    let Some(most) = project.request.max_accuracy_drop else { return Ok(()) };
    // No images are no proof.
    if comparison.accuracy_drop() <= most {
        return Ok(());
    }
    let Comparison { images, float_accuracy, int8_accuracy, .. } = comparison;
    Err(Failure::on_the_way(anyhow!(
        "int8 loses too much: float has an accuracy of {float_accuracy:.4} on {images} images and int8 {int8_accuracy:.4}, \
         {:.4} less; --max-accuracy-drop allows {most}",
        comparison.accuracy_drop()
    )))
}
