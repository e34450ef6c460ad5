//! What a run shows once it is over.

use super::recipe;
use super::training::TrainingError;
use super::weights::Trained;
use crate::data::Dataset;
use crate::escape;
use crate::graph::Graph;
use crate::plan::{Estimate, LayerEstimate};
use crate::runs::{self, Evaluation, LayerRow, Run, RunReport};
use crate::spec::Spec;
use crate::train;

/// The layers of a network, for `layers.csv`.
pub(super) fn layers(spec: &Spec, graph: &Graph) -> Vec<LayerRow> {
    let row = |layer: &LayerEstimate| LayerRow {
        name: layer.name.clone(),
        output: layer.output.to_string(),
        params: layer.params,
        deployed_params: layer.deployed_params,
        macs: layer.macs,
        activation_bytes: layer.activation_bytes,
    };
    let export = &spec.config.export;
    Estimate::of(graph, export.precision, export.plan).layers.iter().map(row).collect()
}

/// Evaluates what `run` has `trained` on the validation images and writes curves, confusion matrix
/// and report.
pub(super) fn finish(
    run: &Run,
    spec: &Spec,
    graph: &Graph,
    dataset: &Dataset,
    trained: &Trained,
) -> Result<Evaluation, TrainingError> {
    let history = runs::metrics::read(&run.file(Run::METRICS))?;
    let info = run.info()?;
    let images = &dataset.validation;
    let answers = train::evaluate(graph, &trained.weights, images);
    let evaluation = Evaluation::from_answers(&dataset.labels, &images.labels, &answers.probabilities, &images.names);
    run.write(Run::HISTORY, &runs::plots::history_svg(&history, info.best.map(|best| best.epoch), &info.name)?)?;
    run.write(Run::CONFUSION, &runs::plots::confusion_svg(&evaluation)?)?;
    let config = run.file(Run::CONFIG);
    let command = format!("micromobilenet --config {} --train", escape::shell(&config.to_string_lossy()));
    let report = RunReport {
        info: &info,
        config: &spec.text,
        history: &history,
        layers: &layers(spec, graph),
        evaluation: Some(&evaluation),
        data_check: Some(&dataset.check.to_markdown()),
        warnings: &recipe::warnings(spec, dataset),
        command: &command,
    };
    run.write(Run::REPORT, &runs::run_report(&report))?;
    Ok(evaluation)
}
