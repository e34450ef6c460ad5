//! `--report RUN…`: several runs in one report.

use super::report::duration;
use super::{
    EpochSummary, EvaluationRecord, Run, RunError, RunInfo, Status, layers_from_csv, metrics, plots, read_evaluations,
};
use crate::config;
use crate::escape;
use crate::files::{make_folder, read_limited, write_atomic};
use crate::graph::Graph;
use crate::plan::{Estimate, Family};
use crate::text::fnv1a_hex;
use crate::text::{percent, thousands};
use crate::train::{EpochMetrics, best_of};
use std::path::{Path, PathBuf};

const OVERLAY: &str = "overlay.svg";
/// The largest file of weights that is read, in bytes.
const MAX_BYTES: u64 = 2_000_000_000;

/// One run of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedRun {
    /// Name of the run folder.
    pub folder: String,
    /// `run.json`.
    pub info: RunInfo,
    /// `metrics.csv`.
    pub history: Vec<EpochMetrics>,
    /// Trainable parameters and MACs per image, if `layers.csv` exists.
    pub costs: Option<(u64, u64)>,
    /// Bytes of RAM and flash of the exported network on a Cortex-M4F, if the configuration can be read.
    pub memory: Option<(u64, u64)>,
    /// int8 accuracy on held-out images of the run, from `--evaluate --precision int8`: the split, `validation` or
    /// else `test`, and the accuracy.
    pub int8: Option<(String, f64)>,
}

impl ComparedRun {
    /// Reads a run, which may have no epoch yet.
    ///
    /// # Errors
    /// If a file of it cannot be read or is damaged.
    pub fn load(run: &Run) -> Result<Self, RunError> {
        let info = run.summary().info?;
        let path = run.file(Run::METRICS);
        let history = if path.exists() { metrics::read(&path)? } else { Vec::new() };
        let path = run.file(Run::LAYERS);
        let costs = if path.exists() {
            let layers = layers_from_csv(&path)?;
            Some((layers.iter().map(|row| row.params).sum(), layers.iter().map(|row| row.macs).sum()))
        } else {
            None
        };
        let memory = memory(run, info.classes);
        let int8 = int8_accuracy(run, &info.data.fingerprint)?;
        Ok(Self { folder: run.name(), info, history, costs, memory, int8 })
    }

    /// The model name, or the folder name if `others` have the same model name.
    fn title(&self, others: &[Self]) -> String {
        let alike = others.iter().filter(|other| other.info.name == self.info.name).count();
        if alike > 1 || self.info.name.is_empty() { self.folder.clone() } else { self.info.name.clone() }
    }
}

/// Split and int8 accuracy of the present weights of `run`, whose images have `fingerprint`; `None` if they were not
/// evaluated.
///
/// # Errors
/// If the evaluations or the weights cannot be read.
pub fn int8_accuracy(run: &Run, fingerprint: &str) -> Result<Option<(String, f64)>, RunError> {
    let mut evaluations = read_evaluations(run)?;
    evaluations.retain(|one| one.int8_accuracy.is_some() && one.is_on(fingerprint));
    let weights = run.weights();
    if evaluations.is_empty() || !weights.exists() {
        return Ok(None);
    }
    let weights = fnv1a_hex(&read_limited(&weights, MAX_BYTES)?);
    let on = |split: &str| {
        let is_one = |one: &&EvaluationRecord| one.split == split && one.weights == weights;
        evaluations.iter().filter(is_one).find_map(|one| Some((split.to_owned(), one.int8_accuracy?)))
    };
    Ok(on("validation").or_else(|| on("test")))
}

/// Bytes of RAM and flash of the network of `run` with `classes` classes, at its own precision.
fn memory(run: &Run, classes: usize) -> Option<(u64, u64)> {
    let spec = config::load(&run.file(Run::CONFIG), &[]).ok()?;
    let graph = Graph::of_file(&spec, (classes > 0).then_some(classes)?).ok()?;
    let estimate = Estimate::of(&graph, spec.config.export.precision, spec.config.export.plan);
    Some((estimate.ram_and_stack(Family::Dsp), estimate.on(Family::Dsp).flash_bytes))
}

/// The report on several runs as Markdown; it links `overlay.svg` next to it.
#[must_use]
pub fn comparison(runs: &[ComparedRun]) -> String {
    let mut out = "# Comparison of runs\n\n".to_owned();
    out += "| run | folder | status | parameters | MACs | RAM, B | flash, B | best validation accuracy | last validation accuracy | int8 accuracy | epochs | time |\n";
    out += "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for run in runs {
        let reached = |reached: Option<EpochSummary>| {
            reached
                .map_or_else(|| "–".to_owned(), |at| format!("{} (epoch {})", percent(Some(at.val_accuracy)), at.epoch))
        };
        let best = run.info.best.or_else(|| best_of(&run.history).as_ref().map(EpochSummary::from));
        let last = run.info.last.or_else(|| run.history.last().map(EpochSummary::from));
        let pair = |costs: Option<(u64, u64)>| {
            costs.map_or_else(|| ["–", "–"].map(str::to_owned), |(a, b)| [thousands(a), thousands(b)])
        };
        let ([params, macs], [ram, flash]) = (pair(run.costs), pair(run.memory));
        let int8 = run.int8.as_ref().map_or_else(
            || "–".to_owned(),
            |(split, accuracy)| format!("{} ({})", percent(Some(*accuracy)), escape::markdown(split)),
        );
        out += &format!(
            "| {} | {} | {} | {params} | {macs} | {ram} | {flash} | {} | {} | {int8} | {} | {} |\n",
            escape::markdown(&run.info.name),
            escape::markdown(&run.folder),
            run.info.status.name(),
            reached(best),
            reached(last),
            thousands(run.history.len() as u64),
            duration(&run.history)
        );
    }
    if runs.iter().any(|run| run.info.status == Status::Running) {
        out += "\nRuns that are still training are shown up to their last completed epoch.\n";
    }
    out + &format!("\n![Loss and accuracy of every run]({OVERLAY})\n")
}

