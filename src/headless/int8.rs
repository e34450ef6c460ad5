//! Comparison of the int8 network with float.

use super::Failure;
use super::project::Project;
use crate::quant::Comparison;
use anyhow::anyhow;

/// Reports the accuracy of int8 and float; fails if the drop exceeds `--max-accuracy-drop`.
pub fn report(project: &Project<'_>, comparison: &Comparison) -> Result<(), Failure> {
    project.console.say(comparison.table().trim_end());
    project.console.object("comparison", comparison);
    let Some(most) = project.request.max_accuracy_drop else { return Ok(()) };
    // Without images the comparison is undefined and fails.
    if comparison.accuracy_drop() <= most {
        return Ok(());
    }
    let Comparison { images, float_accuracy, int8_accuracy, .. } = comparison;
    Err(Failure::on_the_way(anyhow!(
        "the accuracy drop of int8 is too large: on {images} images float has an accuracy of {float_accuracy:.4} and int8 of \
         {int8_accuracy:.4}, a drop of {:.4}; --max-accuracy-drop allows {most}",
        comparison.accuracy_drop()
    )))
}
