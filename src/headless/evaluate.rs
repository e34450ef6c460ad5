//! `--evaluate`

use super::int8;
use super::project::Project;
use super::{Failure, Split, progress};
use crate::data::{Dataset, Images};
use crate::jobs::{self, Decoding};
use crate::runs::{Run, TrainedOn};
use crate::spec::Precision;
use anyhow::anyhow;
use std::sync::Arc;

/// Evaluates the weights and prints the result; on the validation images of a run, its report is
/// renewed by training itself.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let trained = project.trained()?;
    let chosen = chosen(project)?;
    let images = chosen.images();
    let (evaluation, comparison) = match project.spec.config.export.precision {
        Precision::Float => {
            let Project { graph, labels, control, .. } = &*project;
            let evaluation = jobs::evaluate(graph, &trained, labels, images, control);
            (evaluation.ok_or_else(Failure::interrupted)?, None)
        }
        Precision::Int8 => {
            let deployed = project.deployed()?;
            let Project { graph, labels, control, .. } = &*project;
            let judged = jobs::judge(graph, &trained, labels, &deployed, images, control);
            let judged = judged.ok_or_else(Failure::interrupted)?;
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

/// The images to evaluate on.
enum Chosen {
    Part(Arc<Dataset>, Split),
    All(Images),
}

impl Chosen {
    fn images(&self) -> &Images {
        match self {
            Self::All(images) => images,
            Self::Part(dataset, Split::Train) => &dataset.train,
            Self::Part(dataset, Split::Test) => dataset.test.as_ref().unwrap_or(&dataset.validation),
            Self::Part(dataset, _) => &dataset.validation,
        }
    }
}

/// The images of the split that is asked for; at least one.
fn chosen(project: &mut Project<'_>) -> Result<Chosen, Failure> {
    let split = project.request.split;
    if split == Split::All {
        return all(project).map(Chosen::All);
    }
    let dataset = project.dataset()?;
    if split == Split::Test && dataset.test.is_none() {
        return Err(anyhow!(
            "{} sets no test images apart; use --split validation, or train with --set data.test_split=0.1",
            dataset.source
        )
        .into());
    }
    let chosen = Chosen::Part(dataset, split);
    if chosen.images().is_empty() {
        return Err(anyhow!(
            "there is no image to evaluate on that the run was not trained on; add some, or evaluate those with --split all"
        )
        .into());
    }
    Ok(chosen)
}

/// All labelled images of the source; says how many of them the run was trained on.
fn all(project: &Project<'_>) -> Result<Images, Failure> {
    let mut observer = progress::observer(project.console);
    let loaded = jobs::load_all(&project.spec, &project.labels, &Decoding::new(&mut *observer, &project.control));
    project.go_on()?;
    let (images, check) = loaded?;
    let found = check.to_string();
    if !found.is_empty() {
        project.console.note(&found);
    }
    if let Some(trained) = project.run_of_weights().map(TrainedOn::read).transpose()?.flatten() {
        let seen = images.len() - trained.others(&images).len();
        if seen > 0 {
            project.console.note(&format!(
                "{seen} of the {} images are ones that the run was trained on: accuracy on others may be lower",
                images.len()
            ));
        }
    }
    Ok(images)
}
