//! The network in integers, beside float.

use super::Failure;
use super::project::Project;
use crate::quant::Comparison;
use anyhow::anyhow;

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
