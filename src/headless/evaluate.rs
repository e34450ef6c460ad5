//! `--evaluate`

use super::int8;
use super::project::Project;
use super::{Failure, Split, progress};
use crate::config::Precision;
use crate::data::{Dataset, Images};
use crate::escape;
use crate::jobs::{self, Decoding, Recording, Trained};
use crate::runs::{Coverage, Evaluation, EvaluationRecord, Run, TrainingImageHashes};
use anyhow::anyhow;
use clap::ValueEnum as _;
use serde::Serialize;
use std::sync::Arc;

/// Evaluates the weights, prints the result, and stores it in the run of the weights.
pub fn run(project: &mut Project<'_>) -> Result<(), Failure> {
    let trained = project.trained()?;
    let chosen = chosen(project)?;
    let images = chosen.images();
    let (evaluation, comparison) = match project.session.spec.config.export.precision {
        Precision::Float => {
            let evaluation = project.session.evaluate(&trained, images, &project.control);
            (evaluation.ok_or_else(Failure::interrupted)?, None)
        }
        Precision::Int8 => {
            let deployed = project.deployed()?;
            let evaluated = project.session.evaluate_int8(&trained, &deployed, images, &project.control);
            let evaluated = evaluated.ok_or_else(Failure::interrupted)?;
            (evaluated.evaluation, Some(evaluated.comparison))
        }
    };
    let precision = project.session.spec.config.export.precision;
    let least = project.session.spec.config.export.min_precision;
    let threshold = evaluation.predictions.threshold(least);
    project.console.say(&evaluation.table(project.console.width()));
    project.console.say(&sure(&evaluation, least, threshold));
    let split = project.request.split.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let fields = Fields { evaluation: &evaluation, split: &split, precision, min_precision: least, threshold };
    project.console.object("evaluation", fields);
    let recorded = EvaluationRecord::of(&evaluation, precision, least);
    let float = comparison.as_ref().map(|comparison| comparison.float_accuracy);
    let float_accuracy = recorded.float_accuracy.or(float);
    keep(project, &trained, EvaluationRecord { split, float_accuracy, ..recorded })?;
    comparison.map_or(Ok(()), |comparison| int8::report(project, &comparison))
}

/// The JSON object.
#[derive(Serialize)]
struct Fields<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    split: &'a str,
    precision: Precision,
    min_precision: f64,
    threshold: Option<Coverage>,
}

/// Text of accuracy against coverage, and of the confidence threshold for the precision `least`.
fn sure(evaluation: &Evaluation, least: f64, threshold: Option<Coverage>) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let mut out =
        "\naccuracy if predictions below a probability are rejected\n  probability       accepted  accuracy\n"
            .to_owned();
    for row in &evaluation.coverage {
        let accuracy = row.accuracy.map_or_else(|| "–".to_owned(), percent);
        out += &format!("  {:>11.2}  {:>13}  {accuracy:>8}\n", row.threshold, percent(row.coverage));
    }
    out += &match threshold {
        Some(Coverage { threshold, coverage, accuracy }) => format!(
            "at threshold {threshold:.4}, {} of the images are accepted with accuracy {} (export.min_precision = {least})\n",
            percent(coverage),
            percent(accuracy.unwrap_or(0.0))
        ),
        None => {
            format!("no threshold reaches a precision of {} (export.min_precision = {least})\n", percent(least))
        }
    };
    out
}

/// Stores the result in the run of the weights, unless only a sample of the images was evaluated.
fn keep(project: &mut Project<'_>, trained: &Trained, result: EvaluationRecord) -> Result<(), Failure> {
    let Some(run) = project.run_of_weights().filter(|_| !project.request.test).cloned() else { return Ok(()) };
    // Evaluations of other images need no data set.
    let is_own = run.info()?.data.source == project.session.spec.config.data.source;
    let dataset = if is_own || project.request.split != Split::All { project.dataset().ok() } else { None };
    project.check_interrupt()?;
    let file = |name: &str| escape::terminal(&run.file(name).to_string_lossy());
    let source = project.session.spec.config.data.source.clone();
    match jobs::record(&run, &project.session.graph, trained, dataset.as_deref(), EvaluationRecord { source, ..result })
    {
        Ok(Recording::Renewed) => {
            project.console.say(&format!("report: {}, {}", file(Run::PAGE), file(Run::EVALUATION)));
        }
        Ok(Recording::OtherImages) => project.console.say(&format!(
            "stored in {}; the report of the run is unchanged, since these are not its images",
            file(Run::EVALUATION)
        )),
        // The result was printed.
        Err(error) => project.console.warn(&format!("the result is not stored in the run: {error}")),
    }
    Ok(())
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

/// The images of the selected split; at least one.
fn chosen(project: &mut Project<'_>) -> Result<Chosen, Failure> {
    let split = project.request.split;
    if split == Split::All {
        return all(project).map(Chosen::All);
    }
    let dataset = project.dataset()?;
    check_split(split, &dataset)?;
    let chosen = Chosen::Part(dataset, split);
    if chosen.images().is_empty() {
        return Err(anyhow!(
            "the run was trained on all of these images; add others, or evaluate them with --split all"
        )
        .into());
    }
    Ok(chosen)
}

/// Refuses `--split test` without test images, before training.
pub fn check_split(split: Split, dataset: &Dataset) -> Result<(), Failure> {
    if split == Split::Test && dataset.test.is_none() {
        return Err(anyhow!(
            "{} has no test images; use --split validation, or train with --set data.test_split=0.1",
            dataset.source
        )
        .into());
    }
    Ok(())
}

/// All labelled images of the source; reports how many of them the run was trained on.
fn all(project: &Project<'_>) -> Result<Images, Failure> {
    let mut observer = progress::observer(project.console);
    let loaded = jobs::load_all(
        &project.session.spec,
        &project.session.labels,
        &Decoding::new(&mut *observer, &project.control),
    );
    project.check_interrupt()?;
    let (images, check) = loaded?;
    let found = check.to_string();
    if !found.is_empty() {
        project.console.note(&found);
    }
    if let Some(trained) = project.run_of_weights().map(TrainingImageHashes::read).transpose()?.flatten() {
        let seen = images.len() - trained.others(&images).len();
        if seen > 0 {
            project.console.note(&format!(
                "the run was trained on {seen} of the {} images: accuracy on other images may be lower",
                images.len()
            ));
        }
    }
    Ok(images)
}
