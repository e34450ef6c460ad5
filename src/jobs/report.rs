//! The report of a run.

use super::recipe;
use super::training::TrainingError;
use super::weights::Trained;
use crate::config::{self, ConfigFile, Precision};
use crate::data::Dataset;
use crate::escape;
use crate::graph::Graph;
use crate::plan::{Boards, Estimate, LayerEstimate};
use crate::runs::{self, BoardFit, Evaluation, EvaluationRecord, LayerRow, ReportPlots, Run, RunReport};
use crate::train;

/// The layers of a network, for `layers.csv`.
pub(super) fn layers(spec: &ConfigFile, graph: &Graph) -> Vec<LayerRow> {
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

/// Evaluates the `trained` weights of `run` on the validation images and writes curves, confusion matrix,
/// mistakes and report.
pub(super) fn finish(
    run: &Run,
    spec: &ConfigFile,
    graph: &Graph,
    dataset: &Dataset,
    trained: &Trained,
) -> Result<Evaluation, TrainingError> {
    let history = runs::metrics::read(&run.file(Run::METRICS))?;
    let info = run.info()?;
    let images = &dataset.validation;
    let predictions = train::evaluate(graph, &trained.weights, images);
    let evaluation =
        Evaluation::from_probabilities(&dataset.labels, &images.labels, &predictions.probabilities, &images.names);
    let pictures = ReportPlots {
        history: runs::plots::history_svg(&history, info.best.map(|best| best.epoch), &info.name)?,
        confusion: runs::plots::confusion_svg(&evaluation)?,
        mistakes: runs::plots::mistakes_svg(&evaluation, images)?,
    };
    for (file, svg) in
        [(Run::HISTORY, &pictures.history), (Run::CONFUSION, &pictures.confusion), (Run::MISTAKES, &pictures.mistakes)]
    {
        run.write(file, svg)?;
    }
    // Evaluations of earlier weights or of other images do not belong in the report.
    let mut evaluations = runs::read_evaluations(run)?;
    evaluations.retain(|one| one.weights == trained.hash && one.is_on(&dataset.fingerprint));
    let config = run.file(Run::CONFIG);
    let command = format!("micromobilenet --config {} --train", escape::shell(&config.to_string_lossy()));
    let (text, page) = runs::run_report(&RunReport {
        info: &info,
        config: &spec.text,
        history: &history,
        layers: &layers(spec, graph),
        evaluation: Some(&evaluation),
        evaluations: &evaluations,
        fit: fit(spec, graph).as_ref(),
        data_check: Some(&dataset.check.to_markdown()),
        warnings: &recipe::warnings(spec, dataset),
        pictures: &pictures,
        command: &command,
    });
    run.write(Run::REPORT, &text)?;
    run.write(Run::PAGE, &page)?;
    Ok(evaluation)
}

/// The fit of the network on every known board.
fn fit(spec: &ConfigFile, graph: &Graph) -> Option<BoardFit> {
    let estimates = [Precision::Float, Precision::Int8].map(|of| Estimate::of(graph, of, spec.config.export.plan));
    let boards = Boards::built_in().ok()?.0;
    let boards = boards.iter().map(|board| estimates.each_ref().map(|estimate| board.verdict(estimate))).collect();
    Some(BoardFit { estimates, boards, target: spec.config.target.board.clone() })
}

/// Whether the report of a run was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// Report and plots were renewed.
    Renewed,
    /// The images are not those of the run; its report stays as it is.
    OtherImages,
}

/// Saves `result`, an evaluation of the weights `trained` of `run`, in its folder, and renews its report if
/// `dataset` is the one it was trained on.
///
/// # Errors
/// Another process works on the run, or a file cannot be read or written.
pub fn record(
    run: &Run,
    graph: &Graph,
    trained: &Trained,
    dataset: Option<&Dataset>,
    result: EvaluationRecord,
) -> Result<Recording, TrainingError> {
    let _lock = run.lock()?;
    let fingerprint = dataset.map_or_else(String::new, |dataset| dataset.fingerprint.clone());
    let data = run.info()?.data;
    runs::record_evaluation(
        run,
        &data.fingerprint,
        EvaluationRecord { fingerprint, weights: trained.hash.clone(), ..result },
    )?;
    // The report is of the run's own configuration, without overrides of this call.
    let own = config::load(&run.file(Run::CONFIG), &[]).ok();
    let (Some(dataset), Some(own)) = (dataset, own) else { return Ok(Recording::OtherImages) };
    if data.fingerprint != dataset.fingerprint || dataset.validation.is_empty() {
        return Ok(Recording::OtherImages);
    }
    finish(run, &own, graph, dataset, trained)?;
    Ok(Recording::Renewed)
}