/// Writes `report.md` and `overlay.svg` to `folder`, which is created if missing; returns the path of the report.
///
/// # Errors
/// If a file cannot be written.
pub fn write_comparison(folder: &Path, runs: &[ComparedRun]) -> Result<PathBuf, RunError> {
    make_folder(folder)?;
    let curves: Vec<_> = runs.iter().map(|run| (run.title(runs), run.history.clone())).collect();
    write_atomic(&folder.join(OVERLAY), plots::overlay_svg(&curves)?.as_bytes())?;
    let report = folder.join(Run::REPORT);
    write_atomic(&report, comparison(runs).as_bytes())?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::{HOSTILE, history};
    use super::super::{DataInfo, LayerRow, layers_csv, record_evaluation};
    use super::*;
    use crate::files::RealDisk;

    fn run(root: &Path, name: &str, epochs: u32) -> Run {
        let run = Run::create(root, &"2026-03-04T05:06:07[UTC]".parse().unwrap(), name).unwrap();
        let info = RunInfo { name: name.into(), status: Status::Finished, ..RunInfo::default() };
        run.begin(&info, "", &[]).unwrap();
        if epochs > 0 {
            metrics::rewrite(&RealDisk, &run.file(Run::METRICS), &history(epochs)).unwrap();
            let row = LayerRow {
                name: "stem".into(),
                output: "1x1x1".into(),
                params: 4139,
                deployed_params: 4139,
                macs: 612_120,
                activation_bytes: 1,
            };
            run.write(Run::LAYERS, &layers_csv(&[row])).unwrap();
        }
        run
    }

    #[test]
    fn a_comparison_has_a_row_and_a_curve_for_every_run() {
        let root = tempfile::tempdir().unwrap();
        let runs = [run(root.path(), "micro", 3), run(root.path(), "micro", 2), run(root.path(), HOSTILE, 0)];
        let runs: Vec<ComparedRun> = runs.iter().map(|run| ComparedRun::load(run).unwrap()).collect();
        let report = write_comparison(&root.path().join("report"), &runs).unwrap();
        let text = std::fs::read_to_string(&report).unwrap();
        let costs = "finished | 4,139 | 612,120 | – | – | 62.5 % (epoch 1) | 62.5 % (epoch 3) | – | 3 | 2 min 00 s |";
        assert!(text.contains(costs), "{text}");
        assert!(text.contains("finished | – | – | – | – | – | – | – | 0 | 0.0 s |"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 5, "{text}");
        assert!(!text.replace("\\<", "").contains("<img") && text.contains("](overlay.svg)"));
        let svg = std::fs::read_to_string(report.with_file_name(OVERLAY)).unwrap();
        roxmltree::Document::parse(&svg).unwrap();
        assert!(svg.contains("2026-03-04_05-06-07_micro-2"), "runs of one name are told apart by their folders");
    }

    #[test]
    fn a_damaged_run_is_named() {
        let root = tempfile::tempdir().unwrap();
        let run = run(root.path(), "micro", 2);
        run.write(Run::METRICS, "garbage\n").unwrap();
        assert!(ComparedRun::load(&run).unwrap_err().to_string().contains("metrics.csv:1: "));
    }

    #[test]
    fn int8_accuracy_is_that_of_the_weights_on_images_of_the_run_that_were_held_out() {
        let root = tempfile::tempdir().unwrap();
        let run = run(root.path(), "micro", 2);
        let data = DataInfo { fingerprint: "own".into(), ..DataInfo::default() };
        run.begin(&RunInfo { name: "micro".into(), data, ..RunInfo::default() }, "", &[]).unwrap();
        std::fs::create_dir_all(run.file(Run::CHECKPOINTS)).unwrap();
        let weights = run.file(Run::CHECKPOINTS).join(crate::train::BEST);
        std::fs::write(&weights, "now").unwrap();
        let record = |split: &str, fingerprint: &str, weights: &str, accuracy: f64| {
            let one = EvaluationRecord {
                split: split.into(),
                fingerprint: fingerprint.into(),
                weights: fnv1a_hex(weights.as_bytes()),
                precision: "int8".into(),
                int8_accuracy: Some(accuracy),
                ..EvaluationRecord::default()
            };
            record_evaluation(&run, "own", one).unwrap();
            ComparedRun::load(&run).unwrap().int8
        };
        assert_eq!(record("validation", "other", "now", 0.1), None);
        assert_eq!(record("all", "own", "now", 0.2), None);
        assert_eq!(record("train", "own", "now", 0.3), None);
        assert_eq!(record("validation", "own", "before", 0.4), None);
        assert_eq!(record("test", "own", "now", 0.5), Some(("test".into(), 0.5)));
        assert_eq!(record("validation", "own", "now", 0.6), Some(("validation".into(), 0.6)));
        assert_eq!(record("test", "own", "now", 0.7), Some(("validation".into(), 0.6)));
        std::fs::write(&weights, "trained further").unwrap();
        assert_eq!(ComparedRun::load(&run).unwrap().int8, None);
    }
}
