//! `--evaluate`

use super::int8::Int8;
use super::project::Project;
use super::{Failure, Split};
use crate::runs::{Evaluation, Run};
use crate::spec::Precision;
use crate::train;
use anyhow::anyhow;

/// Evaluates the weights and prints the result; on the validation images of a run, its report is
/// renewed by training itself.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let trained = project.trained()?;
    let dataset = project.dataset()?;
    let images = match project.request.split {
        Split::Train => &dataset.train,
        Split::Validation => &dataset.validation,
        Split::Test => dataset
            .test
            .as_ref()
            .ok_or_else(|| anyhow!("{} sets no test images apart; use --split validation", dataset.source))?,
    };
    let int8 = match project.spec.config.export.precision {
        Precision::Float => None,
        Precision::Int8 => Some(Int8::of(project)?),
    };
    let probabilities = match &int8 {
        None => train::evaluate(&project.graph, &trained.weights, images).probabilities,
        Some(int8) => int8.probabilities(images),
    };
    let evaluation = Evaluation::from_answers(&project.labels, &images.labels, &probabilities, &images.names);
    project.console.say(&evaluation.table(project.console.width()));
    project.console.object("evaluation", &evaluation);
    if let Some(int8) = int8 {
        let comparison = int8.compare(images);
        project.console.say(comparison.table().trim_end());
        project.console.object("comparison", &comparison);
    }
    if let Some(run) = &project.run {
        project.console.detail(&format!("the run's own report: {}", run.file(Run::REPORT).display()));
    }
    Ok(())
}
