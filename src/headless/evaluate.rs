//! `--evaluate`

use super::int8;
use super::project::Project;
use super::{Failure, Split};
use crate::runs::Run;
use crate::spec::Precision;
use anyhow::anyhow;

/// Evaluates the weights and prints the result; on the validation images of a run, its report is
/// renewed by training itself.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let deployment = project.deployment()?;
    let dataset = &deployment.dataset;
    let images = match project.request.split {
        Split::Train => &dataset.train,
        Split::Validation => &dataset.validation,
        Split::Test => dataset
            .test
            .as_ref()
            .ok_or_else(|| anyhow!("{} sets no test images apart; use --split validation", dataset.source))?,
    };
    let (evaluation, comparison) = match project.spec.config.export.precision {
        Precision::Float => (deployment.evaluate(images, &project.control).ok_or_else(Failure::interrupted)?, None),
        Precision::Int8 => {
            let deployed = project.deployed()?;
            let judged = deployment.judge(&deployed, images, &project.control).ok_or_else(Failure::interrupted)?;
            (judged.evaluation, Some(judged.comparison))
        }
    };
    project.console.say(&evaluation.table(project.console.width()));
    project.console.object("evaluation", &evaluation);
    if let Some(run) = &project.run {
        project.console.detail(&format!("the run's own report: {}", run.file(Run::REPORT).display()));
    }
    comparison.map_or(Ok(()), |comparison| int8::tell(project, &comparison))
}
