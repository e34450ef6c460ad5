//! `--report RUN…`, and the report of the run that was just trained.

use super::console::Console;
use super::project::{Project, RUNS};
use super::{Failure, Request};
use crate::data::Dataset;
use crate::escape;
use crate::plan::Estimate;
use crate::runs::{self, Compared, Evaluation, LayerRow, Run, RunReport};
use crate::train;
use serde_json::json;
use std::path::Path;

/// Writes a comparison of the runs that `request` names.
pub fn compare(request: &Request, console: Console) -> Result<(), Failure> {
    let runs = request.report.iter().map(|path| Compared::load(&Run::open(path)?)).collect::<Result<Vec<_>, _>>()?;
    let folder = request.output.clone().unwrap_or_else(|| Path::new(RUNS).join("report"));
    let report = runs::write_comparison(&folder, &runs).map_err(Failure::on_the_way)?;
    let shown = |path: &Path| escape::terminal(&path.to_string_lossy());
    console.say(&format!("report: {}\ncurves: {}", shown(&report), shown(&folder.join("overlay.svg"))));
    console.object("report", json!({ "files": [report, folder.join("overlay.svg")] }));
    Ok(())
}

/// The layers of a network, for `layers.csv`.
pub fn layers(estimate: &Estimate) -> Vec<LayerRow> {
    let row = |layer: &crate::plan::LayerEstimate| LayerRow {
        name: layer.name.clone(),
        output: layer.output.to_string(),
        params: layer.params,
        deployed_params: layer.deployed_params,
        macs: layer.macs,
        activation_bytes: layer.activation_bytes,
    };
    estimate.layers.iter().map(row).collect()
}

/// Writes what a run shows once it is over: curves, confusion matrix, report.
pub fn finish(project: &mut Project<'_>, run: &Run, dataset: &Dataset) -> Result<(), Failure> {
    let trained = project.trained()?;
    let history = runs::metrics::read(&run.file(Run::METRICS))?;
    let info = run.info()?;
    let images = &dataset.validation;
    let answers = train::evaluate(&project.graph, &trained.weights, images);
    let evaluation = Evaluation::from_answers(&project.labels, &images.labels, &answers.probabilities, &images.names);
    run.write(Run::HISTORY, &runs::plots::history_svg(&history, &info.name)?)?;
    run.write(Run::CONFUSION, &runs::plots::confusion_svg(&evaluation)?)?;
    let config = run.file(Run::CONFIG);
    let command = format!("micromobilenet --config {} --train", escape::shell(&config.to_string_lossy()));
    let report = RunReport {
        info: &info,
        config: &project.spec.text,
        history: &history,
        layers: &layers(&project.estimate()),
        evaluation: Some(&evaluation),
        data_check: Some(&dataset.check.to_markdown()),
        command: &command,
    };
    run.write(Run::REPORT, &runs::run_report(&report))?;
    Ok(())
}
