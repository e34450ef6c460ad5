//! Updates of a run folder during training.

use crate::files::Disk;
use crate::runs::{self, Run, RunError, RunInfo};
use crate::train::{BatchProgress, Control, End, EpochMetrics, Observer, Selection, Start, Thermal, Validation};
use std::path::Path;
use std::sync::Arc;

/// Writes the metrics of every epoch into the run folder, then notifies the front end. Training stops if writing
/// fails.
pub(super) struct Recorder<'a> {
    pub run: &'a Run,
    /// The contents of `run.json`.
    pub info: RunInfo,
    /// The selection of the best epoch.
    pub selection: Selection,
    /// The metrics of the completed epochs.
    pub history: Vec<EpochMetrics>,
    pub disk: Arc<dyn Disk + Send + Sync>,
    pub control: &'a Control,
    /// The error of the first write that failed.
    pub failure: Option<RunError>,
    pub front: Box<dyn Observer>,
}

impl Observer for Recorder<'_> {
    fn decoded(&mut self, done: usize, total: usize) {
        self.front.decoded(done, total);
    }

    fn begun(&mut self, run: &Path) {
        self.front.begun(run);
    }

    fn warning(&mut self, text: &str) {
        self.front.warning(text);
    }

    fn start(&mut self, start: &Start) {
        self.front.start(start);
    }

    fn batch(&mut self, progress: &BatchProgress) {
        self.front.batch(progress);
    }

    fn epoch(&mut self, metrics: &EpochMetrics, validation: Validation<'_>) {
        self.history.push(*metrics);
        self.info.record(&self.history, &self.selection);
        let row = runs::metrics::append(&*self.disk, &self.run.file(Run::METRICS), metrics);
        if let Err(error) = row.and_then(|()| self.run.save(&self.info)) {
            self.failure.get_or_insert(error);
            self.control.stop();
        }
        self.front.epoch(metrics, validation);
    }

    fn paused(&mut self, paused: bool) {
        self.front.paused(paused);
    }

    fn thermal(&mut self, state: &Thermal) {
        self.front.thermal(state);
    }

    fn end(&mut self, end: &End) {
        self.info.end(end);
        self.front.end(end);
    }
}
